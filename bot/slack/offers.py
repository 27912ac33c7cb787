"""Buttons for what came to nothing: a form that can no longer be opened, a command that was not answered: pure."""

from bot.slack.blocks import Block, Content, button, section
from bot.slack.sentences import said

AGAIN = "again"
# https://docs.slack.dev/reference/block-kit/block-elements/button-element
LONGEST_VALUE = 2000


def open_again(text: str) -> Block | None:
    """Opens the form of a typed command, or the menu where the text is empty; None where no button holds the text."""
    return again_button("Open the form" if text else "Open the menu", text)


def ask_again(sentence: str, text: str) -> Content:
    """The sentence, and a button that stands for the typed command."""
    return offer(sentence, again_button("Ask again", text))


def again_button(label: str, text: str) -> Block | None:
    """A button that stands for the command; a press of it is judged as if it had been typed by whoever presses."""
    return button(label, AGAIN, text) if len(text) <= LONGEST_VALUE else None


def offer(sentence: str, again: Block | None) -> Content:
    """The sentence with its button; where there is none, the sentence asks for another try."""
    if again is None:
        return said(f"{sentence} Please try once more.")
    label = again["text"]["text"]
    return Content(f"{sentence} ({label})", (section(sentence), {"type": "actions", "elements": [again]}))
