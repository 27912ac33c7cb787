"""Block Kit as Slack checks it on arrival: blocks, messages and views, and what Slack adds before it stores them."""

import json
import secrets
from collections.abc import Iterator
from typing import Any, Literal

from sandbox.slack.block_kit.blocks import BLOCKS, IN_HOMES, IN_MESSAGES, IN_MODALS
from sandbox.slack.block_kit.elements import MESSAGE_ONLY
from sandbox.slack.block_kit.limits import (
    ATTACHMENTS,
    DATA_VISUALIZATIONS,
    EXTERNAL_ID,
    MESSAGE_BLOCKS,
    TABLE_CHARACTERS,
    VIEW_BLOCKS,
    limit,
)
from sandbox.slack.block_kit.objects import plain
from sandbox.slack.block_kit.rules import Report, Rule, Violation, anything, choice, flag, items, record, text, variant
from sandbox.slack.workspace.state import Json

Surface = Literal["message", "response", "modal", "home"]
ALLOWED = {"message": IN_MESSAGES, "response": IN_MESSAGES, "modal": IN_MODALS, "home": IN_HOMES}
NESTED = ("child_blocks", "fallback")


def _view_rule(kind: Literal["modal", "home"]) -> Rule:
    shared: dict[str, Rule] = {
        "private_metadata": text(limit("view.private_metadata.max_length")),
        "callback_id": text(limit("view.callback_id.max_length")),
        "external_id": text(EXTERNAL_ID),
    }
    blocks = {"blocks": anything}
    if kind == "home":
        return record(blocks, shared)
    return record(
        {"title": plain(limit("view.title.max_length")), **blocks},
        {
            **shared,
            "close": plain(limit("view.close.max_length")),
            "submit": plain(limit("view.submit.max_length")),
            "clear_on_close": flag,
            "notify_on_close": flag,
            "submit_disabled": flag,
        },
    )


VIEW = variant({"modal": _view_rule("modal"), "home": _view_rule("home")})


def check_blocks(blocks: Any, surface: Surface, pointer: str = "/blocks") -> list[Violation]:
    """What is wrong with these blocks on that surface; empty where Slack would take them."""
    report = Report()
    in_view = surface in ("modal", "home")
    most, least = (VIEW_BLOCKS, limit("view.blocks.min_items")) if in_view else (MESSAGE_BLOCKS, 0)
    items(variant(BLOCKS), most, least)(blocks, pointer, report)
    if report.violations or not isinstance(blocks, list):
        return report.violations
    _check_places(blocks, surface, pointer, report)
    if surface != "response":
        # Slack was recorded taking the same block_id twice at a response_url, and nowhere else.
        _check_block_ids(blocks, pointer, report)
    _check_action_ids(blocks, pointer, report)
    _check_totals(blocks, pointer, report)
    return report.violations


def check_view(view: Any, *, kinds: tuple[str, ...] = ("modal", "home"), pointer: str = "/view") -> list[Violation]:
    """What is wrong with this view."""
    report = Report()
    VIEW(view, pointer, report)
    if report.violations:
        return report.violations
    kind = view["type"]
    choice(*kinds)(kind, f"{pointer}/type", report)
    report.violations += check_blocks(view["blocks"], kind, f"{pointer}/blocks")
    if report.violations:
        return report.violations
    inputs = any(one.get("type") == "input" for one in view["blocks"])
    if kind == "modal" and inputs and not view.get("submit"):
        report.add(pointer, "missing required field: submit", type="required", expected="submit")
    return report.violations


def check_attachments(attachments: Any) -> list[Violation]:
    """What is wrong with these attachments; only their blocks have rules."""
    report = Report()
    items(anything, ATTACHMENTS)(attachments, "/attachments", report)
    for index, one in enumerate(attachments if isinstance(attachments, list) else ()):
        if not isinstance(one, dict):
            report.add(f"/attachments/{index}", "must provide an object", type="type", expected="object")
        elif "blocks" in one:
            report.violations += check_blocks(one["blocks"], "message", f"/attachments/{index}/blocks")
    return report.violations


def check_message(message: Any, surface: Surface = "message") -> list[Violation]:
    """What is wrong with a message's blocks and attachments."""
    if not isinstance(message, dict):
        return [Violation("", "failed_constraint", "must provide an object")]
    blocks, attachments = message.get("blocks"), message.get("attachments")
    found = check_blocks(blocks, surface) if blocks is not None else []
    return found + (check_attachments(attachments) if attachments is not None else [])


def complete_blocks(blocks: list[Json]) -> list[Json]:
    """The blocks as Slack stores them: ids for blocks and elements, switches for texts."""
    completed = [_complete(one) for one in blocks]
    return [{"block_id": secrets.token_urlsafe(4)[:5], **one} | _identified(one) for one in completed]


def complete_attachments(attachments: list[Json]) -> list[Json]:
    """The attachments as Slack stores them: numbered, their blocks complete."""
    return [
        {**one, "id": number, **({"blocks": complete_blocks(one["blocks"])} if "blocks" in one else {})}
        for number, one in enumerate(attachments, start=1)
    ]


def blocks_in(body: Json) -> list[Json]:
    """The blocks of a message or a view, those of its attachments after its own."""
    hung = (one for attachment in body.get("attachments", ()) for one in attachment.get("blocks", ()))
    return [*body.get("blocks", ()), *hung]


def derive_text(blocks: list[Json]) -> str:
    """The words in the blocks, which Slack takes for `text` where there is none."""
    return "\n".join(text for block in blocks for text in _words(block) if text)[:3000]


def elements_in(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element with the block it stands in, nested blocks included."""
    for block in blocks:
        for nested in (child for name in NESTED for child in block.get(name, ())):
            yield from elements_in([nested])
        for name in ("elements", "actions"):
            for one in block.get(name, ()):
                if isinstance(one, dict) and block["type"] == "carousel":
                    yield from elements_in([one])
                elif isinstance(one, dict) and "action_id" in one:
                    yield block, one
        for name in ("accessory", "element"):
            if isinstance(one := block.get(name), dict) and "action_id" in one:
                yield block, one


def _check_places(blocks: list[Json], surface: Surface, pointer: str, report: Report) -> None:
    for index, block in enumerate(blocks):
        here = f"{pointer}/{index}"
        choice(*sorted(ALLOWED[surface]))(block["type"], f"{here}/type", report)
        for _, element in elements_in([block]):
            kind = element["type"]
            if _misplaced(kind, surface):
                report.add(here, f"unsupported element in a {surface}: {kind}", type="enum", got=kind)


def _misplaced(kind: str, surface: Surface) -> bool:
    if kind == "file_input":
        return surface != "modal"
    if kind == "rich_text_input":
        return surface not in ("modal", "home")
    if kind == "datetimepicker":
        return surface == "home"
    return kind in MESSAGE_ONLY and surface not in ("message", "response")


def _check_block_ids(blocks: list[Json], pointer: str, report: Report) -> None:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = block.get("block_id")
        if block_id and block["type"] != "markdown" and block_id in seen:
            report.add(f"{pointer}/{index}/block_id", f'`block_id` "{block_id}" already exists', type="unique")
        seen.update([block_id] if block_id else [])


def _check_action_ids(blocks: list[Json], pointer: str, report: Report) -> None:
    focused = 0
    for index, block in enumerate(blocks):
        names = [element["action_id"] for _, element in elements_in([block])]
        for name in sorted({one for one in names if names.count(one) > 1}):
            report.add(f"{pointer}/{index}", f'`action_id` "{name}" already exists in the block', type="unique")
        focused += sum(bool(element.get("focus_on_load")) for _, element in elements_in([block]))
    if focused > 1:
        report.add(pointer, "only one element may have focus_on_load", type="unique", expected=1, got=focused)


def _check_totals(blocks: list[Json], pointer: str, report: Report) -> None:
    kinds = [block["type"] for block in blocks]
    totals = (
        ("table", 1, TABLE_CHARACTERS),
        ("data_table", None, limit("data_table.content.max_length")),
        ("markdown", None, limit("markdown.text.max_length")),
        ("data_visualization", DATA_VISUALIZATIONS, None),
    )
    for kind, most, characters in totals:
        if most is not None and kinds.count(kind) > most:
            report.add(pointer, f"no more than {most} {kind} blocks allowed", type="max_items", expected=most)
        length = sum(_length(block) for block in blocks if block["type"] == kind)
        if characters is not None and length > characters:
            message = f"{kind} blocks must be less than {characters + 1} characters together"
            report.add(pointer, message, type="max_length", expected=characters, got=length)


def _length(block: Json) -> int:
    if block["type"] == "markdown":
        return len(block["text"])
    return sum(len(text) for row in block.get("rows", ()) for cell in row for text in _texts(cell))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _words(block: Json) -> Iterator[str]:
    yield from _texts({key: value for key, value in block.items() if key in ("text", "fields", "title", "rows")})
    if block["type"] in ("rich_text", "context"):
        yield from _texts(block.get("elements"))


def _complete(value: Any) -> Any:
    if isinstance(value, list):
        return [_complete(one) for one in value]
    if not isinstance(value, dict):
        return value
    completed = {key: _complete(one) for key, one in value.items() if one is not None}
    match completed.get("type"):
        case "plain_text":
            return {"emoji": True, **completed}
        case "mrkdwn":
            return {"verbatim": False, **completed}
    return completed


def _identified(block: Json) -> Json:
    identified: Json = {}
    for name in ("elements", "actions", "accessory", "element"):
        match block.get(name):
            case list() as several if block["type"] in ("actions", "context_actions", "card"):
                identified[name] = [{"action_id": secrets.token_urlsafe(4)[:5], **one} for one in several]
            case dict() as one if one["type"] != "image":
                identified[name] = {"action_id": secrets.token_urlsafe(4)[:5], **one}
    if "child_blocks" in block:
        identified["child_blocks"] = complete_blocks(block["child_blocks"])
    return identified


def size_of(view: Json) -> int:
    """The view's length in bytes, as JSON."""
    return len(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode())
