"""What people see and settle in Slack: threads, preferences, homes, proposals, acknowledgements, groups, traits"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = ("preferences", "homes", "proposals", "acknowledgements", "alert_groups", "traits")


def upgrade() -> None:
    """Apply."""
    op.add_column("messages", sa.Column("thread_of", sa.String(length=255), nullable=True))
    op.create_index("ix_messages_request_id", "messages", ["request_id"], unique=False)
    op.create_table(
        "preferences",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("wants", sa.JSON(), nullable=False),
        sa.Column("quiet_from", sa.String(length=5), nullable=True),
        sa.Column("quiet_until", sa.String(length=5), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_preferences")),
    )
    op.create_table(
        "homes",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_homes")),
    )
    op.create_index("ix_homes_opened_at", "homes", ["opened_at"], unique=False)
    op.create_table(
        "proposals",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("maker", sa.String(length=64), nullable=False),
        sa.Column("operation", sa.String(length=64), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_proposals")),
    )
    op.create_index("ix_proposals_created_at", "proposals", ["created_at"], unique=False)
    op.create_table(
        "acknowledgements",
        sa.Column("message_key", sa.String(length=255), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_key", name=op.f("pk_acknowledgements")),
    )
    op.create_table(
        "alert_groups",
        sa.Column("organization", sa.String(length=255), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("message_key", sa.String(length=255), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organization", "rule", name=op.f("pk_alert_groups")),
    )
    op.create_table(
        "traits",
        sa.Column("workspace", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "name", name=op.f("pk_traits")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_proposals_created_at", table_name="proposals")
    op.drop_index("ix_homes_opened_at", table_name="homes")
    for table in TABLES:
        op.drop_table(table)
    op.drop_index("ix_messages_request_id", table_name="messages")
    with op.batch_alter_table("messages") as batch:
        batch.drop_column("thread_of")
