"""Questions behind answers that are shown in pages"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "answer_cursors",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("operation", sa.String(length=64), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_answer_cursors")),
    )
    with op.batch_alter_table("answer_cursors", schema=None) as batch_op:
        batch_op.create_index("ix_answer_cursors_created_at", ["created_at"], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("answer_cursors", schema=None) as batch_op:
        batch_op.drop_index("ix_answer_cursors_created_at")

    op.drop_table("answer_cursors")
