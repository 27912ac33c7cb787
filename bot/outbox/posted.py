"""Where messages stand that were sent a moment ago, for whoever waits for one in this process: to link to it."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from cachetools import LRUCache

from bot.outbox.sender import Place

MOST_REMEMBERED = 1000


@dataclass(eq=False, slots=True)
class Expected:
    """A message that somebody waits for: `is_over` is set once it was sent, or once it cannot come in time."""

    key: str
    address: str
    within: float
    is_over: asyncio.Event = field(default_factory=asyncio.Event)


class Posted:
    """Tells those who wait for a message where it stands, or that it will not for a while.

    Of what other replicas send it knows nothing.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._rests_until: LRUCache[str, float] = LRUCache(MOST_REMEMBERED)
        self._places: LRUCache[str, Place] = LRUCache(MOST_REMEMBERED)
        self._sending: set[str] = set()
        self._expected: set[Expected] = set()

    @contextmanager
    def sending(self, key: str, address: str, *, rest_seconds: float) -> Iterator[None]:
        """While the message is sent: the address takes no other for so long, so who waits for one waits no more."""
        self._rests_until[address] = self._monotonic() + rest_seconds
        self._sending.add(key)
        self._let_go(address)
        try:
            yield
        finally:
            self._sending.discard(key)
            self._tell(key)

    def note(self, key: str, place: Place) -> None:
        """The message stands there."""
        self._places[key] = place
        self._tell(key)

    async def place_of(self, key: str, address: str, *, within: float) -> Place | None:
        """Where the message stands, as soon as it does; None where that takes longer than so many seconds."""
        if key in self._places:
            return self._places[key]
        expected = Expected(key, address, within)
        self._expected.add(expected)
        self._let_go(address)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await expected.is_over.wait()
        finally:
            self._expected.discard(expected)
        return self._places.get(key)

    def _tell(self, key: str) -> None:
        for expected in self._expected:
            if expected.key == key:
                expected.is_over.set()

    def _let_go(self, address: str) -> None:
        """What the address is too busy for is waited for no longer."""
        rests = self._rests_until.get(address, 0.0) - self._monotonic()
        for expected in self._expected:
            if expected.address == address and expected.key not in self._sending and rests > expected.within:
                expected.is_over.set()
