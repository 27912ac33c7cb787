"""What every listener is given: the use cases, the words, and the ways to answer."""

from dataclasses import dataclass

from bot.governance.context import Context
from bot.inbox.inbox import Inbox
from bot.intents.wishes import Vocabulary
from bot.operations.kit.base import Operation
from bot.slack.directory import SlackDirectory
from bot.slack.open_views import OpenViews
from bot.slack.replies import Replies


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Slack, as its listeners see it."""

    context: Context
    vocabulary: Vocabulary
    organizations: tuple[str, ...]
    approvals_channel: str
    directory: SlackDirectory
    replies: Replies
    views: OpenViews
    inbox: Inbox

    def operation(self, name: str) -> Operation:
        """The operation with this name."""
        return self.context.operations[name]
