"""What a person types, as Slack sends it on: the text with its links and mentions, and the rich text beside it.

https://docs.slack.dev/messaging/formatting-message-text; the lists that the composer makes as one types stay text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from sandbox.slack.block_kit.check import complete_blocks
from sandbox.slack.workspace.messages import Draft
from sandbox.slack.workspace.mrkdwn import escape, expand_mention
from sandbox.slack.workspace.state import Json, Workspace

# The first that fits holds: nothing in code is a link, nothing in a link is a mention.
INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|(?<![\w<|:])(?P<link>https?://[^\s<>|]*[^\s<>|.,;:!?'\")\]}])"
    r"|(?<![\w<|:.+-])(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?<![\w@#.&/])(?P<sign>[@#])(?P<name>\w[\w.-]*\w|\w)"
    r"|(?<![\w:]):(?P<emoji>[a-z0-9_+'-]+):(?!\w)"
    r"|(?<![\w*])\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>[^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])"
    r"|(?<![\w~])~(?P<strike>[^\s~](?:[^~\n]*[^\s~])?)~(?![\w~])"
)
MARKS = {"bold": "*", "italic": "_", "strike": "~"}
FENCE = re.compile(r"```\n?(.+?)\n?```", re.DOTALL)
# Of all the emoji there are, those that people here use; another name between colons stays text.
EMOJI = frozenset(
    {"+1", "-1", "eyes", "fire", "heart", "memo", "no_entry", "pray", "question", "rocket", "smile", "tada"}
    | {"thumbsup", "warning", "wave", "white_check_mark", "x"}
)
MENTIONS = {"@U": ("user", "user_id"), "@W": ("user", "user_id"), "#C": ("channel", "channel_id")}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of what was typed: as text, and as elements of rich text."""

    text: str
    elements: tuple[Json, ...]


def write(text: str, workspace: Workspace, *, thread_ts: str = "", broadcast: bool = False) -> Draft:
    """The message that comes of what was typed."""
    typed, spans = "", []
    for fenced, part in _parts(text):
        if fenced:
            typed += f"```{escape(part)}```"
            spans.append({"type": "rich_text_preformatted", "elements": [{"type": "text", "text": part}], "border": 0})
            continue
        pieces = list(_inline(part, workspace))
        typed += "".join(piece.text for piece in pieces)
        spans += _spans(part, workspace)
    blocks = complete_blocks([{"type": "rich_text", "elements": spans}]) if spans else None
    return Draft(text=typed, blocks=blocks, thread_ts=thread_ts, broadcast=broadcast)


def _parts(text: str) -> Iterator[tuple[bool, str]]:
    """The text in turn outside and inside of fences."""
    for index, part in enumerate(FENCE.split(text)):
        if part:
            yield bool(index % 2), part


def _spans(part: str, workspace: Workspace) -> Iterator[Json]:
    """A section for lines, a quotation for those that begin with `>`."""
    for quoted, lines in groupby(part.strip("\n").split("\n"), key=lambda line: line.startswith(">")):
        written = "\n".join(line.removeprefix(">").removeprefix(" ") if quoted else line for line in lines)
        elements = [one for piece in _inline(written, workspace) for one in piece.elements]
        if elements:
            yield {"type": "rich_text_quote" if quoted else "rich_text_section", "elements": elements}


def _inline(text: str, workspace: Workspace, style: tuple[str, ...] = ()) -> Iterator[Piece]:
    end = 0
    for match in INLINE.finditer(text):
        piece = _piece(match, workspace, style)
        if piece is None:
            continue
        if match.start() > end:
            yield _plain(text[end : match.start()], style)
        yield piece
        end = match.end()
    if end < len(text):
        yield _plain(text[end:], style)


def _piece(match: re.Match[str], workspace: Workspace, style: tuple[str, ...]) -> Piece | None:
    """None where it is nothing but text after all."""
    match match.lastgroup:
        case "code":
            return Piece(escape(match[0]), (_styled({"type": "text", "text": match["code"]}, (*style, "code")),))
        case "link":
            return Piece(f"<{escape(match[0])}>", (_styled({"type": "link", "url": match[0]}, style),))
        case "mail":
            link = {"type": "link", "url": f"mailto:{match[0]}", "text": match[0]}
            return Piece(f"<mailto:{match[0]}|{match[0]}>", (_styled(link, style),))
        case "emoji":
            element = _styled({"type": "emoji", "name": match["emoji"]}, style)
            return Piece(match[0], (element,)) if match["emoji"] in EMOJI else None
        case "name":
            mention = expand_mention(match["sign"], match["name"], workspace, with_names=False)
            return Piece(mention, (_styled(_mentioned(mention), style),)) if mention else None
        case kind:
            inner = list(_inline(match[str(kind)], workspace, (*style, str(kind))))
            mark = MARKS[str(kind)]
            text = f"{mark}{''.join(one.text for one in inner)}{mark}"
            return Piece(text, tuple(element for one in inner for element in one.elements))


def _mentioned(mention: str) -> Json:
    """`<@U…>`, `<#C…|>`, `<!subteam^S…>` or `<!here>` as an element."""
    inside = mention.strip("<>").partition("|")[0]
    if inside.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": inside.partition("^")[2]}
    if inside.startswith("!"):
        return {"type": "broadcast", "range": inside[1:]}
    kind, key = MENTIONS[inside[:2]]
    return {"type": kind, key: inside[1:]}


def _plain(text: str, style: tuple[str, ...]) -> Piece:
    return Piece(escape(text), (_styled({"type": "text", "text": text}, style),))


def _styled(element: Json, style: tuple[str, ...]) -> Json:
    return {**element, "style": dict.fromkeys(style, True)} if style else element
