"""How fast Slack hears “got it”, against a raw websocket's ack and the bare driver's commit of the row that is kept.

One process plays Slack and Docker Hub; the bot, a bare Bolt app and a raw websocket each connect to it from a process
of their own. The bot runs as `python -m bot run`, on SQLite and on PostgreSQL. All of it is one run on one machine:
ratios carry over to others, milliseconds do not.
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import aiosqlite
import psycopg
from sqlalchemy.engine import make_url

from benchmarks.far_side import AT_ONCE, REST_SECONDS, Client, FarSide
from bot.db.sqlite import prepare_sqlite
from tests import postgres

ROOT = Path(__file__).resolve().parents[1]
MOST_OVER_BARE = 2.0
LEAST_OF_BOLT = 0.5
LEAST_RECORDED = 150.0
MOST_BESIDE_A_WRITER = 50.0
POLICY = '{version: 1, rules: [{name: one, operations: ["*"], approvals: 1, approvers: {users: [U0OMAR]}}]}'
ROW = """INSERT INTO inbox (key, kind, person, payload, state, received_at, claimed_by, lease_until)
VALUES ({}) ON CONFLICT DO NOTHING RETURNING key"""
NONSENSE, WISH = "nonsense {}", "team create bench-{} --reason benchmark"


def raw_socket(url: str) -> None:
    """A websocket that parses each frame and acks it, and nothing else."""

    async def run() -> None:
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{url}/link", compress=0) as socket:
            async for frame in socket:
                envelope = json.loads(frame.data)
                if "envelope_id" in envelope:
                    await socket.send_str(json.dumps({"envelope_id": envelope["envelope_id"]}))

    asyncio.run(run())


def bare_bolt(url: str) -> None:
    """A Bolt app whose one listener acks, and nothing else."""
    from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler  # noqa: PLC0415  in its process alone
    from slack_bolt.app.async_app import AsyncApp  # noqa: PLC0415
    from slack_sdk.web.async_client import AsyncWebClient  # noqa: PLC0415

    async def run() -> None:
        client = AsyncWebClient(token="xoxb-1", base_url=f"{url}/api/")  # noqa: S106  nobody checks it
        app = AsyncApp(name="bare", client=client, process_before_response=True)

        @app.command("/hub")
        async def listener(ack: Callable[[], Any]) -> None:
            await ack()

        await AsyncSocketModeHandler(app, "xapp-1").start_async()

    asyncio.run(run())


@asynccontextmanager
async def in_process(far: FarSide, target: Callable[[str], None]) -> AsyncIterator[Client]:
    """Connected from a process of its own."""
    process = multiprocessing.get_context("spawn").Process(target=target, args=(far.url,), daemon=True)
    process.start()
    try:
        yield Client(far, await far.sockets.get())
    finally:
        process.terminate()
        process.join()


@asynccontextmanager
async def bot_on(far: FarSide, database: str, folder: Path) -> AsyncIterator[Client]:
    """The bot itself, connected."""
    policy = folder / "policy.yml"
    policy.write_text(POLICY, encoding="utf-8")
    given = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "SLACK_API_URL": f"{far.url}/api/",
        "SLACK_APPROVALS_CHANNEL": "C0APPROVALS",
        "SLACK_ALERTS_CHANNEL": "C0ALERTS",
        "SLACK_ADMIN_CHANNEL": "C0ADMIN",
        "DOCKERHUB_URL": far.url,
        "DOCKERHUB_USERNAME": "bot",
        "DOCKERHUB_TOKEN": "secret",
        "DOCKERHUB_ORGANIZATIONS": "acme",
        "DATABASE_URL": database,
        "POLICY_FILE": str(policy),
        "HEALTH_PORT": "0",
        "HEALTH_HOST": "127.0.0.1",
        "LOG_LEVEL": "WARNING",
        "AUDIT_POLL_SECONDS": "3600",
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "run", cwd=ROOT, env=given)
    try:
        yield Client(far, await asyncio.wait_for(far.sockets.get(), 60))
    finally:
        process.terminate()
        await process.wait()


def values(number: int) -> tuple[Any, ...]:
    """The row that a command is kept in, as large as the bot's."""
    payload = json.dumps({"address": {"user": "U0P1", "channel": "C0", "response_url": "x" * 60}, "sent": "x" * 60})
    moment = "2026-11-25 12:00:00.000000"
    return (f"bench:{number}", "command", "U0P1", payload, "waiting", moment, "bench", moment)


async def sqlite_commits(path: Path, number: int) -> list[float]:
    """The seconds of each bare commit of that row."""
    async with aiosqlite.connect(path) as connection:
        await connection._execute(prepare_sqlite, connection._conn, None)
        statement, seconds = ROW.format(", ".join("?" * 8)), []
        for each in range(number):
            started = time.perf_counter()
            await connection.execute("BEGIN IMMEDIATE")
            await (await connection.execute(statement, values(each))).fetchall()
            await connection.commit()
            seconds.append(time.perf_counter() - started)
            await asyncio.sleep(REST_SECONDS)
    return seconds


async def postgres_commits(url: str, number: int) -> list[float]:
    """The same with psycopg."""
    statement, seconds = ROW.format(", ".join(["%s"] * 8)), []
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(address, prepare_threshold=None) as connection:
        for each in range(number):
            started = time.perf_counter()
            await (await connection.execute(statement, values(each))).fetchall()
            await connection.commit()
            seconds.append(time.perf_counter() - started)
            await asyncio.sleep(REST_SECONDS)
    return seconds


def hard_writer(path: str) -> None:
    """Somebody else who writes to the same file all the time: a hundred rows a transaction, one after another."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        prepare_sqlite(connection, None)
        connection.execute("PRAGMA busy_timeout=30000")
        connection.execute("CREATE TABLE IF NOT EXISTS scratch (id INTEGER PRIMARY KEY, text TEXT)")
        while True:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO scratch (text) VALUES (?)", [("x" * 200,)] * 100)
            connection.execute("COMMIT")


@contextlib.contextmanager
def beside_a_writer(path: Path) -> Iterator[None]:
    """While it writes."""
    process = multiprocessing.get_context("spawn").Process(target=hard_writer, args=(str(path),), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


@dataclass(frozen=True, slots=True)
class Paced:
    """How something acks: seconds of each of many, one at a time; and acks a second, with many under way."""

    alone: Sequence[float]
    together: float


@dataclass(frozen=True, slots=True)
class Kept:
    """How the bot acks on one database, what the bare driver takes for the row, and requests recorded a second."""

    name: str
    commit: Sequence[float]
    acks: Paced
    recorded: float
    beside_a_writer: Sequence[float] = ()


async def pace(client: Client, arguments: argparse.Namespace, *, answers: bool = False) -> Paced:
    """Both, after some that only warm up; returns once all of it is answered, where it `answers` besides acking."""
    await client.one_at_a_time(NONSENSE, 50, answers=answers)
    alone = await client.one_at_a_time(NONSENSE, arguments.alone, answers=answers)
    before = client.far.answers
    together = await client.together(NONSENSE, arguments.together)
    if answers:
        await client.far.answered(before + arguments.together)
    return Paced(alone, together)


async def recorded_a_second(client: Client, number: int) -> float:
    """Requests recorded and answered a second, with many under way."""
    before, started = client.far.answers, time.perf_counter()
    await client.together(WISH, number)
    await client.far.answered(before + number)
    return number / (time.perf_counter() - started)


async def on_sqlite(far: FarSide, arguments: argparse.Namespace, folder: Path) -> Kept:
    """The bot on a file."""
    file = folder / "bench.sqlite"
    async with bot_on(far, f"sqlite+aiosqlite:///{file}", folder) as client:
        acks = await pace(client, arguments, answers=True)
        recorded = await recorded_a_second(client, arguments.recorded)
        with beside_a_writer(file):
            await asyncio.sleep(0.5)
            beside = await client.one_at_a_time(NONSENSE, arguments.alone, answers=True)
    return Kept("SQLite", await sqlite_commits(file, arguments.alone), acks, recorded, beside)


async def on_postgres(far: FarSide, arguments: argparse.Namespace, folder: Path, server: postgres.Server) -> Kept:
    """The bot on a server, whose own settings are the tests'."""
    url = postgres.as_text(server.create())
    async with bot_on(far, url, folder) as client:
        acks = await pace(client, arguments, answers=True)
        recorded = await recorded_a_second(client, arguments.recorded)
    return Kept("PostgreSQL", await postgres_commits(url, arguments.alone), acks, recorded)


async def measure(arguments: argparse.Namespace, folder: Path, server: postgres.Server) -> int:
    """All of it, one after another; prints it, and answers 1 where a goal was missed."""
    far = FarSide()
    runner = await far.start()
    try:
        async with in_process(far, raw_socket) as client:
            raw = await pace(client, arguments)
        async with in_process(far, bare_bolt) as client:
            bolt = await pace(client, arguments)
        kept = [await on_sqlite(far, arguments, folder), await on_postgres(far, arguments, folder, server)]
    finally:
        await runner.cleanup()
    print(f"raw websocket   {shown(raw.alone)}   {raw.together:8,.0f} a second")
    print(f"bare Bolt app   {shown(bolt.alone)}   {bolt.together:8,.0f} a second")
    return max([report(each, raw, bolt) for each in kept])


def report(kept: Kept, raw: Paced, bolt: Paced) -> int:
    """Print one database's figures and ratios; 1 where a goal was missed."""
    floor = statistics.median(raw.alone) + statistics.median(kept.commit)
    over, of_bolt = statistics.median(kept.acks.alone) / floor, kept.acks.together / bolt.together
    print(f"{kept.name}")
    print(f"  bare commit   {shown(kept.commit)}")
    print(f"  kept and ack  {shown(kept.acks.alone)}   {over:.2f} times raw ack and commit (goal: {MOST_OVER_BARE})")
    print(f"  {AT_ONCE} at a time {kept.acks.together:8,.0f} a second, {of_bolt:.2f} of Bolt's (goal: {LEAST_OF_BOLT})")
    print(f"  recorded      {kept.recorded:8,.0f} requests a second (goal on SQLite: {LEAST_RECORDED:.0f})")
    missed = over > MOST_OVER_BARE or of_bolt < LEAST_OF_BOLT or kept.recorded < LEAST_RECORDED
    if kept.beside_a_writer:
        worst = percentile(kept.beside_a_writer, 99)
        print(f"  beside somebody who writes hard {shown(kept.beside_a_writer)} (goal: p99 {MOST_BESIDE_A_WRITER} ms)")
        missed = missed or worst > MOST_BESIDE_A_WRITER
    return int(missed)


def shown(seconds: Sequence[float]) -> str:
    """Median and 99th percentile, in milliseconds."""
    return f"p50 {percentile(seconds, 50):7.2f} ms  p99 {percentile(seconds, 99):7.2f} ms"


def percentile(seconds: Sequence[float], share: int) -> float:
    """In milliseconds."""
    return statistics.quantiles(seconds, n=100)[share - 1] * 1000


def main() -> int:
    """Measure and print; 1 where a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alone", type=int, default=500, help="acks one at a time (default: 500)")
    parser.add_argument("--together", type=int, default=5000, help=f"acks {AT_ONCE} at a time (default: 5000)")
    parser.add_argument("--recorded", type=int, default=500, help="requests to be recorded (default: 500)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hubwarden-bench-") as folder, postgres.running_server() as server:
        return asyncio.run(measure(arguments, Path(folder), server))


if __name__ == "__main__":
    raise SystemExit(main())
