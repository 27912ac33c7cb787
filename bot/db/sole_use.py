"""One bot at a time on an SQLite file, by whatever path it is reached: a lock of the system's, which dies with us.

The lock lies on the file itself, so links to it and mounts of it are the same, and on bytes far behind any that SQLite
locks, so SQLite notices nothing. It belongs to an open file and not to the process (`F_OFD_SETLK`,
https://man7.org/linux/man-pages/man2/F_OFD_SETLK.2const.html), or SQLite's closing of the file would end it.
"""

import errno
import fcntl
import os
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager

import structlog
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.database_address import is_file, read_database_address
from bot.errors import ConfigurationError

log = structlog.stdlib.get_logger(__name__)

# `struct flock`: type, whence, start, length, process. SQLite's own locks end 512 bytes above 1 GiB.
FLOCK = "hhqqi4x"
START = 2**40
HELD = frozenset({errno.EACCES, errno.EAGAIN})


@contextmanager
def sole_use(url: str) -> Iterator[bool]:
    """Have the database's file for this bot alone; answers whether nobody else can be at work on the database.

    Raises ConfigurationError where another bot has the file. Nothing is sure on PostgreSQL, which is made for several,
    nor on a file system without locks, which is logged. Leave it after SQLite's last connection is closed: closing
    the file ends every lock that SQLite has in this process.
    """
    path = file_of(url)
    if path is None:
        yield is_sqlite(url)
        return
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError:
        yield False  # SQLite cannot open it either, and is asked what is wrong
        return
    try:
        yield take(file, path)
    finally:
        os.close(file)


def file_of(url: str) -> str | None:
    """The path of the file, as SQLite itself reads the address; None where there is none: in memory, or no SQLite."""
    try:
        if not is_sqlite(url):
            return None
        address = make_url(read_database_address(url))
        (name, *_), options = address.get_dialect()().create_connect_args(address)
        with closing(sqlite3.connect(name, uri=bool(options.get("uri")))) as connection:
            return str(connection.execute("PRAGMA database_list").fetchone()[2]) or None
    except (SQLAlchemyError, sqlite3.Error):
        return None


def is_sqlite(url: str) -> bool:
    """Whether the database is SQLite's; False too for what is no address at all."""
    try:
        return is_file(read_database_address(url))
    except ValueError:
        return False


def take(file: int, path: str) -> bool:
    """Lock the open file for as long as it is open; False where its file system locks nothing.

    Raises ConfigurationError where another bot has locked it.
    """
    try:
        fcntl.fcntl(file, fcntl.F_OFD_SETLK, lock_of(os.getpid()))
    except OSError as error:
        if error.errno in HELD:
            raise ConfigurationError([refusal(file, path)]) from None
        log.warning("database.not_guarded", path=path, error=error.strerror, advice="see to it that one bot uses it")
        return False
    return True


def lock_of(process: int) -> bytes:
    """A lock that is as long as the process's number: the one thing of it that a refused process is told."""
    return struct.pack(FLOCK, fcntl.F_WRLCK, os.SEEK_SET, START, process, 0)


def refusal(file: int, path: str) -> str:
    """What to say where another bot has the file."""
    kind, _, _, process, _ = struct.unpack(FLOCK, fcntl.fcntl(file, fcntl.F_OFD_GETLK, lock_of(1)))
    who = f"another bot (process {process})" if kind != fcntl.F_UNLCK else "another bot"
    return (
        f"DATABASE_URL: {who} runs on the file {path}, and an SQLite file is for one bot. Stop the other one, "
        "or use PostgreSQL (postgresql://…), which is for several."
    )
