"""The tests' own PostgreSQL."""

import os
import select
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests import postgres

ROOT = Path(__file__).resolve().parents[1]
HOLD_A_SERVER = """
from tests.postgres import running_server
with running_server() as server:
    print(server.admin.query["host"], flush=True)
    input()
"""


def hold_a_server() -> tuple[subprocess.Popen[str], Path]:
    """A process that runs a server until it reads a line, and that server's folder."""
    environment = {name: value for name, value in os.environ.items() if name != "TEST_POSTGRES_URL"}
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_A_SERVER],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    return holder, Path(holder.stdout.readline().strip())


@pytest.fixture
async def connections(
    bare_postgresql_url: str, postgres_server: postgres.Server
) -> AsyncIterator[list[asyncpg.Connection]]:
    """One connection to each of two databases."""
    other = postgres_server.create()
    connected = [
        await asyncpg.connect(url.replace("+asyncpg", "")) for url in (bare_postgresql_url, postgres.as_text(other))
    ]
    yield connected
    for connection in connected:
        await connection.close()
    postgres_server.drop(other)


async def test_two_databases_of_one_server_do_not_see_each_others_tables(connections: list[asyncpg.Connection]) -> None:
    one, two = connections
    await one.execute("CREATE TABLE mine (id int)")
    assert await two.fetchval("SELECT to_regclass('mine')") is None


def test_a_server_is_stopped_and_its_folder_removed_on_leaving(postgres_server: postgres.Server) -> None:
    holder, folder = hold_a_server()
    assert (folder / "data" / "postmaster.pid").exists()
    holder.communicate("\n", timeout=20)
    assert holder.returncode == 0
    assert not folder.exists()


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="no setpriv here: a killed session's server is not stopped")
def test_a_killed_sessions_server_stops_and_the_next_session_removes_its_folder(
    postgres_server: postgres.Server,
) -> None:
    holder, folder = hold_a_server()
    server = os.pidfd_open(int((folder / "data" / "postmaster.pid").read_text().split()[0]))
    holder.kill()
    holder.communicate()
    ended, _, _ = select.select([server], [], [], 20)
    os.close(server)
    assert ended, "the server outlived the process that started it"
    next_holder, _ = hold_a_server()
    next_holder.communicate("\n", timeout=20)
    assert not folder.exists()
