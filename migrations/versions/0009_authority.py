"""Whom a request is about, and what judging it again has found"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply. NULL in what was there before: who asks then looks into the parameters, and nothing was found yet."""
    op.add_column("requests", sa.Column("about", sa.JSON(), nullable=True))
    op.add_column("requests", sa.Column("reconsidered", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.drop_column("reconsidered")
        batch_op.drop_column("about")
