"""What each kind of outbox message says in Slack: one table, from its request's row or from its payload."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, assert_never

from bot.governance.views import RequestView
from bot.operations.kit.base import Operation
from bot.outbox.kinds import (
    ALERT,
    ALERT_MORE,
    ASK,
    CARD,
    LEAVER,
    LIMIT,
    LIMIT_BEGIN,
    LIMIT_END,
    LOG,
    NOTICE,
    REMINDER,
    RESULT,
    WELCOME,
)
from bot.outbox.sender import Outgoing
from bot.phrases import load_phrase
from bot.slack import alerts_said, cards, greetings
from bot.slack.approver import Reader, ask_message, reminder_message
from bot.slack.blocks import Content, content, section
from bot.slack.card import request_card
from bot.slack.links import Links
from bot.slack.results import result_message
from bot.slack.text import fit, phrase_text


@dataclass(frozen=True, slots=True)
class OfRequest:
    """Told from the request, as it stands when it is delivered."""

    say: Callable[[RequestView, Operation, Links], Content]


@dataclass(frozen=True, slots=True)
class OfPayload:
    """Told from what was written when the message was asked for."""

    say: Callable[[Mapping[str, Any]], Content]


@dataclass(frozen=True, slots=True)
class OfReader:
    """Told from the request to the one person who reads it, in their direct messages."""

    say: Callable[[RequestView, Operation, Reader, Links], Content]


Renderer: TypeAlias = OfRequest | OfReader | OfPayload


def unlinked(say: Callable[[RequestView, Operation], Content]) -> OfRequest:
    """Told from the request by what links to no message."""
    return OfRequest(lambda view, operation, _links: say(view, operation))


def told(payload: Mapping[str, Any]) -> Content:
    """What the payload says, in text or in a phrase, and nothing besides."""
    text = fit(phrase_text(load_phrase(payload.get("said") or (str(payload["text"]),))), 2900)
    return content(section(text))


def linked_result(view: RequestView, operation: Operation, links: Links) -> Content:
    """How the request ended, with the way back to its card."""
    return result_message(view, operation, link=links.message(view.card) if view.card else "")


# Everything that `SlackSender` sends; homes are `SlackHome`'s.
RENDERERS: Mapping[str, Renderer] = {
    CARD.name: unlinked(request_card),
    RESULT.name: OfRequest(linked_result),
    ASK.name: OfReader(ask_message),
    REMINDER.name: OfReader(reminder_message),
    LOG.name: OfPayload(told),
    ALERT.name: OfPayload(alerts_said.alert_message),
    ALERT_MORE.name: OfPayload(alerts_said.alert_message),
    LIMIT.name: OfPayload(alerts_said.limit_message),
    LIMIT_BEGIN.name: OfPayload(cards.limit_begins),
    LIMIT_END.name: OfPayload(cards.limit_ended),
    NOTICE.name: OfPayload(cards.notice_message),
    WELCOME.name: OfPayload(greetings.welcome_message),
    LEAVER.name: OfPayload(greetings.leaver_message),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """Puts messages into words; `view` answers a request as it stands, `links` the addresses of messages."""

    view: Callable[[int], Awaitable[RequestView]]
    operations: Mapping[str, Operation]
    links: Links = field(default_factory=Links)

    async def content(self, message: Outgoing) -> Content:
        """What the message says; raises `LookupError`, `TypeError` or `ValueError` where that cannot be said."""
        renderer = RENDERERS[message.kind]
        match renderer:
            case OfRequest(say=say):
                view, operation = await self._request(message)
                return say(view, operation, self.links)
            case OfReader(say=direct):
                view, operation = await self._request(message)
                return direct(view, operation, Reader(message.destination.address, message.payload), self.links)
            case OfPayload(say=say):
                return say(message.payload)
            case _:
                assert_never(renderer)

    async def _request(self, message: Outgoing) -> tuple[RequestView, Operation]:
        if message.request_id is None:
            raise LookupError(f"{message.key} names no request")
        view = await self.view(message.request_id)
        return view, self.operations[view.operation]
