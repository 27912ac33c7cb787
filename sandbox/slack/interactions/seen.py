"""What a person sees of what they did."""

from dataclasses import dataclass, field

from sandbox.slack.parts import Parts
from sandbox.slack.transport.envelopes import Acked, Outcome, Unacked, Undelivered
from sandbox.slack.workspace.state import Json, Message

TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(frozen=True, slots=True)
class Seen:
    """`error` is the text shown where it went wrong, `errors` those beside a form's fields, `message` the app's answer.

    `options` or `option_groups` are what an external menu shows.
    """

    ok: bool
    error: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    message: Message | None = None
    answer: Json = field(default_factory=dict)


class NotPossibleError(Exception):
    """The client offers no way to do this; the text says why."""


def command_failure(command: str, outcome: Outcome) -> str:
    """The line under the composer when a slash command was not acked.

    https://docs.slack.dev/interactivity/implementing-slash-commands
    """
    match outcome:
        case Unacked():
            return f"{command} failed because the app did not respond in time (operation_timeout)"
        case Undelivered():
            return f"{command} failed because the app did not respond (dispatch_failed)"
        case Acked():
            return ""


def toast(parts: Parts, user_id: str, text: str) -> None:
    """Show the person an error in passing."""
    parts.feed.publish({"type": "toast", "level": "error", "text": text}, to=[user_id])
