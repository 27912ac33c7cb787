"""Bringing a database to the newest schema, with Alembic."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from bot.database_address import SQLITE, is_file, read_database_address, secrets_in
from bot.db.session import cause_of
from bot.errors import ConfigurationError
from bot.logs import Redaction

# Beside the package in the source; inside it once it is installed.
PLACES = (Path(__file__).parents[2] / "migrations", Path(__file__).parent / "migrations")


def alembic_config(url: str) -> Config:
    """Alembic's configuration for the database at `url`."""
    config = Config()
    config.set_main_option("script_location", str(next(place for place in PLACES if place.is_dir())))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str) -> None:
    """Apply every migration that the database at `url` lacks; blocks, so call it outside the event loop.

    Raises `ConfigurationError` with the database's own cause where it cannot be used; no password is in its text.
    """
    try:
        address = read_database_address(url)
    except ValueError as error:
        raise ConfigurationError([f"DATABASE_URL cannot be used: {error}."]) from None
    try:
        if is_file(address):
            try_file(address)
        command.upgrade(alembic_config(address), "head")
    except (SQLAlchemyError, sqlite3.Error, CommandError, OSError) as error:
        cause = Redaction(secrets_in(address)).clean(reason_of(error))
        raise ConfigurationError([f"DATABASE_URL: the database cannot be used: {cause}."]) from error


def try_file(address: str) -> None:
    """Open the file once and read it; a new one is made. Raises `sqlite3.Error`.

    aiosqlite's thread would outlive a connection that cannot be opened, and print a traceback at the end.
    """
    with closing(sqlite3.connect(address.removeprefix(SQLITE).partition("?")[0])) as connection:
        connection.execute("PRAGMA schema_version")


def reason_of(error: Exception) -> str:
    """What the database, its driver or Alembic says, in one line and without a full stop."""
    if isinstance(error, CommandError) and "locate revision" in str(error):
        return "a newer version of Hubwarden has been at work in it: start that one, or go back to a copy of before"
    return cause_of(error)
