"""How long after a slash command somebody sees the answer, beyond what Slack and Docker Hub take for themselves.

Both are simulated and take 50 ms for each call. What is subtracted is the time in which the bot waits for one of them:
of a read, Docker Hub's answer; of a request, Docker Hub's and then Slack's, for the receipt links to the card and waits
for that to stand.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.far_side import Client, FarSide
from benchmarks.slack_acks import bot_on, percentile, shown
from tests import postgres

DELAY_SECONDS = 0.05
MOST_AT_THE_MEDIAN, MOST_AT_THE_99TH = 15.0, 40.0
READ, REQUEST = "team list", "team create bench-{} --reason benchmark"
# A channel takes one message a second: a card that has to wait for longer is linked by no receipt.
CARD_REST_SECONDS = 1.2


async def own_seconds(client: Client, text: str, number: int, *, rest: float) -> list[float]:
    """Of each command, the seconds until its answer came in, without those in which the far side was waited for."""
    seconds = []
    for _ in range(number):
        before, started = client.far.answers, time.perf_counter()
        client.far.waits.clear()
        await client.send(text)
        await client.far.answered(before + 1)
        ended = client.far.answered_at
        seconds.append(ended - started - covered(client.far.waits, started, ended))
        await asyncio.sleep(rest)
    return seconds


def covered(waits: Sequence[tuple[float, float]], started: float, ended: float) -> float:
    """How long at least one of the waits lasted, between these two moments."""
    total, reached = 0.0, started
    for begin, end in sorted(waits):
        first, last = max(begin, reached), min(end, ended)
        if last > first:
            total, reached = total + last - first, last
    return total


async def measure(arguments: argparse.Namespace, database: str, name: str, folder: Path) -> int:
    """One database; prints it, and answers 1 where a goal was missed."""
    far = FarSide(delay=DELAY_SECONDS)
    runner = await far.start()
    try:
        async with bot_on(far, database, folder) as client:
            # The first ones learn who asks, and log in to Docker Hub.
            await own_seconds(client, READ, 50, rest=0.01)
            reads = await own_seconds(client, READ, arguments.reads, rest=0.01)
            await own_seconds(client, REQUEST, 2, rest=CARD_REST_SECONDS)
            requests = await own_seconds(client, REQUEST, arguments.requests, rest=CARD_REST_SECONDS)
    finally:
        await runner.cleanup()
    print(f"{name}, beyond {DELAY_SECONDS * 1000:.0f} ms a call")
    goals = f"goals: p50 {MOST_AT_THE_MEDIAN} ms, p99 {MOST_AT_THE_99TH} ms"
    print(f"  read          {shown(reads)}   ({goals})")
    print(f"  request       {shown(requests)}   ({goals})")
    return int(any(map(is_too_slow, (reads, requests))))


def is_too_slow(seconds: Sequence[float]) -> bool:
    """Whether a goal was missed."""
    return percentile(seconds, 50) > MOST_AT_THE_MEDIAN or percentile(seconds, 99) > MOST_AT_THE_99TH


def main() -> int:
    """Measure and print; 1 where a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reads", type=int, default=300, help="reads to be answered (default: 300)")
    parser.add_argument("--requests", type=int, default=50, help="requests, 1.2 seconds apart (default: 50)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hubwarden-bench-") as folder, postgres.running_server() as server:
        file = f"sqlite+aiosqlite:///{folder}/bench.sqlite"
        missed = asyncio.run(measure(arguments, file, "SQLite", Path(folder)))
        url = postgres.as_text(server.create())
        return max(missed, asyncio.run(measure(arguments, url, "PostgreSQL", Path(folder))))


if __name__ == "__main__":
    raise SystemExit(main())
