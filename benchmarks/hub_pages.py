"""Reading a long list: the client against bare aiohttp at the same concurrency, and against one page after another.

A server in a process of its own answers 2,000 repositories in pages of 100, each after 50 ms. The three take turns
in one run, so what is compared had the same machine; ratios carry over to others, milliseconds do not.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from typing import Any

import aiohttp
from aiohttp import web
from pydantic import SecretStr

from bot.hub.auth import Credential
from bot.hub.client import Hub
from bot.hub.protocol import ClientOptions

PATH = "/v2/namespaces/acme/repositories"
TEMPLATE = "/v2/namespaces/{namespace}/repositories"
PAGE_SIZE = 100
MOST_OVER_BARE = 1.3
LEAST_OVER_SERIAL = 8.0

Read = Callable[[], Awaitable[int]]


def repository(number: int) -> dict[str, Any]:
    """A row of the size that Docker Hub sends."""
    return {
        "name": f"repository-{number}",
        "namespace": "acme",
        "repository_type": "image",
        "status": 1,
        "status_description": "active",
        "description": f"What repository {number} is for, in a sentence of the usual length.",
        "is_private": bool(number % 2),
        "star_count": number % 7,
        "pull_count": number * 31,
        "last_updated": "2026-01-15T12:00:00.000000Z",
        "date_registered": "2024-01-15T12:00:00.000000Z",
        "media_types": ["application/vnd.docker.container.image.v1+json"],
        "content_types": ["image"],
        "categories": [{"name": "Databases", "slug": "databases"}],
    }


def bodies(rows: int) -> list[bytes]:
    """Every page, ready to be sent."""
    pages = range(0, rows, PAGE_SIZE)
    return [_body(start, rows, is_last=start == pages[-1]) for start in pages]


def _body(start: int, rows: int, *, is_last: bool) -> bytes:
    following = f"http://elsewhere.example{PATH}?page={start // PAGE_SIZE + 2}&page_size={PAGE_SIZE}"
    results = [repository(number) for number in range(start, min(start + PAGE_SIZE, rows))]
    page = {"count": rows, "next": None if is_last else following, "previous": None, "results": results}
    return json.dumps(page).encode()


def serve(rows: int, delay: float, ready: Connection) -> None:
    """Run the server; sends its port when it listens."""
    asyncio.run(_serve(rows, delay, ready))


async def _serve(rows: int, delay: float, ready: Connection) -> None:
    pages = bodies(rows)
    headers = {"X-RateLimit-Limit": "180", "X-RateLimit-Remaining": "90", "X-RateLimit-Reset": "4102444800"}

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if request.path != PATH:
            return web.json_response({"access_token": "opaque"})
        await asyncio.sleep(delay)
        body = pages[int(request.query.get("page", "1")) - 1]
        return web.Response(body=body, content_type="application/json", headers=headers)

    runner = web.ServerRunner(web.Server(answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    ready.send(runner.addresses[0][1])
    await asyncio.Event().wait()


class Bare:
    """What anybody would write with aiohttp for exactly this list: no retry, no token, no check."""

    def __init__(self, url: str, rows: int, concurrency: int) -> None:
        self._url, self._last, self._concurrency = url + PATH, -(-rows // PAGE_SIZE), concurrency
        self.session = aiohttp.ClientSession()

    async def page(self, number: int) -> list[Any]:
        """One page's rows."""
        query = {"page": str(number), "page_size": str(PAGE_SIZE)}
        async with self.session.get(self._url, params=query, headers={"Authorization": "Bearer opaque"}) as response:
            rows: list[Any] = (await response.json())["results"]
            return rows

    async def one_after_another(self) -> int:
        """The list's length, read in turn."""
        return sum([len(await self.page(number)) for number in range(1, self._last + 1)])

    async def side_by_side(self) -> int:
        """The list's length: the first page tells the count, the rest come at once."""
        gate = asyncio.Semaphore(self._concurrency)

        async def one(number: int) -> list[Any]:
            async with gate:
                return await self.page(number)

        first = await self.page(1)
        rest = await asyncio.gather(*(one(number) for number in range(2, self._last + 1)))
        return len(first) + sum(len(rows) for rows in rest)


async def measure(url: str, rows: int, rounds: int) -> dict[str, float]:
    """The median seconds of each way to read the list; the three take turns."""
    options = ClientOptions()
    hub = Hub(url=url, credential=Credential("acme", SecretStr("secret")), options=options)
    bare = Bare(url, rows, options.concurrency)

    async def with_client() -> int:
        return len((await hub.pages(TEMPLATE, namespace="acme")).data)

    ways: dict[str, Read] = {"client": with_client, "bare": bare.side_by_side, "serial": bare.one_after_another}
    try:
        times = await _take_turns(ways, rows, rounds)
    finally:
        await hub.close()
        await bare.session.close()
    return {name: statistics.median(seconds) for name, seconds in times.items()}


async def _take_turns(ways: dict[str, Read], rows: int, rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, read in ways.items():
            started = time.perf_counter()
            if await read() != rows:
                raise SystemExit(f"{name} did not read all {rows} rows")
            if number:  # the first round only opens connections and logs in
                times[name].append(time.perf_counter() - started)
    return times


def main() -> int:
    """Measure and print; 1 where a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--delay", type=float, default=0.05, help="the server's, in seconds (default: 0.05)")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=serve, args=(arguments.rows, arguments.delay, theirs), daemon=True
    )
    server.start()
    try:
        seconds = asyncio.run(measure(f"http://127.0.0.1:{ours.recv()}", arguments.rows, arguments.rounds))
    finally:
        server.terminate()
        server.join()
    return report(seconds, arguments)


def report(seconds: dict[str, float], arguments: argparse.Namespace) -> int:
    """Print medians and ratios; 1 where a goal was missed."""
    over_bare = seconds["client"] / seconds["bare"]
    over_serial = seconds["serial"] / seconds["client"]
    lines = [
        f"{arguments.rows} rows in pages of {PAGE_SIZE}, {arguments.delay * 1000:.0f} ms each, "
        f"median of {arguments.rounds} rounds",
        f"  this client         {seconds['client'] * 1000:8.1f} ms",
        f"  bare aiohttp        {seconds['bare'] * 1000:8.1f} ms   client takes {over_bare:.2f} times as long "
        f"(goal: at most {MOST_OVER_BARE})",
        f"  one after another   {seconds['serial'] * 1000:8.1f} ms   client is {over_serial:.1f} times as fast "
        f"(goal: at least {LEAST_OVER_SERIAL:.0f})",
    ]
    print("\n".join(lines))
    return int(over_bare > MOST_OVER_BARE or over_serial < LEAST_OVER_SERIAL)


if __name__ == "__main__":
    raise SystemExit(main())
