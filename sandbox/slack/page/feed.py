"""What people's screens are told, as it happens; whoever waits for something on a screen waits here."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from sandbox.slack.workspace.state import Json

T = TypeVar("T")
Listener = Callable[["Notice"], None]


@dataclass(frozen=True, slots=True)
class Notice:
    """One event for the screens of `people`, or of everybody where that is None."""

    event: Json
    people: frozenset[str] | None

    def reaches(self, user_id: str) -> bool:
        """Whether that person's screen gets it."""
        return self.people is None or user_id in self.people


class Feed:
    """Publishes notices to listeners, and wakes waiters after each."""

    def __init__(self) -> None:
        self.notices: deque[Notice] = deque(maxlen=2000)
        self._listeners: list[Listener] = []
        self._changed = asyncio.Event()

    def publish(self, event: Json, *, to: Iterable[str] | None = None) -> None:
        """Tell the screens of these people, or everybody's."""
        notice = Notice(event, None if to is None else frozenset(to))
        self.notices.append(notice)
        for listener in tuple(self._listeners):
            listener(notice)
        self.touch()

    def touch(self) -> None:
        """Wake the waiters without telling any screen."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each notice from now on; answers the function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def wait(self, look: Callable[[], T | None], *, timeout: float) -> T:  # noqa: ASYNC109
        """Answer what `look` finds as soon as it finds something; raises TimeoutError after `timeout` real seconds."""
        async with asyncio.timeout(timeout):
            while (found := look()) is None:
                await self._changed.wait()
        return found
