"""Sentences that somebody is answered: pure."""

from bot.errors import UsageError, UserError
from bot.intents.forms import LinesAtFault
from bot.slack.blocks import Content, section
from bot.slack.manifest import COMMAND
from bot.slack.text import code, escape, fit, fit_lines, phrase_text

LONGEST_ERROR = 2500
SORRY = (
    "Something went wrong in Hubwarden, and its log says what. If you asked for a change, "
    "look for its card before you ask again."
)


def said(text: str) -> Content:
    """Just a sentence."""
    return Content(text, (section(text),))


def error_message(error: UserError) -> Content:
    """An error's sentence, and the line that would have been right."""
    text = error_text(error)
    if isinstance(error, UsageError) and error.usage:
        return said(f"{text}\n{code(f'{COMMAND} {error.usage}')}")
    return said(text)


def error_text(error: UserError) -> str:
    """An error's sentence; of lines at fault as many as there is room for, and how many more there are."""
    if isinstance(error, LinesAtFault):
        lead = "Nothing was asked for; this is in the way:"
        lines = [lead, *(escape(sentence) for sentence in error.sentences)]
        return fit_lines(lines, LONGEST_ERROR - 100, " lines like these")
    return fit(phrase_text(error.said), LONGEST_ERROR)
