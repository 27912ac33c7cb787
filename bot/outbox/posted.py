"""What was sent a moment ago, for whoever waits for it in this process: an answer that wants to link to it."""

import asyncio
from collections import defaultdict


class Posted:
    """Tells those who wait for a message that it stands; another replica's messages it knows nothing of."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def note(self, key: str) -> None:
        """The message with this key stands."""
        for event in self._waiting.pop(key, ()):
            event.set()

    def expect(self, key: str) -> asyncio.Event:
        """What is set once the message is sent from now on; to be given back with `leave`."""
        event = asyncio.Event()
        self._waiting[key].add(event)
        return event

    def leave(self, key: str, event: asyncio.Event) -> None:
        """Nobody waits by this any more."""
        if waiting := self._waiting.get(key):
            waiting.discard(event)
            if not waiting:
                del self._waiting[key]
