"""Addresses of messages, without asking Slack for each."""

from dataclasses import dataclass

from bot.outbox.sender import Place


@dataclass(slots=True)
class Links:
    """`base` is the workspace's own address, `https://acme.slack.com/`, as `auth.test` says it.

    It is empty until Slack has said so, and there are no links until then.
    """

    base: str = ""

    def message(self, place: Place, *, thread: Place | None = None) -> str:
        """The address of the message there, in the thread of that one; empty where the workspace's is not known.

        https://docs.slack.dev/reference/methods/chat.getPermalink
        """
        if not self.base:
            return ""
        address = f"{self.base.rstrip('/')}/archives/{place.address}/p{place.id.replace('.', '')}"
        return f"{address}?thread_ts={thread.id}&cid={place.address}" if thread else address
