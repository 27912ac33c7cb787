"""The blocks that messages and views are made of, each within Slack's limits: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.slack.spoken import spoken
from bot.slack.text import HEADER_LIMIT, PART_OF_ENTITY, SECTION_LIMIT, fit, fit_plain

Block = dict[str, Any]
Level = Literal["info", "warning", "error"]

MAX_BLOCKS = 100
# `chat.update` takes 4,000 characters of text: https://docs.slack.dev/reference/methods/chat.update
LONGEST_TEXT = 3900
# What a view's blocks may say in all: https://docs.slack.dev/reference/views
ROOM = 200_000
# Kinds that not every workspace takes; the alert block is for modals only.
NEWER = frozenset({"table", "data_table", "alert", "card", "container", "layout"})
SIGNS = {"info": "ℹ️", "warning": "⚠️", "error": "🛑"}  # noqa: RUF001  the sign is meant


@dataclass(frozen=True, slots=True)
class Content:
    """A message: `text` carries all of it (screen readers and notifications read it), `blocks` show it.

    `classic` is the same for a workspace that refuses newer kinds of blocks; None where `blocks` has none.
    """

    text: str
    blocks: tuple[Block, ...]
    classic: tuple[Block, ...] | None = None


def content(*blocks: Block, classic: Sequence[Block] | None = None, limit: int = LONGEST_TEXT) -> Content:
    """A message of these blocks, whose text says all that they say.

    What is longer than `limit` is cut, so what makes a message keeps its blocks within it: `missing_from` tells.
    """
    return Content(fit(spoken(blocks), limit), blocks, None if classic is None else tuple(classic))


def ways_to_show(shown: Content) -> list[list[Block]]:
    """The blocks, and what is tried in turn where a workspace refuses them: without newer kinds, then as a paragraph.

    Whatever can be pressed stays.
    """
    blocks = list(shown.blocks)
    classic = list(shown.classic or [block for block in blocks if block["type"] not in NEWER])
    plain = [section(part) for part in parts_of(shown.text, SECTION_LIMIT - 10)]
    plain += [block for block in blocks if block["type"] == "actions"]
    return [blocks, plain] if classic == blocks else [blocks, classic, plain]


def section(text: str) -> Block:
    """A paragraph of mrkdwn, at most 3,000 characters."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": fit(text, SECTION_LIMIT)}}


def paragraph(text: str) -> Block:
    """A paragraph of plain text, in which nothing is markup."""
    return {"type": "section", "text": {"type": "plain_text", "text": fit_plain(text, SECTION_LIMIT), "emoji": False}}


def header(text: str) -> Block:
    """A heading; plain text, so nothing in it is markup."""
    return {"type": "header", "text": {"type": "plain_text", "text": fit_plain(text, HEADER_LIMIT), "emoji": True}}


def context(text: str) -> Block:
    """A line in small type: never for a warning."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": fit(text, SECTION_LIMIT)}]}


def alert(level: Level, text: str) -> Block:
    """A sentence that nobody may miss, in mrkdwn; `text` has no bold of its own."""
    return section(f"{SIGNS[level]} *{text}*")


def actions(block_id: str, *elements: Block) -> Block:
    """A row of buttons."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def button(text: str, action: str, value: str, **more: Any) -> Block:
    """A button; `value` only says which request is meant, never who may press it."""
    label = {"type": "plain_text", "text": text}
    return {"type": "button", "action_id": action, "text": label, "value": value, **more}


def confirmation(title: str, text: str, confirm: str, *, danger: bool = False) -> Block:
    """The question that Slack asks before it sends a press."""
    return {
        "title": {"type": "plain_text", "text": fit_plain(title, 100)},
        "text": {"type": "plain_text", "text": fit_plain(text, 300)},
        "confirm": {"type": "plain_text", "text": confirm},
        "deny": {"type": "plain_text", "text": "Not now"},
        "style": "danger" if danger else "primary",
    }


def pack_paragraphs(paragraphs: Sequence[Sequence[str]]) -> list[Block]:
    """Each paragraph in sections of its own, those that come later with what room the earlier ones have left."""
    blocks: list[Block] = []
    room = ROOM
    for number, lines in enumerate(paragraphs):
        later = len(paragraphs) - number - 1
        # Whatever comes later has some room, however much this one has to say.
        share = room if not later else room // 2
        packed = pack(lines, total=share, most=max(2, MAX_BLOCKS - len(blocks) - later))
        room -= sum(len(block["text"]["text"]) for block in packed)
        blocks += packed
    return blocks


def pack(lines: Sequence[str], *, limit: int = 2900, total: int = ROOM, most: int = MAX_BLOCKS) -> list[Block]:
    """Lines in as few sections as they need, `most` at most; the last says how many found no room in a view."""
    texts: list[str] = []
    used = 0
    pieces = [piece for line in lines for piece in parts_of(line, limit)]
    for number, line in enumerate(pieces):
        if used + len(line) > total or (len(texts) == most - 1 and len(texts[-1]) + len(line) + 1 > limit):
            texts.append(f"…and {len(pieces) - number:,} more lines, for which Slack's forms have no room.")
            break
        if texts and len(texts[-1]) + len(line) + 1 <= limit:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
        used += len(line) + 1
    return [section(text) for text in texts]


def parts_of(line: str, limit: int) -> list[str]:
    """The line, in several parts where it is longer than `limit`; no entity is cut in two."""
    parts = []
    while len(line) > limit:
        part = PART_OF_ENTITY.sub("", line[:limit])
        parts.append(part)
        line = line[len(part) :]
    return [*parts, line] if line else parts
