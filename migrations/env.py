"""Alembic's entry: runs the migrations on the configured database."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text

import bot.db.surfaces  # noqa: F401  `Base` knows its tables by that
from bot.db.models import Base
from bot.db.session import create_passing_engine

LOCK = 7_203_511


def run(connection: Connection) -> None:
    """Migrate, one process at a time."""
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        elif connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        context.run_migrations()


def configure_and_run(connection: Connection) -> None:
    """Tell Alembic what the tables should be, and migrate."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    run(connection)


async def migrate() -> None:
    """Over the asynchronous driver, so that no second one is needed."""
    engine = create_passing_engine(context.config.get_main_option("sqlalchemy.url") or "")
    try:
        async with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                # Two connections that turn a new file to WAL at once can find it locked: done here, first.
                await connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                await connection.commit()
            await connection.run_sync(configure_and_run)
            await connection.commit()
    finally:
        await engine.dispose()


if context.is_offline_mode():
    context.configure(
        url=context.config.get_main_option("sqlalchemy.url"), target_metadata=Base.metadata, literal_binds=True
    )
    with context.begin_transaction():
        context.run_migrations()
elif (given := context.config.attributes.get("connection")) is not None:
    configure_and_run(given)
else:
    asyncio.run(migrate())
