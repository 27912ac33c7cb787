"""Links that the app unfolds: who is told of them, and what it hangs below the message.

https://docs.slack.dev/messaging/unfurling-links-in-messages
"""

import hashlib
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from sandbox.slack.parts import Parts
from sandbox.slack.transport.events import emit
from sandbox.slack.workspace.mrkdwn import unescape
from sandbox.slack.workspace.state import Channel, Json, Message

ADDRESS = re.compile(r"https?://[^\s<>|]+")
# What people write after an address, and what is none of it.
AFTERWARDS = ".,;:!?'\")]}"
POSTED = "conversations_history"


def announce_links(parts: Parts, channel: Channel, message: Message) -> None:
    """Tell the app of the addresses in a person's message that are of its domains; the app need not be there.

    https://docs.slack.dev/reference/events/link_shared
    """
    links = [{"domain": domain, "url": url} for url, domain in _own_links(parts, message)]
    if not links:
        return
    thread = {"thread_ts": message.body["thread_ts"]} if "thread_ts" in message.body else {}
    event: Json = {
        "type": "link_shared",
        "channel": channel.id,
        "user": message.body["user"],
        "message_ts": message.ts,
        **thread,
        "links": links,
        "is_bot_user_member": parts.app.bot_user_id in channel.members,
        "unfurl_id": unfurl_id(message),
        "source": POSTED,
        "event_ts": parts.workspace.next_ts(),
    }
    emit(parts, "link_shared", event, external=channel.external)


def addresses_in(text: str) -> list[str]:
    """The web addresses in a message's text, each once, as they were typed."""
    found = (unescape(match[0]).rstrip(AFTERWARDS) for match in ADDRESS.finditer(text))
    return list(dict.fromkeys(found))


def unfurl_id(message: Message) -> str:
    """The message's name for chat.unfurl: `C123456.123456789.987501.1b90fa…`."""
    place = f"{message.channel}.{message.ts}"
    return f"{place}.{hashlib.sha256(place.encode()).hexdigest()}"


def _own_links(parts: Parts, message: Message) -> Iterator[tuple[str, str]]:
    for url in addresses_in(message.body["text"]):
        if domain := parts.app.unfurls((urlsplit(url).hostname or "").lower()):
            yield url, domain
