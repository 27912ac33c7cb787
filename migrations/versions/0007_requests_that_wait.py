"""Until when and why a request waits before it is done, and what else it must not be done beside"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.add_column("requests", sa.Column("subjects", sa.JSON(), nullable=True))
    op.add_column("requests", sa.Column("resume_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("requests", sa.Column("waits_because", sa.Text(), nullable=True))
    op.add_column("requests", sa.Column("waits_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("requests", sa.Column("postponements", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Take back."""
    for column in ("postponements", "waits_since", "waits_because", "resume_at", "subjects"):
        op.drop_column("requests", column)
