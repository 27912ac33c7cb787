"""The bot's business time in a sandbox: read at the start, followed from then on, and believed on this machine only."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web

from bot.clock import utc_now
from bot.errors import ConfigurationError
from bot.sandbox_clock import SandboxClock, read_offset


class Teller:
    """A clock's stream that says what a test puts in, and hangs up where it is told to."""

    def __init__(self) -> None:
        self.says: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.asked = 0
        self.status = 200

    def say(self, offset: float | str) -> None:
        """One event."""
        self.says.put_nowait(f'data: {{"offset": {offset}}}\n\n'.encode())

    def hang_up(self) -> None:
        """End the stream."""
        self.says.put_nowait(None)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """The stream."""
        self.asked += 1
        if self.status != 200:
            return web.Response(status=self.status, headers={"Location": "/elsewhere"})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        while (data := await self.says.get()) is not None:
            await response.write(data)
        return response


class Moves:
    """Counts the moves that it is told of, and lets a test wait for them."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[None] = asyncio.Queue()

    def __call__(self) -> None:
        self.heard.put_nowait(None)

    async def wait(self) -> None:
        """Return once another move was told."""
        async with asyncio.timeout(5):
            await self.heard.get()


@pytest.fixture
def teller() -> Teller:
    """What the sandbox says."""
    return Teller()


@pytest.fixture
def moves() -> Moves:
    """What the bot is told of it."""
    return Moves()


@pytest.fixture
async def clock(teller: Teller, moves: Moves, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SandboxClock]:
    """A clock that follows the stream, in a hurry."""
    monkeypatch.setattr("bot.sandbox_clock.RETRY_SECONDS", 0.01)
    monkeypatch.setattr("bot.sandbox_clock.FIRST_SECONDS", 0.5)
    app = web.Application()
    app.router.add_get("/clock", teller.stream)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession() as session:
        clock = SandboxClock(f"http://{host}:{port}/clock", session=session, on_move=moves)
        yield clock
        await clock.stop()
    await runner.cleanup()


def ahead(clock: SandboxClock) -> int:
    """By how many seconds the clock is ahead of the machine's."""
    return round((clock.now() - utc_now()).total_seconds())


async def test_the_offset_is_known_when_the_start_is_over(clock: SandboxClock, teller: Teller, moves: Moves) -> None:
    teller.say(3600)
    await clock.start()
    assert ahead(clock) == 3600
    assert moves.heard.empty()


async def test_a_move_is_told_and_a_repetition_is_not(clock: SandboxClock, teller: Teller, moves: Moves) -> None:
    teller.say(0)
    await clock.start()
    teller.say(0)
    teller.say(3600)
    await moves.wait()
    assert ahead(clock) == 3600
    assert moves.heard.empty()


async def test_after_a_break_it_is_asked_anew(clock: SandboxClock, teller: Teller, moves: Moves) -> None:
    teller.say(0)
    await clock.start()
    teller.hang_up()
    teller.say(60)
    await moves.wait()
    assert (ahead(clock), teller.asked) == (60, 2)


async def test_what_cannot_be_understood_ends_the_stream_and_not_the_clock(
    clock: SandboxClock, teller: Teller, moves: Moves
) -> None:
    teller.say(5)
    await clock.start()
    teller.say('"soon"')
    teller.hang_up()
    teller.say(60)
    await moves.wait()
    assert ahead(clock) == 60


@pytest.mark.parametrize("status", [404, 302])
async def test_no_clock_at_the_start_is_a_sentence(clock: SandboxClock, teller: Teller, status: int) -> None:
    teller.status = status
    with pytest.raises(ConfigurationError) as caught:
        await clock.start()
    (problem,) = caught.value.problems
    assert problem.startswith("SANDBOX_CLOCK_URL: no sandbox tells its time at http://127.0.0.1:")


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"offset": "1"}', b'{"offset": NaN}', b'{"offset": 1e300}', b'{"offset": null}']
)
def test_only_a_number_of_seconds_is_an_offset(data: bytes) -> None:
    with pytest.raises(ValueError):
        read_offset(data)


def test_seconds_are_seconds() -> None:
    assert read_offset(b' {"offset": 90.5}') == timedelta(seconds=90.5)
