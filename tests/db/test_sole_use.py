"""One bot on an SQLite file, whichever way it is reached; and nobody else is disturbed."""

import asyncio
import errno
import fcntl
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.db.session import Database
from bot.db.sole_use import file_of, sole_use
from bot.errors import ConfigurationError
from tests.templates import sqlite_address

HOLD = """
import sys
from bot.db.sole_use import sole_use
with sole_use(sys.argv[1]) as alone:
    print(alone, flush=True)
    sys.stdin.read()
"""
REFUSED = 7
TRY = f"""
import sys
from bot.db.sole_use import sole_use
from bot.errors import ConfigurationError
try:
    sole_use(sys.argv[1]).__enter__()
except ConfigurationError:
    sys.exit({REFUSED})
"""


@contextmanager
def held_elsewhere(url: str, cwd: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process has the file; killed at the end."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", HOLD, url]
    with subprocess.Popen(
        command, cwd=cwd, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        yield process
        process.kill()


def refusal(url: str) -> str:
    """What who comes second is told."""
    with pytest.raises(ConfigurationError) as refused, sole_use(url):
        raise AssertionError("two had it")
    [sentence] = refused.value.problems
    return sentence


@pytest.fixture
def path(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite+aiosqlite:///"))


def test_a_second_bot_is_told_which_file_whose_process_and_the_way_out(sqlite_url: str, path: Path) -> None:
    with sole_use(sqlite_url) as is_alone:
        assert is_alone
        assert refusal(sqlite_url) == (
            f"DATABASE_URL: another bot (process {os.getpid()}) runs on the file {path}, and an SQLite file is for one "
            "bot. Stop the other one, or use PostgreSQL (postgresql://…), which is for several."
        )
    with sole_use(sqlite_url) as is_alone:
        assert is_alone


def test_another_process_is_named_and_its_death_sets_the_file_free(sqlite_url: str, tmp_path: Path) -> None:
    with held_elsewhere(sqlite_url, tmp_path) as process:
        assert f"(process {process.pid})" in refusal(sqlite_url)
        process.kill()
        process.wait()
        with sole_use(sqlite_url) as is_alone:
            assert is_alone


@pytest.mark.parametrize(
    "spelling",
    [
        "sqlite+aiosqlite:///{path}",
        "sqlite+aiosqlite:///hubwarden.sqlite",
        "sqlite+aiosqlite:///./nowhere/../hubwarden.sqlite",
        "sqlite+aiosqlite:///symlink",
        "sqlite+aiosqlite:///folder/hubwarden.sqlite",
        "sqlite+aiosqlite:///hardlink",
        "sqlite+aiosqlite:///file:{path}?uri=true",
        "sqlite+aiosqlite:///file:hubwarden.sqlite?mode=rwc&uri=true",
        "sqlite:///{path}",
        "hubwarden.sqlite",
        "SQLite:///{path}",
        "sqlite+aiosqlite:////{path}?timeout=5",
    ],
)
def test_it_is_the_same_file_however_it_is_spelled(
    sqlite_url: str, path: Path, spelling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    (path.parent / "nowhere").mkdir()
    (path.parent / "folder").symlink_to(path.parent)
    (path.parent / "symlink").symlink_to(path)
    os.link(path, path.parent / "hardlink")
    with held_elsewhere(sqlite_url, path.parent) as process:
        assert f"(process {process.pid})" in refusal(spelling.format(path=path))


def test_a_file_that_is_not_there_yet_is_had_too(tmp_path: Path) -> None:
    url = sqlite_address(tmp_path / "new.sqlite")
    with sole_use(url), pytest.raises(ConfigurationError), sole_use(url):
        raise AssertionError("two had it")


def test_two_files_are_two(sqlite_url: str, tmp_path: Path) -> None:
    with sole_use(sqlite_url), sole_use(sqlite_address(tmp_path / "other.sqlite")) as is_alone:
        assert is_alone


@pytest.mark.parametrize(
    "url",
    [
        "sqlite+aiosqlite:///file::memory:?uri=true",
        "sqlite+aiosqlite:///file:x?mode=memory&cache=shared&uri=true",
    ],
)
def test_what_is_in_memory_is_everybodys_own(url: str) -> None:
    assert file_of(url) is None
    with sole_use(url), sole_use(url) as is_alone:
        assert is_alone


def test_postgresql_is_for_several() -> None:
    with sole_use("postgresql+asyncpg://u@h/d"), sole_use("postgresql+asyncpg://u@h/d") as is_alone:
        assert not is_alone


@pytest.mark.parametrize("place", ["nowhere/x.sqlite", "."])
def test_a_file_that_cannot_be_opened_is_left_to_sqlite_to_speak_of(tmp_path: Path, place: str) -> None:
    with sole_use(sqlite_address(tmp_path / place)):
        pass


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_file_system_that_locks_nothing_is_said_and_used_all_the_same(
    sqlite_url: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bytes:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "fcntl", refuse)
    with capture_logs() as logs, sole_use(sqlite_url) as is_alone:
        assert not is_alone
    assert [(each["event"], each["log_level"]) for each in logs] == [("database.not_guarded", "warning")]


def run(script: str, *arguments: str) -> int:
    """The exit status of a script in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, check=False, env=environment, timeout=30).returncode


async def test_others_read_and_write_the_file_meanwhile_and_the_bot_itself_too(sqlite_url: str, path: Path) -> None:
    write = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript('CREATE TABLE beside (x)')"
    with sole_use(sqlite_url):
        ours = Database(sqlite_url)
        await ours.ping()
        assert await asyncio.to_thread(run, write, str(path)) == 0
        with closing(sqlite3.connect(path)) as beside:
            assert beside.execute("SELECT count(*) FROM beside").fetchone() == (0,)
        await ours.close()
        # Each of these has opened and closed the file, which would end a lock of the process's.
        refusal(sqlite_url)
        assert await asyncio.to_thread(run, TRY, sqlite_url) == REFUSED
