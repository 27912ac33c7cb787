"""The kinds of messages there are: what each is told from, whether it is brought up to date, and how urgent it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


class Urgency(IntEnum):
    """Of all that is due for places that may have a message now, the most urgent goes first; then the oldest."""

    NEWS = 0
    SOON = 1
    AT_ONCE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind. `name` is how rows know it, so it never changes.

    `of_request`: it is told from its request's row, as that stands when it is delivered; else from its payload, as
    that was written when it was asked for. `updates`: it is changed in place when it is asked for again.
    """

    name: str
    of_request: bool
    updates: bool
    urgency: Urgency


# Somebody waits for these, or has to act.
CARD = Kind(name="card", of_request=True, updates=True, urgency=Urgency.AT_ONCE)
LIMIT_BEGIN = Kind(name="limit_begin", of_request=False, updates=False, urgency=Urgency.AT_ONCE)
LIMIT = Kind(name="limit", of_request=False, updates=True, urgency=Urgency.AT_ONCE)
NOTICE = Kind(name="notice", of_request=False, updates=False, urgency=Urgency.AT_ONCE)
# These can come in hundreds, and must not hold up the others where all share a channel.
RESULT = Kind(name="result", of_request=True, updates=True, urgency=Urgency.SOON)
ASK = Kind(name="ask", of_request=True, updates=True, urgency=Urgency.SOON)
REMINDER = Kind(name="reminder", of_request=True, updates=True, urgency=Urgency.SOON)
ALERT = Kind(name="alert", of_request=False, updates=True, urgency=Urgency.SOON)
ALERT_MORE = Kind(name="alert_more", of_request=False, updates=False, urgency=Urgency.SOON)
LEAVER = Kind(name="leaver", of_request=False, updates=True, urgency=Urgency.SOON)
# Nobody has to do anything about it.
LIMIT_END = Kind(name="limit_end", of_request=False, updates=False, urgency=Urgency.NEWS)
LOG = Kind(name="log", of_request=False, updates=False, urgency=Urgency.NEWS)
WELCOME = Kind(name="welcome", of_request=False, updates=False, urgency=Urgency.NEWS)
HOME = Kind(name="home", of_request=False, updates=True, urgency=Urgency.NEWS)

KINDS: tuple[Kind, ...] = (
    *(CARD, RESULT, ASK, REMINDER, LOG),
    *(ALERT, ALERT_MORE, LIMIT, LIMIT_BEGIN, LIMIT_END),
    *(NOTICE, WELCOME, LEAVER, HOME),
)
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
URGENCY: Mapping[str, int] = {kind.name: kind.urgency for kind in KINDS}
