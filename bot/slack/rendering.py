"""What each kind of outbox message says in Slack: one table, from its request's row or from its payload."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, assert_never

from bot.governance.views import RequestView
from bot.operations.kit.base import Operation
from bot.outbox.kinds import ALERT, CARD, LIMIT_BEGIN, LIMIT_END, NOTICE, RESULT
from bot.outbox.sender import Outgoing
from bot.slack import cards
from bot.slack.blocks import Content


@dataclass(frozen=True, slots=True)
class OfRequest:
    """Told from the request, as it stands when it is delivered."""

    say: Callable[[RequestView, Operation], Content]


@dataclass(frozen=True, slots=True)
class OfPayload:
    """Told from what was written when the message was asked for."""

    say: Callable[[Mapping[str, Any]], Content]


Renderer: TypeAlias = OfRequest | OfPayload

RENDERERS: Mapping[str, Renderer] = {
    CARD.name: OfRequest(cards.request_card),
    RESULT.name: OfRequest(cards.result_message),
    ALERT.name: OfPayload(cards.alert_message),
    LIMIT_BEGIN.name: OfPayload(cards.limit_begins),
    LIMIT_END.name: OfPayload(cards.limit_ended),
    NOTICE.name: OfPayload(cards.notice_message),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """Puts messages into words; `view` answers a request as it stands."""

    view: Callable[[int], Awaitable[RequestView]]
    operations: Mapping[str, Operation]

    async def content(self, message: Outgoing) -> Content:
        """What the message says; raises `LookupError`, `TypeError` or `ValueError` where that cannot be said."""
        renderer = RENDERERS[message.kind]
        match renderer:
            case OfRequest(say=say):
                if message.request_id is None:
                    raise LookupError(f"{message.key} names no request")
                view = await self.view(message.request_id)
                return say(view, self.operations[view.operation])
            case OfPayload(say=say):
                return say(message.payload)
            case _:
                assert_never(renderer)
