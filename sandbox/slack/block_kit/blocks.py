"""Block Kit's blocks: https://docs.slack.dev/reference/block-kit/blocks"""

from collections.abc import Mapping
from typing import Any

from sandbox.slack.block_kit.charts import DATA_TABLE, DATA_VISUALIZATION, TABLE
from sandbox.slack.block_kit.elements import BUTTON, IN_ACTIONS, IN_CONTEXT_ACTIONS, IN_INPUT, IN_SECTION, elements_of
from sandbox.slack.block_kit.limits import LAYOUT_LABEL, LAYOUT_ROWS, PLAN_TASKS, limit
from sandbox.slack.block_kit.objects import BLOCK_ID, IMAGE, SLACK_FILE, SLACK_ICON, URL_SOURCE, either, mrkdwn, plain
from sandbox.slack.block_kit.rich_text import RICH_TEXT, RICH_TEXT_OBJECT
from sandbox.slack.block_kit.rules import (
    Report,
    Rule,
    anything,
    at_least_one,
    choice,
    exactly_one,
    flag,
    items,
    record,
    text,
    unique,
    variant,
    whole,
)
from sandbox.slack.workspace.state import Json

WITH_ID: Mapping[str, Rule] = {"block_id": BLOCK_ID}
ADDRESS = text(limit("image.image_url.max_length"), 1)
IMAGE_OBJECT = variant({"image": IMAGE})
TASK: Mapping[str, Rule] = {
    "details": RICH_TEXT_OBJECT,
    "output": RICH_TEXT_OBJECT,
    "sources": items(variant({"url": URL_SOURCE})),
    "status": choice("pending", "in_progress", "complete", "error"),
}


def _input_element(value: Json, pointer: str, report: Report) -> None:
    element = value.get("element")
    dispatching = isinstance(element, dict) and "dispatch_action_config" in element
    if dispatching and not value.get("dispatch_action"):
        report.add(f"{pointer}/element", "dispatch_action_config requires dispatch_action", type="required")


def _one_primary(value: Json, pointer: str, report: Report) -> None:
    elements = value.get("elements")
    styles = [one.get("style") for one in elements if isinstance(one, dict)] if isinstance(elements, list) else []
    if styles.count("primary") > 1:
        report.add(f"{pointer}/elements", "only one primary button allowed in a set", type="unique", expected=1)


def _nested(value: Any, pointer: str, report: Report) -> None:
    variant({kind: rule for kind, rule in BLOCKS.items() if kind not in ("container", "layout")})(
        value, pointer, report
    )


CARD = record(
    {},
    {
        **WITH_ID,
        "hero_image": IMAGE_OBJECT,
        "icon": IMAGE_OBJECT,
        "slack_icon": SLACK_ICON,
        "title": either(limit("card.title.max_length")),
        "subtitle": either(limit("card.subtitle.max_length")),
        "body": either(limit("card.body.max_length")),
        "subtext": either(limit("card.subtext.max_length")),
        "actions": items(variant({"button": BUTTON}), limit("card.actions.max_items")),
    },
    at_least_one("hero_image", "title", "body", "actions"),
)

BLOCKS: Mapping[str, Rule] = {
    "actions": record(
        {"elements": items(variant(elements_of(*IN_ACTIONS)), limit("actions.elements.max_items"), 1)},
        WITH_ID,
        _one_primary,
    ),
    "alert": record(
        {"text": either(limit("alert.text.max_length"))},
        {**WITH_ID, "level": choice("default", "info", "warning", "error", "success")},
    ),
    "card": CARD,
    "carousel": record(
        {
            "elements": items(
                variant({"card": CARD}),
                limit("carousel.elements.max_items"),
                limit("carousel.elements.min_items"),
            )
        },
        WITH_ID,
    ),
    "container": record(
        {"child_blocks": items(_nested, limit("container.child_blocks.max_items"), 1)},
        {
            **WITH_ID,
            "title": either(limit("container.title.max_length")),
            "subtitle": either(limit("container.subtitle.max_length")),
            "width": choice("narrow", "standard", "wide", "full"),
            "is_collapsible": flag,
            "default_collapsed": flag,
            "has_header_divider": flag,
        },
    ),
    "context": record(
        {"elements": items(variant({"plain_text": plain(), "mrkdwn": mrkdwn(), "image": IMAGE}), 10, 1)}, WITH_ID
    ),
    "context_actions": record(
        {"elements": items(variant(elements_of(*IN_CONTEXT_ACTIONS)), limit("context_actions.elements.max_items"), 1)},
        WITH_ID,
    ),
    "data_table": DATA_TABLE,
    "data_visualization": DATA_VISUALIZATION,
    "divider": record({}, WITH_ID),
    "file": record({"external_id": text(minimum=1), "source": choice("remote")}, WITH_ID),
    "header": record({"text": plain(limit("header.text.max_length"))}, {**WITH_ID, "level": whole(1, 4)}),
    "image": record(
        {"alt_text": text(limit("image.alt_text.max_length"))},
        {**WITH_ID, "image_url": ADDRESS, "slack_file": SLACK_FILE, "title": plain(2000)},
        exactly_one("image_url", "slack_file"),
    ),
    "input": record(
        {"label": plain(limit("input.label.max_length")), "element": variant(elements_of(*IN_INPUT))},
        {**WITH_ID, "hint": plain(limit("input.hint.max_length")), "optional": flag, "dispatch_action": flag},
        _input_element,
    ),
    "layout": record(
        {
            "label": text(LAYOUT_LABEL, 1),
            "rows": items(anything, LAYOUT_ROWS, 1),
        },
        {
            **WITH_ID,
            "is_label_visible": flag,
            "grid_lines": choice("none", "rows", "outer"),
            "fallback": items(_nested),
        },
    ),
    "markdown": record({"text": text(limit("markdown.text.max_length"), limit("markdown.text.min_length"))}, WITH_ID),
    "plan": record(
        {"title": text(minimum=1)},
        {
            **WITH_ID,
            "tasks": items(record({"task_id": text(minimum=1), "title": text(minimum=1)}, TASK), PLAN_TASKS),
        },
        unique("tasks", "task_id"),
    ),
    "rich_text": RICH_TEXT,
    "section": record(
        {},
        {
            **WITH_ID,
            "text": either(limit("section.text.max_length")),
            "fields": items(either(limit("section.fields.item_max_length")), limit("section.fields.max_items"), 1),
            "accessory": variant(elements_of(*IN_SECTION)),
            "expand": flag,
        },
        at_least_one("text", "fields"),
    ),
    "table": TABLE,
    "task_card": record({"task_id": text(minimum=1), "title": text(minimum=1)}, {**WITH_ID, **TASK}),
    "video": record(
        {
            "alt_text": text(limit("video.alt_text.max_length"), limit("video.alt_text.min_length")),
            "title": plain(limit("video.title.max_length")),
            "thumbnail_url": ADDRESS,
            "video_url": ADDRESS,
        },
        {
            **WITH_ID,
            "author_name": text(limit("video.author_name.max_length")),
            "description": plain(limit("video.description.max_length")),
            "provider_name": text(limit("video.provider_name.max_length")),
            "provider_icon_url": ADDRESS,
            "title_url": ADDRESS,
        },
    ),
}

EVERYWHERE = frozenset({"actions", "section", "header", "context", "divider", "rich_text", "image", "input", "video"})
IN_MESSAGES = frozenset(BLOCKS) - {"alert"}
IN_MODALS = EVERYWHERE | {"card", "alert"}
IN_HOMES = EVERYWHERE | {"card", "carousel", "container", "table", "data_table", "data_visualization", "layout"}
