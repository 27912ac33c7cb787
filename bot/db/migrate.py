"""Bringing a database to the newest schema, with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import ConfigurationError

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

    Raises `ConfigurationError` where the database cannot be used; its text names no address, which may hold a password.
    """
    try:
        command.upgrade(alembic_config(url), "head")
    except (SQLAlchemyError, CommandError, OSError) as error:
        reason = f"{type(error).__name__}: {error.strerror}" if isinstance(error, OSError) else type(error).__name__
        raise ConfigurationError(
            [f"DATABASE_URL: the database cannot be used ({reason}). Is it there, is it ours, and may we write?"]
        ) from error
