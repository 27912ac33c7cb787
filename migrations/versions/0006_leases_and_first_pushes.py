"""One replica at a time: leases. Tags' first pushes, and rows without a workspace, to be found by an index"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

HOMELESS = ("requests", "messages", "audit_trail")
TABLES = ("leases", "first_pushes", "asked_histories", "limit_snapshots")


def upgrade() -> None:
    """Apply. What is stored already is taken into `first_pushes` by the first poll that needs it, a little at a time.

    Here it would hold up the start, and miss what an older version stores while both run.
    """
    moment, organization = sa.DateTime(timezone=True), sa.String(length=255)
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "first_pushes",
        sa.Column("organization", organization, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("organization", "key", name=op.f("pk_first_pushes")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "asked_histories",
        sa.Column("organization", organization, nullable=False),
        sa.Column("repository", sa.String(length=512), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("organization", "repository", name=op.f("pk_asked_histories")),
    )
    op.create_table(
        "limit_snapshots",
        sa.Column("family", sa.String(length=64), nullable=False),
        sa.Column("limit", sa.Integer(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("reset_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("family", name=op.f("pk_limit_snapshots")),
    )
    op.add_column("cursors", sa.Column("pushes_known_to", sa.Integer(), nullable=False, server_default="0"))
    none = sa.text("workspace IS NULL")
    for table in HOMELESS:
        op.create_index(f"ix_{table}_homeless", table, ["id"], sqlite_where=none, postgresql_where=none)


def downgrade() -> None:
    """Take back."""
    for table in HOMELESS:
        op.drop_index(f"ix_{table}_homeless", table)
    op.drop_column("cursors", "pushes_known_to")
    for table in TABLES:
        op.drop_table(table)
