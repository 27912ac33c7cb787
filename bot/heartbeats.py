"""The loops of this process, each with a sign of life: which hang, and which have ended without being told to."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

# Well above what a step takes: whoever waits for somebody who is away gives up after a minute (a database) or half of
# one (Docker Hub, Slack), many times in a row where it reads a long list, and a step that failed is a sign of life.
PATIENCE = 600.0


class Heartbeat:
    """One loop's sign of life, due every `deadline` seconds."""

    def __init__(
        self, name: str, deadline: float = PATIENCE, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.name, self.deadline = name, deadline
        self._monotonic = monotonic
        self._last = monotonic()
        self._task: asyncio.Future[Any] | None = None
        self._is_over = self._rests = False

    def beat(self) -> None:
        """It is alive, and at work or at rest."""
        self._last = self._monotonic()
        self._rests = False

    def rest(self) -> None:
        """It waits for whatever comes next, however long that takes; its next beat ends this."""
        self.beat()
        self._rests = True

    def follow(self, task: "asyncio.Future[Any]") -> None:
        """The task that the loop is: its end is the loop's."""
        self._task = task
        self.beat()

    def end(self) -> None:
        """It was told to end: from now on it is neither late nor dead."""
        self._is_over = True

    @property
    def age(self) -> float:
        """Seconds since the last sign of life."""
        return self._monotonic() - self._last

    @property
    def is_late(self) -> bool:
        """Whether it has been silent for longer than it may."""
        return not (self._is_over or self._rests) and self.age > self.deadline

    @property
    def has_died(self) -> bool:
        """Whether its task ended without being told to."""
        return not self._is_over and self._task is not None and self._task.done()

    @property
    def problem(self) -> str | None:
        """What is wrong with the loop, as a clause; None where nothing is."""
        if self.has_died:
            return f"{self.name} has ended"
        return f"{self.name} has given no sign of life for {self.age:.0f} s" if self.is_late else None


class Heartbeats:
    """All loops of this process. Each may be silent for `grace` seconds longer: so long calls may wait, too."""

    def __init__(self, grace: float = 0.0) -> None:
        self._grace = grace
        self._watched: dict[str, Heartbeat] = {}

    def watch(self, name: str, deadline: float = PATIENCE) -> Heartbeat:
        """A new loop's sign of life."""
        return self.add(Heartbeat(name, deadline))

    def add(self, heartbeat: Heartbeat) -> Heartbeat:
        """Watch this one too; raises ValueError where another one has its name, which would be watched no more."""
        if heartbeat.name in self._watched:
            raise ValueError(f"{heartbeat.name} is watched already")
        heartbeat.deadline += self._grace
        self._watched[heartbeat.name] = heartbeat
        return heartbeat

    @property
    def problems(self) -> list[str]:
        """What is wrong, one clause for each loop that hangs or has ended; empty where all are well."""
        return [problem for each in self._watched.values() if (problem := each.problem)]

    @property
    def ages(self) -> dict[str, float]:
        """Seconds since each loop's last sign of life."""
        return {name: each.age for name, each in self._watched.items()}
