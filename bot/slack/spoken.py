"""What blocks say, as the one text that screen readers and notifications have of a message: pure."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bot.slack.text import code, escape

# What is pressed or filled in has the focus of its own, and is read there.
CONTROLS = frozenset({"actions"})
# What Slack would read as markup in plain text.
MARKUP = re.compile(r"[*~`]|(?<!\w)_|_(?!\w)")
MARKS = re.compile(r"[*_~`ˋ>|]|\s")
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def spoken(blocks: Sequence[Mapping[str, Any]]) -> str:
    """All that the blocks say, a line or more a block, in mrkdwn."""
    return "\n".join(line for line in map(said_by, blocks) if line)


def said_by(block: Mapping[str, Any]) -> str:
    """What one block says; empty for one that only separates, and for one of controls alone."""
    say = SPEAKERS.get(str(block.get("type")))
    return say(block) if say else ""


def text_of(part: Mapping[str, Any] | None) -> str:
    """A text object's text, in mrkdwn."""
    if not part:
        return ""
    text = str(part.get("text") or "")
    return text if part.get("type") == "mrkdwn" else literal(text)


def literal(text: str) -> str:
    """Plain text as mrkdwn that shows it as it is: in fixed width where Slack would take something for markup."""
    return code(text) if MARKUP.search(text) else escape(text)


def of_section(block: Mapping[str, Any]) -> str:
    """Its text, then its fields."""
    return joined([text_of(block.get("text")), *map(text_of, block.get("fields") or ())])


def of_context(block: Mapping[str, Any]) -> str:
    """Its texts, and what its pictures are described as."""
    return joined([text_of(each) or image(each) for each in block.get("elements") or ()], " ")


def image(block: Mapping[str, Any]) -> str:
    """What a picture is described as, and its title."""
    return joined([text_of(block.get("title")), literal(str(block.get("alt_text") or ""))], " ")


def of_input(block: Mapping[str, Any]) -> str:
    """What is asked, and the hint for it."""
    return joined([text_of(block.get("label")), text_of(block.get("hint"))])


def of_table(block: Mapping[str, Any]) -> str:
    """A line a row, its cells apart by a dot."""
    return joined([" · ".join(cell(each) for each in row) for row in block.get("rows") or ()])


def cell(part: Mapping[str, Any]) -> str:
    """A table's cell: raw text, or rich text."""
    return of_rich_text(part) if part.get("type") == "rich_text" else literal(str(part.get("text") or ""))


def of_rich_text(block: Mapping[str, Any]) -> str:
    """Its sections, lists, quotations and preformatted texts, one after another."""
    return joined([rich(each) for each in block.get("elements") or ()])


def rich(part: Mapping[str, Any]) -> str:
    """A part of rich text; https://docs.slack.dev/reference/block-kit/blocks/rich-text-block"""
    kind = str(part.get("type"))
    if kind == "rich_text_list":
        return joined([f"• {rich(each)}" for each in part["elements"]])
    if "elements" in part:
        return "".join(map(rich, part["elements"]))
    say = RICH.get(kind)
    return say(part) if say else ""


def of_card(block: Mapping[str, Any]) -> str:
    """A card's title, subtitle and body, and what its pictures are described as."""
    texts = [text_of(block.get(key)) for key in ("title", "subtitle", "body", "subtext")]
    return joined([*texts, *(image(block.get(key) or {}) for key in ("hero_image", "icon"))])


def joined(texts: Sequence[str], by: str = "\n") -> str:
    """Those of the texts that say something."""
    return by.join(text for text in texts if text)


RICH: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "text": lambda part: literal(str(part["text"])),
    "link": lambda part: literal(str(part.get("text") or part["url"])),
    "user": lambda part: f"<@{part['user_id']}>",
    "usergroup": lambda part: f"<!subteam^{part['usergroup_id']}>",
    "channel": lambda part: f"<#{part['channel_id']}>",
    "emoji": lambda part: f":{part['name']}:",
    "date": lambda part: literal(str(part.get("fallback") or "")),
}
SPEAKERS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "header": lambda block: text_of(block.get("text")),
    "section": of_section,
    "context": of_context,
    "markdown": lambda block: literal(str(block.get("text") or "")),
    "image": image,
    "input": of_input,
    "table": of_table,
    "data_table": of_table,
    "rich_text": of_rich_text,
    "alert": lambda block: text_of(block.get("text")),
    "card": of_card,
}


def missing_from(text: str, blocks: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the blocks say and the text does not, marks and spaces apart; labels of controls are read where they are."""
    heard = bare(text)
    return [said for block in blocks for said in texts_in(block) if bare(said) not in heard]


def bare(text: str) -> str:
    """A text without what only gives it its form."""
    for entity, character in ENTITIES:
        text = text.replace(entity, character)
    return MARKS.sub("", text)


def texts_in(part: Any) -> Iterator[str]:
    """Every text anywhere in a block, but for controls."""
    match part:
        case {"type": str(kind)} if kind in CONTROLS:
            return
        case {"text": str(text)}:
            yield text
        case {"type": "user", "user_id": str(user)}:
            yield user
        case dict():
            if isinstance(alternative := part.get("alt_text"), str):
                yield alternative
            for key, value in part.items():
                if key not in {"accessory", "element", "alt_text"}:
                    yield from texts_in(value)
        case list() | tuple():
            for each in part:
                yield from texts_in(each)
