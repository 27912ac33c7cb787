"""The entries of Docker Hub's audit log, whole: as Docker Hub sent them, with their description"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply. Entries that are stored already stay without: what was cut from them is not there to be had."""
    op.add_column("hub_events", sa.Column("description", sa.Text(), nullable=True))
    op.add_column("hub_events", sa.Column("raw", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take back. Not as a batch, which would make SQLite's table anew and lose its AUTOINCREMENT."""
    op.drop_column("hub_events", "raw")
    op.drop_column("hub_events", "description")
