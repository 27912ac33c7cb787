"""Errors whose text is for the person at the keyboard; Docker Hub's own errors are in `bot.hub.errors`."""

import inspect

from bot.phrases import Mention, Phrase, plain


class UserError(Exception):
    """The request could not be taken.

    `said` is what the person reads, with mentions as values; without words of its own it is the class's first line.
    `fields` names each field at fault, as people know it, with its sentence.
    """

    def __init__(self, *said: str | Mention, fields: dict[str, str] | None = None) -> None:
        self.said: Phrase = said or (inspect.cleandoc(type(self).__doc__ or UserError.__doc__ or "").split("\n\n")[0],)
        super().__init__(self.text)
        self.fields = fields or {}

    @property
    def text(self) -> str:
        """The same without mentions."""
        return plain(self.said)


def at_fault(field: str, text: str) -> UserError:
    """The error about one field, which stands beside it."""
    return UserError(text, fields={field: text})


class UsageError(UserError):
    """The command could not be understood.

    `usage` is the line that would have been right.
    """

    def __init__(self, text: str, *, usage: str = "", fields: dict[str, str] | None = None) -> None:
        super().__init__(text, fields=fields)
        self.usage = usage


class RequestRefused(UserError):
    """The policy does not allow this."""


class NothingToDo(UserError):
    """Docker Hub already is as you ask; nothing was recorded."""


class NotAnApprover(UserError):
    """You are not among the approvers of this request."""


class AlreadyVoted(UserError):
    """Your approval already counts."""


class AlreadyDecided(UserError):
    """This request has been decided meanwhile."""


class RequestNotFound(UserError):
    """There is no such request."""


class ConfigurationError(UserError):
    """The configuration cannot be used.

    `problems` holds one sentence a problem, each with its way out.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
