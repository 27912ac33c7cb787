"""The form in which somebody settles what they want to be told, and what was filled in there: pure."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from bot.governance.preferences import WANTS, Preferences
from bot.slack.blocks import Block, button, section
from bot.slack.inputs import VALUE, element_value, plain_text
from bot.slack.modals import view
from bot.slack.texts import settings as texts

SETTINGS = "settings"
SETTINGS_FORM = "settings_form"
WANTED, BEGIN, END = "wants", "quiet_from", "quiet_until"


def settings_button() -> Block:
    """Opens the form."""
    return button(texts.BUTTON, SETTINGS, "open")


def settings_view(settled: Preferences) -> Block:
    """The form, as things are settled."""
    begin, end = settled.quiet or (None, None)
    blocks = [
        section(texts.LEAD),
        input_block(WANTED, texts.WANTS, checkboxes(settled.wants)),
        input_block(BEGIN, texts.QUIET_FROM, time_picker(begin)),
        input_block(END, texts.QUIET_UNTIL, time_picker(end)) | {"hint": plain_text(texts.QUIET_HINT, 2000)},
    ]
    return view(SETTINGS_FORM, texts.TITLE, blocks, submit=plain_text(texts.SAVE, 24))


def input_block(block_id: str, label: str, element: Block) -> Block:
    """An input that may be left empty."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label, 2000),
        "optional": True,
        "element": element,
    }


def checkboxes(wants: frozenset[str]) -> Block:
    """What can be told, and of that what is."""
    options = {want: option(want) for want in WANTS}
    chosen = [options[want] for want in WANTS if want in wants]
    element: Block = {"type": "checkboxes", "action_id": VALUE, "options": list(options.values())}
    return element | ({"initial_options": chosen} if chosen else {})


def option(want: str) -> Block:
    """One thing to be told, or not."""
    title, description = texts.CHOICES[want]
    return {"text": plain_text(title, 75), "description": plain_text(description, 75), "value": want}


def time_picker(at: time | None) -> Block:
    """A time of day."""
    element: Block = {"type": "timepicker", "action_id": VALUE}
    return element | ({"initial_time": f"{at:%H:%M}"} if at is not None else {})


def filled_in(state: Mapping[str, Any]) -> tuple[list[str], str | None, str | None]:
    """What is wanted, and from when until when it is quiet, as the form's state has them."""
    wants, begin, end = (element_value(next(iter(state[name].values()))) for name in (WANTED, BEGIN, END))
    return list(wants or ()), begin, end


def problem_with(begin: str | None, end: str | None) -> dict[str, str]:
    """What is wrong with the quiet hours, by the input that can mend it."""
    if (begin is None) != (end is None):
        return {(BEGIN if begin is None else END): texts.BOTH}
    return {END: texts.DIFFERENT} if begin is not None and begin == end else {}


def preferences_in(wants: list[str], begin: str | None, end: str | None) -> Preferences:
    """What they come to."""
    quiet = (time.fromisoformat(begin), time.fromisoformat(end)) if begin and end else None
    return Preferences(frozenset(wants) & frozenset(WANTS), quiet)
