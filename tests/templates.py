"""Databases that are made once and copied for each test, of both kinds."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

import pytest

from tests import postgres

# Fills the empty database at this async address.
Make: TypeAlias = Callable[[str], None]


class Template(Protocol):
    """A database to copy."""

    def copy(self, folder: Path) -> AbstractContextManager[str]:
        """The async address of a copy of one's own; one that is a file lies in the folder."""


@dataclass(frozen=True, slots=True)
class SqliteTemplate:
    """A file."""

    path: Path

    @contextmanager
    def copy(self, folder: Path) -> Iterator[str]:
        """The async address of a copy in the folder."""
        yield sqlite_address(shutil.copy(self.path, folder / "hubwarden.sqlite"))


@dataclass(frozen=True, slots=True)
class PostgresTemplate:
    """A database of the server, by its name."""

    server: postgres.Server
    name: str

    @contextmanager
    def copy(self, folder: Path) -> Iterator[str]:
        """The async address of a copy, which is dropped on leaving."""
        url = self.server.create(template=self.name)
        try:
            yield postgres.as_text(url)
        finally:
            self.server.drop(url)


def sqlite_address(path: str | Path) -> str:
    """The async address of a file."""
    return f"sqlite+aiosqlite:///{path}"


def sqlite_template(folder: Path, make: Make) -> SqliteTemplate:
    """A file in the folder, made."""
    path = folder / "template.sqlite"
    make(sqlite_address(path))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return SqliteTemplate(path)


@contextmanager
def postgres_template(server: postgres.Server, make: Make) -> Iterator[PostgresTemplate]:
    """A database of the server, made, and dropped on leaving."""
    url = server.create()
    try:
        make(postgres.as_text(url))
        assert url.database is not None
        yield PostgresTemplate(server, url.database)
    finally:
        server.drop(url)


@contextmanager
def template(request: pytest.FixtureRequest, folders: pytest.TempPathFactory, make: Make) -> Iterator[Template]:
    """A template of the kind that the fixture's parameter names (one of `tests.conftest.BOTH`)."""
    if request.param == "sqlite":
        yield sqlite_template(folders.mktemp("template"), make)
    else:
        with postgres_template(request.getfixturevalue("postgres_server"), make) as made:
            yield made
