"""Links that the app unfolds: who is told of them, and what it hangs below the message.

https://docs.slack.dev/messaging/unfurling-links-in-messages
"""

import hashlib
import re
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

from sandbox.slack.interactions.payloads import active_user, joined_channel
from sandbox.slack.interactions.writing import write
from sandbox.slack.parts import Parts
from sandbox.slack.transport.events import emit
from sandbox.slack.workspace.mrkdwn import unescape
from sandbox.slack.workspace.state import Channel, Composed, Json, Message

ADDRESS = re.compile(r"<(https?://[^\s<>|]+)")
# Where a link is: in a message, or in what is not sent yet.
POSTED, COMPOSER = "conversations_history", "composer"


def announce_links(parts: Parts, channel: Channel, message: Message) -> None:
    """Tell the app of the addresses in a person's message that are of its domains; the app need not be there.

    https://docs.slack.dev/reference/events/link_shared
    """
    thread = {"thread_ts": message.body["thread_ts"]} if "thread_ts" in message.body else {}
    place = {"channel": channel.id, "message_ts": message.ts, **thread}
    place["is_bot_user_member"] = parts.app.bot_user_id in channel.members
    named = {"unfurl_id": unfurl_id(message), "source": POSTED}
    _announce(parts, message.body["text"], {"user": message.body["user"], **place, **named}, external=channel.external)


def compose_as_person(parts: Parts, user_id: str, *, channel: str, text: str) -> Composed:
    """Write something and do not send it yet: the app is told of its own links, and of no channel and no message.

    Raises NotPossibleError. https://docs.slack.dev/messaging/unfurling-links-in-messages
    """
    user = active_user(parts, user_id)
    joined_channel(parts, user, channel)
    composed, name = Composed(user.id, write(text, parts.workspace).text or ""), str(uuid.uuid4())
    parts.workspace.composed[name] = composed
    place = {"channel": "COMPOSER", "message_ts": str(uuid.uuid4()), "is_bot_user_member": False}
    _announce(parts, composed.text, {"user": user.id, **place, "unfurl_id": name, "source": COMPOSER})
    return composed


def addresses_in(text: str) -> list[str]:
    """The web addresses in a message's text, each once, as they were typed."""
    found = (unescape(match[1]) for match in ADDRESS.finditer(text))
    return list(dict.fromkeys(found))


def unfurl_id(message: Message) -> str:
    """The message's name for chat.unfurl: `C123456.123456789.987501.1b90fa…`."""
    place = f"{message.channel}.{message.ts}"
    return f"{place}.{hashlib.sha256(place.encode()).hexdigest()}"


def _announce(parts: Parts, text: str, place: Json, *, external: bool = False) -> None:
    links = [{"domain": domain, "url": url} for url, domain in _own_links(parts, text)]
    if links:
        event = {"type": "link_shared", **place, "links": links, "event_ts": parts.workspace.next_ts()}
        emit(parts, "link_shared", event, external=external)


def _own_links(parts: Parts, text: str) -> Iterator[tuple[str, str]]:
    for url in addresses_in(text):
        if domain := parts.app.unfurls((urlsplit(url).hostname or "").lower()):
            yield url, domain
