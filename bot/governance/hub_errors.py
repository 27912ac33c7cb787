"""What Docker Hub's errors say to people; the only place where they are translated."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import UserError
from bot.hub import HubError, HubRejected


class HubFailed(UserError):
    """Docker Hub did not do what was asked."""


def sentence(error: HubError) -> str:
    """The error for a person: what happened, Docker Hub's words where it refused, whether it may have been done."""
    words = f" Docker Hub says: “{error.detail}”." if isinstance(error, HubRejected) and error.detail else ""
    fate = " It may have been done all the same." if error.unclear else ""
    return f"{error.text}{words}{fate}"


def text_of(error: HubError | UserError) -> str:
    """Either kind of error as a sentence for people; never anything raw from Docker Hub."""
    return error.text if isinstance(error, UserError) else sentence(error)


@contextmanager
def translated() -> Iterator[None]:
    """Turns a `HubError` inside into `HubFailed`."""
    try:
        yield
    except HubError as error:
        raise HubFailed(sentence(error)) from error
