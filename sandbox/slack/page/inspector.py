"""The inspector: what went over the wire, and which of Slack's rules the app broke."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sandbox.slack.workspace.state import Json

Kind = Literal["api", "socket", "rule"]
Direction = Literal["in", "out"]
DETAIL_LIMIT = 4000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the inspector; `direction` is seen from Slack: `in` came from the app."""

    at: float
    kind: Kind
    direction: Direction
    title: str
    detail: str
    problem: bool = False


class Inspector:
    """Keeps the last 200 entries for the page, and every broken rule for the tests; tells of each."""

    def __init__(self, now: Callable[[], float], on_change: Callable[[], None]) -> None:
        self.entries: deque[Entry] = deque(maxlen=200)
        self.violations: list[Entry] = []
        self._now = now
        self._on_change = on_change

    def note(self, kind: Kind, direction: Direction, title: str, detail: Any = "", *, problem: bool = False) -> None:
        """Write down one exchange."""
        self.entries.append(Entry(self._now(), kind, direction, title, _readable(detail), problem))
        self._on_change()

    def violation(self, title: str, detail: Any = "") -> None:
        """Write down that the app broke a rule of Slack's."""
        entry = Entry(self._now(), "rule", "in", title, _readable(detail), problem=True)
        self.entries.append(entry)
        self.violations.append(entry)
        self._on_change()

    def as_json(self) -> Json:
        """The entries as the browser reads them, newest last."""
        return {"entries": [asdict(one) for one in self.entries]}


def _readable(detail: Any) -> str:
    text = detail if isinstance(detail, str) else json.dumps(detail, ensure_ascii=False, indent=1, default=str)
    return text if len(text) <= DETAIL_LIMIT else text[:DETAIL_LIMIT] + f"… ({len(text)} characters)"
