"""Destinations and workspaces"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OF_WORKSPACES = ("requests", "messages", "audit_trail")
MESSAGES = sa.table(
    "messages", sa.column("key", sa.String), sa.column("kind", sa.String), sa.column("payload", sa.JSON)
)
EPISODES = sa.table(
    "limit_episodes",
    sa.column("id", sa.Integer),
    sa.column("started_at", sa.DateTime(timezone=True)),
    sa.column("reset_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    """Apply. Keys stay as they are: what was posted under them is found by them."""
    for table in OF_WORKSPACES:
        op.add_column(table, sa.Column("workspace", sa.String(length=32), nullable=True))
    op.add_column("messages", sa.Column("protocol", sa.String(length=16), server_default="slack", nullable=False))
    rename(("channel", "address"), ("posted_channel", "posted_address"), ("posted_ts", "posted_id"))
    name_limits_apart()
    give_episodes_their_reset()


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("limit_episodes", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("reset_at")
    limits = MESSAGES.c.kind.in_(("limit_begin", "limit_end"))
    op.execute(sa.update(MESSAGES).where(limits).values(kind="limit"))
    rename(("address", "channel"), ("posted_address", "posted_channel"), ("posted_id", "posted_ts"))
    op.drop_column("messages", "protocol")
    for table in reversed(OF_WORKSPACES):
        op.drop_column(table, "workspace")


def rename(*columns: tuple[str, str]) -> None:
    """Give columns of the outbox another name: both databases can, without a new table."""
    for old, new in columns:
        op.alter_column("messages", old, new_column_name=new)


def name_limits_apart() -> None:
    """Say in the kind whether an episode begins or ends; until now the key alone did."""
    for phase in ("begin", "end"):
        of_phase = (MESSAGES.c.kind == "limit") & MESSAGES.c.key.like(f"limit:%:{phase}")
        op.execute(sa.update(MESSAGES).where(of_phase).values(kind=f"limit_{phase}"))


def give_episodes_their_reset() -> None:
    """Take each episode's reset from the message that told of its beginning; until now it was read there each time."""
    op.add_column("limit_episodes", sa.Column("reset_at", sa.DateTime(timezone=True), nullable=True))
    connection = op.get_bind()
    begun = sa.select(MESSAGES.c.key, MESSAGES.c.payload).where(MESSAGES.c.kind == "limit_begin")
    payloads = {row.key: row.payload for row in connection.execute(begun)}
    for episode in connection.execute(sa.select(EPISODES.c.id, EPISODES.c.started_at)).all():
        reset_at = reset_in(payloads.get(f"limit:{episode.id}:begin")) or episode.started_at
        connection.execute(sa.update(EPISODES).where(EPISODES.c.id == episode.id).values(reset_at=reset_at))
    with op.batch_alter_table("limit_episodes", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("reset_at", existing_type=sa.DateTime(timezone=True), nullable=False)


def reset_in(payload: Any) -> datetime | None:
    """The moment that a message names, in UTC; None where it names none."""
    try:
        moment = datetime.fromisoformat(payload["reset_at"])
    except (KeyError, TypeError, ValueError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
