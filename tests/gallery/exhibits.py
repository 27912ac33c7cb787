"""What the bot showed people in a run: messages, forms and Homes, each once."""

import json
import re
from dataclasses import dataclass
from typing import Any

from bot.outbox.kinds import BY_NAME
from bot.slack.spoken import spoken
from sandbox.slack.page.feed import Notice
from tests.flows.house import House

VIEWS = {"view_open": "form", "view_push": "form", "view_update": "form", "home": "home"}
# Two messages that differ in these only are one exhibit.
NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One thing that somebody saw: in which story, on which surface, and what a screen reader says of it."""

    story: str
    surface: str
    title: str
    text: str
    body: dict[str, Any]


class Collector:
    """Listens to people's screens; `story` is what the run is about at the moment."""

    def __init__(self, house: House) -> None:
        self.story = ""
        self.exhibits: list[Exhibit] = []
        self._house = house
        self._seen: set[str] = set()
        self._stop = house.slack.parts.feed.subscribe(self._notice)

    def close(self) -> None:
        """Listen no more."""
        self._stop()

    def _notice(self, notice: Notice) -> None:
        event = notice.event
        kind = str(event["type"])
        if kind in VIEWS:
            self._keep(VIEWS[kind], event["view"], event["view"].get("title", {}).get("text", ""))
        elif kind in ("message", "message_changed") and event["message"].get("bot_id"):
            message = event["message"]
            self._keep(self._surface(event["channel"], message), message, "")

    def _surface(self, channel: str, message: dict[str, Any]) -> str:
        if message.get("is_ephemeral"):
            return "answer"
        key = str(message.get("metadata", {}).get("event_payload", {}).get("key", ""))
        kind = key.partition(":")[0].replace("-", "_")
        if kind in BY_NAME:
            return kind
        return "direct message" if self._house.slack.workspace.channels[channel].kind == "im" else "message"

    def _keep(self, surface: str, body: dict[str, Any], title: str) -> None:
        blocks = body.get("blocks", [])
        text = str(body.get("text") or "") or spoken(blocks)
        signature = NUMBERS.sub("0", json.dumps([surface, title, text, [block["type"] for block in blocks]]))
        if signature in self._seen:
            return
        self._seen.add(signature)
        first = title or next(iter(text.splitlines()), "")
        # As text at once: a message may change again before it is drawn.
        kept = json.loads(json.dumps(body))
        self.exhibits.append(Exhibit(self.story, surface, first[:120], text, kept))
