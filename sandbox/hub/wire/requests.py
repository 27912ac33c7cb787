"""The log of all requests, for assertions such as "exactly one POST"."""

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any


@dataclass(slots=True)
class Request:
    """One request that came in.

    `status` is None while it is unanswered, and for ever if the connection broke; `effects` are the numbers of the
    state's changes that it made, in the order of all changes.
    """

    at: float
    method: str
    path: str
    query: dict[str, str]
    body: Any
    caller: str = ""
    status: int | None = None
    effects: tuple[int, ...] = ()


class Requests(list[Request]):
    """All requests, oldest first."""

    def made(self, method_glob: str = "*", path_glob: str = "*") -> list[Request]:
        """Those that match."""
        return [each for each in self if fnmatchcase(each.method, method_glob) and fnmatchcase(each.path, path_glob)]


def body_of(raw: bytes) -> Any:
    """A request's body as JSON where it is, else as text; None where there is none."""
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")
