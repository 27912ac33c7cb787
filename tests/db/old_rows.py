"""Rows as earlier versions wrote them: databases at an older revision, filled by the tables' names alone."""

from typing import Any

from alembic import command
from sqlalchemy import Connection, MetaData, Table, select

from bot.db.migrate import alembic_config, upgrade
from bot.db.session import create_engine
from tests.db.rows import NOW
from tests.postgres import in_thread

OLD_REQUEST: dict[str, Any] = {
    "id": 1,
    "version": 1,
    "status": "pending",
    "created_at": NOW,
    "organization": "acme",
    "operation": "invite.send",
    "params": {"organization": "acme", "invitees": ["jane@example.com"]},
    "reason": "why",
    "requester": "U0ANN",
    "rule": "a rule",
    "required": 1,
    "approver_users": ["U0OMAR"],
    "approver_groups": [],
    "expires_at": NOW,
    "preview": {"changes": [], "notes": []},
    "fingerprint": "f" * 64,
    "attempts": 0,
}


def upgrade_to(url: str, revision: str) -> None:
    """Bring the database up to this revision."""
    in_thread(lambda: command.upgrade(alembic_config(url), revision))


def downgrade_to(url: str, revision: str) -> None:
    """Take the database back to this revision."""
    in_thread(lambda: command.downgrade(alembic_config(url), revision))


def newest(url: str) -> None:
    """Bring the database to the newest revision, as the bot does at its start."""
    in_thread(lambda: upgrade(url))


async def add_old(url: str, table: str, **values: Any) -> None:
    """Write a row into a table as that is now, whatever the models say."""

    def write(connection: Connection) -> None:
        connection.execute(Table(table, MetaData(), autoload_with=connection).insert().values(values))

    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(write)
    await engine.dispose()


async def rows_of(url: str, table: str) -> list[dict[str, Any]]:
    """Every row of a table as that is now, by its first column."""

    def read(connection: Connection) -> list[dict[str, Any]]:
        found = Table(table, MetaData(), autoload_with=connection)
        first = next(iter(found.columns))
        return [dict(row) for row in connection.execute(select(found).order_by(first)).mappings()]

    engine = create_engine(url)
    async with engine.begin() as connection:
        rows = await connection.run_sync(read)
    await engine.dispose()
    return rows
