"""The migrations make exactly the tables that the models describe, and can be taken back."""

from collections.abc import Callable
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

import bot.db.surfaces  # noqa: F401  `Base` knows its tables by that
from bot.db.migrate import alembic_config, upgrade
from bot.db.models import Base
from bot.db.session import create_engine
from tests.postgres import in_thread


async def asked(url: str, question: Callable[[Connection], Any]) -> Any:
    """What the database answers."""
    engine = create_engine(url)
    async with engine.connect() as connection:
        answer = await connection.run_sync(question)
    await engine.dispose()
    return answer


def differences(connection: Connection) -> list[Any]:
    """What a new migration would have to do."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, Base.metadata))


def tables(connection: Connection) -> set[str]:
    """The names of all tables."""
    return set(inspect(connection).get_table_names())


async def test_the_migrated_database_is_what_the_models_describe(database_url: str) -> None:
    assert await asked(database_url, differences) == []


async def test_a_column_that_no_migration_makes_would_be_noticed(bare_sqlite_url: str) -> None:
    assert len(await asked(bare_sqlite_url, differences)) >= len(Base.metadata.tables)


async def test_upgrading_again_changes_nothing(bare_database_url: str) -> None:
    in_thread(lambda: upgrade(bare_database_url))
    before = await asked(bare_database_url, tables)
    in_thread(lambda: upgrade(bare_database_url))
    assert await asked(bare_database_url, tables) == before == {*Base.metadata.tables, "alembic_version"}


async def test_every_migration_can_be_taken_back_and_made_again(bare_database_url: str) -> None:
    in_thread(lambda: upgrade(bare_database_url))
    in_thread(lambda: command.downgrade(alembic_config(bare_database_url), "base"))
    assert await asked(bare_database_url, tables) == {"alembic_version"}
    in_thread(lambda: upgrade(bare_database_url))
    assert await asked(bare_database_url, differences) == []


def test_a_password_with_a_percent_sign_reaches_alembic_as_it_is() -> None:
    url = "postgresql+asyncpg://u:p%40ss@h/d"
    assert alembic_config(url).get_main_option("sqlalchemy.url") == url
