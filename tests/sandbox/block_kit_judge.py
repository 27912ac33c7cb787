"""Judges a payload of Block Kit as the sandbox's Slack does, by what it is: a view, a block of a message, an option."""

from collections.abc import Callable
from typing import Any

from sandbox.slack.block_kit.check import check_attachments, check_blocks, check_message, check_view
from sandbox.slack.block_kit.elements import ELEMENTS
from sandbox.slack.block_kit.objects import (
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH_CONFIG,
    INPUT_PARAMETER,
    MENU_OPTION,
    OPTION_GROUP,
    TRIGGER,
    URL_SOURCE,
    WORKFLOW,
    either,
)
from sandbox.slack.block_kit.rich_text import INLINE, SPANS
from sandbox.slack.block_kit.rules import Report, Rule, Violation, variant

Judge = Callable[[Any], list[str]]


def _by_rule(rule: Rule) -> Judge:
    def judge(value: Any) -> list[str]:
        report = Report()
        rule(value, "", report)
        return _as_texts(report.violations)

    return judge


def _as_texts(violations: list[Violation]) -> list[str]:
    return [one.as_text() for one in violations]


JUDGES: dict[str, Judge] = {
    "text": _by_rule(either()),
    "option": _by_rule(MENU_OPTION),
    "option_group": _by_rule(OPTION_GROUP),
    "confirmation": _by_rule(CONFIRM),
    "conversation": _by_rule(CONVERSATION_FILTER),
    "dispatch": _by_rule(DISPATCH_CONFIG),
    "input": _by_rule(INPUT_PARAMETER),
    "trigger": _by_rule(TRIGGER),
    "workflow": _by_rule(WORKFLOW),
    "element": _by_rule(variant({**ELEMENTS, "url": URL_SOURCE})),
    "rich_text": _by_rule(variant({**INLINE, **SPANS})),
    "block of a message": lambda value: _as_texts(check_blocks([value], "message")),
    "block of a modal": lambda value: _as_texts(check_blocks([value], "modal")),
    "attachment": lambda value: _as_texts(check_attachments([value])),
    "message": lambda value: _as_texts(check_message(value, "message")),
    "response": lambda value: _as_texts(check_message(value, "response")),
    "view": lambda value: _as_texts(check_view(value)),
}
