"""Trouble on demand: refusals, lost answers and held requests, before or after their effect."""

import asyncio
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TypeVar


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` requests whose name fits `pattern`.

    `error` answers that Slack error; `status` and `headers` answer that HTTP status (429 with `retry_after`); `drop`
    resets the connection; `hang` never answers. `after_effect` lets the request do its work first.
    """

    pattern: str
    after_effect: bool = False
    error: str = ""
    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    hang: bool = False
    times: int = 1


@dataclass(slots=True)
class Hold:
    """Stops the next `times` requests whose name fits `pattern` and that are `saying` this, until they are released."""

    pattern: str
    after_effect: bool = False
    times: int = 1
    saying: str = ""
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    async def arrived(self, timeout: float = 15) -> None:  # noqa: ASYNC109
        """Return once a request is held; raises TimeoutError after `timeout` real seconds."""
        async with asyncio.timeout(timeout):
            await self._arrived.wait()

    def release(self) -> None:
        """Let what is held go on, and hold nothing any more."""
        self.times = 0
        self._released.set()

    async def stop_here(self) -> None:
        """Be held."""
        self._arrived.set()
        await self._released.wait()


Scripted = TypeVar("Scripted", Fault, Hold)


class Faults:
    """Scripted trouble, in order; names: methods, `response_url`, `upload`, `download`, `socket.<envelope type>`."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._holds: list[Hold] = []

    def add(
        self,
        pattern: str,
        *,
        after_effect: bool = False,
        error: str = "",
        status: int = 200,
        body: str = "",
        retry_after: int | None = None,
        drop: bool = False,
        hang: bool = False,
        times: int = 1,
    ) -> Fault:
        """Script one; `pattern` is a glob over names such as `chat.postMessage`."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        fault = Fault(pattern, after_effect, error, status, body, headers, drop, hang, times)
        self._faults.append(fault)
        return fault

    def hold(self, pattern: str, *, after_effect: bool = False, times: int = 1, saying: str = "") -> Hold:
        """Script a stop, of requests whose arguments hold what is `saying`; wait for `arrived()`, then `release()`."""
        hold = Hold(pattern, after_effect, times, saying)
        self._holds.append(hold)
        return hold

    def clear(self) -> None:
        """Forget what is scripted and release what is held."""
        for hold in self._holds:
            hold.release()
        self._faults.clear()
        self._holds.clear()

    def take(self, name: str, *, after_effect: bool) -> Fault | None:
        """The fault that this request meets at this point, used up by one."""
        return _take(self._faults, name, after_effect)

    @property
    def listens(self) -> bool:
        """Whether a stop is scripted for what a request is saying."""
        return any(hold.saying and hold.times > 0 for hold in self._holds)

    async def pass_by(self, name: str, *, after_effect: bool, said: str = "") -> None:
        """Go through the hold at this point, if there is one for what is said."""
        if hold := _take([one for one in self._holds if one.saying in said], name, after_effect):
            await hold.stop_here()


def _take(scripted: list[Scripted], name: str, after_effect: bool) -> Scripted | None:
    for one in scripted:
        if one.times > 0 and one.after_effect == after_effect and fnmatchcase(name, one.pattern):
            one.times -= 1
            return one
    return None
