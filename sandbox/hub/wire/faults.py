"""Trouble that a test orders: what goes wrong, before or after the effect of a request, and requests that are held."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

EDGE_PAGE = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"


@dataclass(frozen=True, slots=True)
class Respond:
    """This answer in place of Docker Hub's; `body` is JSON unless it is a text. `after`: the request took effect."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    after: bool = False


@dataclass(frozen=True, slots=True)
class Hang:
    """No answer at all until the client gives up or the server stops."""

    after: bool = False


@dataclass(frozen=True, slots=True)
class Delay:
    """The request is answered as it must be, so many real seconds later."""

    seconds: float
    after: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection breaks without an answer."""

    after: bool = False


@dataclass(frozen=True, slots=True)
class ForeignNext:
    """The page's `next` names another scheme and host."""

    host: str = "elsewhere.example"
    scheme: str = "http"
    after: bool = field(default=True, init=False)


@dataclass(frozen=True, slots=True)
class ExpireTokens:
    """Every access token becomes invalid, and then the request is answered as it then must be."""

    after: bool = field(default=False, init=False)


Fault = Respond | Delay | Hang | Drop | ForeignNext | ExpireTokens


def rate_limited(retry_after: str = "1", *, header: str = "Retry-After", after: bool = False) -> Respond:
    """429 with this value, whatever its form."""
    return Respond(429, {"detail": "Rate limit exceeded", "error": False}, {header: retry_after}, after=after)


def edge_page(status: int = 503, *, after: bool = False) -> Respond:
    """The HTML page that the edge answers in place of Docker Hub."""
    return Respond(status, EDGE_PAGE, content_type="text/html", after=after)


def nonsense(body: Any = '{"results": [', *, status: int = 200, after: bool = True) -> Respond:
    """A success that nobody understands."""
    return Respond(status, body, after=after)


def failure(status: int = 500, *, after: bool = False) -> Respond:
    """A failure of the service; with `after` the write was done all the same."""
    return Respond(status, {"message": "internal server error"}, after=after)


@dataclass(slots=True)
class _Order:
    method: str
    path: str
    left: int | None
    skip: int

    def takes(self, method: str, path: str) -> bool:
        """Whether this request is one of those meant, and counts it."""
        if self.left == 0 or not (fnmatchcase(method, self.method) and fnmatchcase(path, self.path)):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.left is not None:
            self.left -= 1
        return True


class Faults:
    """The faults that are ordered, in the order in which they were."""

    def __init__(self) -> None:
        self._orders: list[tuple[_Order, Fault]] = []

    def add(self, method_glob: str, path_glob: str, fault: Fault, times: int | None = 1, *, skip: int = 0) -> None:
        """Let `times` requests (None: all) that match go wrong, after `skip` that match and go well."""
        self._orders.append((_Order(method_glob, path_glob, times, skip), fault))

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._orders.clear()

    def take(self, method: str, path: str) -> list[Fault]:
        """The faults for a request that has come; the first of each moment wins where two answer."""
        return [fault for order, fault in self._orders if order.takes(method, path)]


class Hold:
    """Requests that wait, before or after their effect, until they are let go; `count` says how many came."""

    def __init__(self, method_glob: str, path_glob: str, *, after: bool, times: int | None) -> None:
        self.after = after
        self.count = 0
        self._order = _Order(method_glob, path_glob, times, 0)
        self._arrived = asyncio.Event()
        self._released = asyncio.Event()

    async def arrived(self) -> None:
        """Return once a request waits."""
        await self._arrived.wait()

    def release(self) -> None:
        """Let it go on, and all later ones."""
        self._released.set()

    def takes(self, method: str, path: str) -> bool:
        """Whether this request is held."""
        return not self._released.is_set() and self._order.takes(method, path)

    async def wait(self) -> None:
        """Wait here as the held request."""
        self.count += 1
        self._arrived.set()
        await self._released.wait()
