"""What every listener is given: the use cases, the words, and the ways to answer."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.errors import UserError
from bot.governance.context import Context
from bot.inbox.inbox import Inbox
from bot.intents.wishes import Vocabulary
from bot.lights import Light
from bot.operations.kit.base import Operation
from bot.outbox.posted import Posted
from bot.slack.directory import SlackDirectory
from bot.slack.links import Links
from bot.slack.open_views import OpenViews
from bot.slack.replies import Replies

NOT_ANY_MORE = "Hubwarden was updated, and does not know “{name}” any more: nothing was done. Please ask once more."


async def nothing_looked_at() -> Sequence[Light]:
    """No lights, where nobody can look."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Slack, as its listeners see it.

    `links` knows the addresses of messages, `doctor` looks whether everything is in order.
    """

    context: Context
    vocabulary: Vocabulary
    organizations: tuple[str, ...]
    approvals_channel: str
    directory: SlackDirectory
    replies: Replies
    views: OpenViews
    inbox: Inbox
    links: Links = field(default_factory=Links)
    posted: Posted = field(default_factory=Posted)
    doctor: Callable[[], Awaitable[Sequence[Light]]] = nothing_looked_at

    def operation(self, name: str) -> Operation:
        """The operation with this name; raises `UserError` where there is none any more, after an update."""
        try:
            return self.context.operations[name]
        except KeyError:
            raise UserError(NOT_ANY_MORE.format(name=name)) from None
