"""What Docker Hub did instead of what was asked: the tree of errors, and what each says of a write's fate."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

HIDDEN = "[hidden]"
DETAIL_LENGTH = 300
SECRET_SHAPES = re.compile(r"dckr_[a-z]+_[\w-]+|eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?|(?<=bearer )\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked, as far as errors and logs may name it: no query, no headers, no body.

    `path` is filled and percent-encoded, `template` is what it was filled from. `writes` says that Hub's state may
    change: false for GET and HEAD, and for a POST that only reads.
    """

    method: str
    path: str
    template: str = ""
    writes: bool = False


def tidy(text: str, hide: Iterable[str] = ()) -> str:
    """One line of at most 300 characters, without control characters, `hide`, and whatever looks like a token."""
    text = text[: DETAIL_LENGTH * 40]
    for secret in hide:
        text = text.replace(secret, HIDDEN) if secret else text
    text = SECRET_SHAPES.sub(HIDDEN, text)[: DETAIL_LENGTH * 4]
    line = " ".join("".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text).split())
    return line if len(line) <= DETAIL_LENGTH else line[: DETAIL_LENGTH - 1] + "…"


class HubError(Exception):
    """Docker Hub did not do what was asked."""

    def __init__(self, call: Call, *, status: int | None = None, detail: str = "") -> None:
        self.call = call
        self.status = status
        self.detail = tidy(detail)
        super().__init__(self.detail)

    @property
    def method(self) -> str:
        """GET, POST …"""
        return self.call.method

    @property
    def path(self) -> str:
        """The path that was asked for, without its query."""
        return self.call.path

    @property
    def unclear(self) -> bool:
        """True when a write may have happened all the same: look before repeating it."""
        return False

    @property
    def text(self) -> str:
        """The sentence for this kind of error; subclasses add the value that matters."""
        return " ".join((type(self).__doc__ or "").split())

    def __str__(self) -> str:
        fate = " It may have happened all the same: look before repeating it." if self.unclear else ""
        answer = ": ".join(str(part) for part in (self.status, self.detail) if part)
        return f"{self.text}{fate} [{self.method} {self.path}{' → ' if answer else ''}{answer}]"


class HubUnreachable(HubError):
    """Docker Hub could not be reached, or the connection was lost before it answered."""

    def __init__(self, call: Call, *, sent: bool, detail: str = "") -> None:
        super().__init__(call, detail=detail)
        self.sent = sent

    @property
    def unclear(self) -> bool:
        """True when a write had begun to leave; False when nothing of it did."""
        return self.sent and self.call.writes


class HubUnavailable(HubError):
    """Docker Hub failed with an error of its own; try again in a few minutes."""

    @property
    def unclear(self) -> bool:
        """True for every write: Hub may have acted before it failed."""
        return self.call.writes


class RateLimitError(HubError):
    """Docker Hub's rate limit is spent, and waiting for it would take longer than the settings allow."""

    def __init__(self, call: Call, *, retry_at: datetime, status: int | None = 429, detail: str = "") -> None:
        super().__init__(call, status=status, detail=detail)
        self.retry_at = retry_at

    @property
    def text(self) -> str:
        """The sentence, and when to try again."""
        return f"{super().text} Try again at {self.retry_at:%Y-%m-%d %H:%M:%S %Z}."


class HubEdgeError(HubError):
    """A web page came instead of Docker Hub's answer: something in front of Docker Hub stepped in."""

    @property
    def unclear(self) -> bool:
        """True for a write unless the page came with a 4xx.

        A 4xx page (a challenge, a block) stands in the request's way; a 502 or 504 page is what the edge sends when
        it had passed the request on and got nothing back; a 2xx or 3xx page proves nothing either way.
        """
        return self.call.writes and not 400 <= (self.status or 0) < 500


class HubProtocolError(HubError):
    """Docker Hub answered something that this program does not understand."""

    @property
    def unclear(self) -> bool:
        """True for every write: Hub said neither that it acted nor that it refused."""
        return self.call.writes


class HubRejected(HubError):
    """Docker Hub refused the request, and will refuse it again unchanged."""


class AuthError(HubRejected):
    """Docker Hub does not accept the bot's credential; check the identifier and whether the token is still active."""


class UnauthorizedError(HubRejected):
    """The organization's plan, the account's role or the token's scope does not include this."""


class NotFoundError(HubRejected):
    """Docker Hub has nothing there, or nothing that this credential may see."""


class ConflictError(HubRejected):
    """This conflicts with what is already there."""


class ParameterError(HubRejected):
    """Docker Hub does not accept one of the values."""
