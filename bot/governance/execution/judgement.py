"""Whether a request may still be done: asked before each claim, outside the transaction, since Slack may be asked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from bot.db.models import OperationRequest


@dataclass(frozen=True, slots=True)
class Stands:
    """Everybody who has to agree to it does."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """It cannot be told before `until` (the business's time); `why` is a sentence for people."""

    why: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """It must not be done any more; `why` is a sentence for people.

    Whoever judges has moved an approved request himself; one that is being done is ended by its executor.
    """

    why: str


Judgement: TypeAlias = Stands | Postponed | Ended
Judge: TypeAlias = Callable[[OperationRequest], Awaitable[Judgement]]


async def always_stands(_request: OperationRequest) -> Judgement:
    """Where nobody judges."""
    return Stands()
