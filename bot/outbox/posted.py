"""What is sent at this moment, for whoever waits for it in this process: an answer that wants to link to it."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class Expected:
    """A message that somebody waits for: `is_over` is set once it was sent, or once it cannot come in time."""

    key: str
    address: str
    within: float
    is_over: asyncio.Event = field(default_factory=asyncio.Event)


class Posted:
    """Tells those who wait for a message that it was sent, or that it will not be for a while.

    Of what other replicas send it knows nothing.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._rests_until: dict[str, float] = {}
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
            for expected in self._expected:
                if expected.key == key:
                    expected.is_over.set()

    @contextmanager
    def expecting(self, key: str, address: str, *, within: float) -> Iterator[asyncio.Event]:
        """An event that is set once the message was sent, or once that cannot be within so many seconds."""
        expected = Expected(key, address, within)
        self._expected.add(expected)
        self._let_go(address)
        try:
            yield expected.is_over
        finally:
            self._expected.discard(expected)

    def _let_go(self, address: str) -> None:
        """What the address is too busy for is waited for no longer."""
        rests = self._rests_until.get(address, 0.0) - self._monotonic()
        for expected in self._expected:
            if expected.address == address and expected.key not in self._sending and rests > expected.within:
                expected.is_over.set()
