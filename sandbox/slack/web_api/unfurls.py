"""chat.unfurl: what the app hangs below a message with a link of its own."""

from typing import Any

from sandbox.slack.block_kit.check import check_attachments
from sandbox.slack.errors import ApiError
from sandbox.slack.interactions.links import COMPOSER, POSTED, addresses_in, unfurl_id
from sandbox.slack.web_api.limits import TIER_3
from sandbox.slack.web_api.method import Call, Method
from sandbox.slack.workspace.messages import attach, block_messages
from sandbox.slack.workspace.state import Composed, Json, Message

NO_PREVIEW = "[no preview available]"


def unfurl(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.unfurl: by channel and ts, or by unfurl_id and source."""
    place = _by_id(call) if call.arguments.has("unfurl_id") or call.arguments.has("source") else _by_place(call)
    given = call.arguments.structure("unfurls", "invalid_unfurls_format")
    if given is None:
        raise ApiError("missing_unfurls")
    if not isinstance(given, dict) or not all(isinstance(one, dict) for one in given.values()):
        raise ApiError("invalid_unfurls_format")
    written = addresses_in(place.text if isinstance(place, Composed) else place.body["text"])
    if not set(given) <= set(written):
        raise ApiError("cannot_unfurl_url")
    if found := check_attachments(list(given.values())):
        raise ApiError("cannot_parse_attachment", block_messages(found))
    hung = [_attachment(call, url, one) for url, one in given.items()]
    if isinstance(place, Composed):
        place.unfurled |= {one["from_url"]: one for one in hung}
        call.parts.feed.touch()
    else:
        attach(call.parts, place, hung)
    return {}


def _by_id(call: Call) -> Message | Composed:
    source, wanted = call.arguments.text("source"), call.arguments.text("unfurl_id")
    if not source:
        raise ApiError("missing_source")
    if not wanted:
        raise ApiError("missing_unfurl_id")
    if source not in (POSTED, COMPOSER):
        raise ApiError("invalid_source")
    workspace = call.parts.workspace
    if source == COMPOSER:
        found: Message | Composed | None = workspace.composed.get(wanted)
    else:
        channel, _, rest = wanted.partition(".")
        there = workspace.channels[channel].messages if channel in workspace.channels else {}
        found = there.get(rest.rpartition(".")[0])
    if found is None or (isinstance(found, Message) and unfurl_id(found) != wanted):
        raise ApiError("invalid_unfurl_id")
    return found


def _by_place(call: Call) -> Message:
    for name in ("channel", "ts"):
        if not call.arguments.text(name):
            raise ApiError(f"missing_{name}")
    try:
        channel = call.seen_channel(call.arguments.text("channel"))
    except ApiError as unseen:
        raise ApiError("cannot_find_channel") from unseen
    message = channel.messages.get(call.arguments.text("ts"))
    if message is None or message.only_for is not None:
        raise ApiError("cannot_unfurl_message")
    return message


def _attachment(call: Call, url: str, given: Json) -> Json:
    app = call.parts.app
    own: dict[str, Any] = {key: value for key, value in given.items() if key not in ("hide_color", "preview")}
    shown = {"from_url": url, "app_unfurl_url": url, "is_app_unfurl": True, "app_id": app.id, "bot_id": app.bot_id}
    return {"fallback": NO_PREVIEW, **own, **shown}


METHODS = (Method("chat.unfurl", unfurl, TIER_3, ("links:write",)),)
