"""Text for Slack: escaped, never longer than Slack takes, and never cut without saying so."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from bot.governance.people import is_slack_user
from bot.phrases import Mention, Phrase
from bot.visible import flat, visible

SECTION_LIMIT = 3000
HEADER_LIMIT = 150
LONGEST = 4000
MARKUP = frozenset("*_~`")
PART_OF_ENTITY = re.compile(r"&[a-z]{0,3}$")


def escape(text: str) -> str:
    """Text from people or from Docker Hub, made harmless: Slack asks for these three characters, and no others.

    https://docs.slack.dev/messaging/formatting-message-text
    """
    return visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def one_line(text: str) -> str:
    """Text made harmless that shall stay on its line: nobody adds lines of their own to a card."""
    return escape(flat(text))


def code(text: str) -> str:
    """A value in fixed width. A backtick would end it, so it becomes a look-alike."""
    flat = " ".join(text.split()) or " "
    return f"`{escape(flat.replace('`', 'ˋ'))}`"


def bold(text: str) -> str:
    """A plain text in bold; in fixed width where it holds what Slack takes for markup, as rules of tags do."""
    return code(text) if MARKUP.intersection(text) else f"*{one_line(text)}*"


def quote(text: str) -> str:
    """Somebody's words, as a quotation."""
    return "\n".join(f"> {escape(line)}" for line in text.splitlines() or [""])


def moment(at: datetime) -> str:
    """A time in each reader's own zone; without Slack, in UTC."""
    fallback = at.strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>"


def mention(user: str) -> str:
    """A person of the workspace; whoever is none, such as somebody at a terminal, as plain text."""
    return f"<@{user}>" if is_slack_user(user) else code(user)


def mention_group(group: str) -> str:
    """A user group of the workspace."""
    return f"<!subteam^{group}>"


def mentioned(who: Mention) -> str:
    """Whoever it is, as Slack has them."""
    match who.kind:
        case "person":
            return mention(who.id)
        case "group":
            return mention_group(who.id)
        case _:
            assert_never(who.kind)


def phrase_text(phrase: Phrase) -> str:
    """A sentence: its words escaped, its mentions as Slack writes them."""
    return "".join(escape(part) if isinstance(part, str) else mentioned(part) for part in phrase).rstrip()


def fit(text: str, limit: int) -> str:
    """At most `limit` characters; what was cut ends in `…`. Only for text that nobody has to read to its end."""
    if len(text) <= limit:
        return text
    return f"{PART_OF_ENTITY.sub('', text[: limit - 1])}…"


def fit_plain(text: str, limit: int) -> str:
    """`fit` for text without markup, of which Slack counts `&`, `<` and `>` as long as their entities."""
    used = 0
    for index, character in enumerate(text):
        used += len(escape(character))
        if used > limit:
            kept = text[:index]
            while len(escape(kept)) > limit - 1:
                kept = kept[:-1]
            return f"{kept}…"
    return text


def fit_lines(lines: Sequence[str], limit: int, more: str) -> str:
    """As many lines as fit; the last one says how many do not, and `more` says where they are."""
    shown: list[str] = []
    used = 0
    room = limit - len(more) - 40
    for line in (fit(line, 600) for line in lines):
        if used + len(line) + 1 > room and len(shown) < len(lines):
            return "\n".join([*shown, f"…and {len(lines) - len(shown):,} more{more}"])
        shown.append(line)
        used += len(line) + 1
    return "\n".join(shown)
