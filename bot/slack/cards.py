"""What messages say that are told from a payload: alerts, warnings of a limit and notices, as text and blocks: pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.phrases import load_phrase
from bot.slack.blocks import LONGEST_TEXT, Content, content, parts_of, section
from bot.slack.text import SECTION_LIMIT, code, fit, moment, phrase_text


def limit_begins(payload: Mapping[str, Any]) -> Content:
    """A rate limit that is nearly spent."""
    reset = moment(datetime.fromisoformat(payload["reset_at"]))
    text = (
        f"*Docker Hub's rate limit for {code(str(payload['family']))} is nearly spent*\n"
        f"{requests_left(payload)} a minute are left; it is full again {reset}. "
        "Requests wait until then, and other clients of this account may be refused."
    )
    return content(section(text))


def limit_ended(payload: Mapping[str, Any]) -> Content:
    """A rate limit of which enough is left again."""
    family = code(str(payload["family"]))
    text = f"Docker Hub's rate limit for {family} has recovered: {requests_left(payload)} are left."
    return content(section(text))


def requests_left(payload: Mapping[str, Any]) -> str:
    """`3 of 600 requests`."""
    return f"{payload['remaining']:,} of {payload['limit']:,} requests"


def notice_message(payload: Mapping[str, Any]) -> Content:
    """Something that an administrator has to mend."""
    said = load_phrase(payload.get("said") or (str(payload["text"]),))
    text = f"*Hubwarden needs an administrator*\n{phrase_text(said)}"
    return content(*(section(part) for part in parts_of(fit(text, LONGEST_TEXT), SECTION_LIMIT)))
