"""Who is the same human, and whose Docker ID is whose"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "slack_addresses",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", "address", name=op.f("pk_slack_addresses")),
    )
    op.create_index("ix_slack_addresses_address", "slack_addresses", ["address"], unique=False)
    op.create_table(
        "ties",
        sa.Column("docker_id", sa.String(length=255), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("docker_id", name=op.f("pk_ties")),
    )
    op.create_index("ix_ties_person", "ties", ["person"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_ties_person", table_name="ties")
    op.drop_table("ties")
    op.drop_index("ix_slack_addresses_address", table_name="slack_addresses")
    op.drop_table("slack_addresses")
