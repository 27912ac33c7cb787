"""Who is barred from deciding a request: whoever asked for it, and whom it is about, with all of their accounts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from bot.governance import humans
from bot.governance.context import Context
from bot.governance.people import seat_in
from bot.governance.stored import KnownBeneficiary
from bot.operations.kit.base import Beneficiary
from bot.phrases import Mention, Phrase


@dataclass(frozen=True, slots=True)
class Asked:
    """They asked for it."""


@dataclass(frozen=True, slots=True)
class AskedElsewhere:
    """They are the person who asked for it, by another account: `requester`."""

    requester: str


@dataclass(frozen=True, slots=True)
class Concerned:
    """It is about them: `name` is what they are called in Docker Hub."""

    name: str


@dataclass(frozen=True, slots=True)
class Seated:
    """They sit at the terminal that it was asked for at, as somebody else perhaps: `seat` is `terminal:root@host`."""

    seat: str


Bar: TypeAlias = Asked | AskedElsewhere | Concerned | Seated


async def find_bars(
    context: Context, requester: str, about: Iterable[KnownBeneficiary], *, spares: bool, origin: str | None
) -> Mapping[str, Bar]:
    """Every Slack account that is barred, and why; `spares` those whom it is about. Raises `DirectoryUnavailable`.

    `origin` is the request's. Several people can sit at one terminal, and each can ask as any of them there.
    """
    concerned: dict[str, Bar] = {} if spares else {user: Concerned(b.name) for b in about for user in b.people or ()}
    others = await humans.aliases(context, requester) - {requester}
    seat = seat_in(origin)
    seated: dict[str, Bar] = dict.fromkeys(sorted(await humans.aliases(context, seat)), Seated(seat)) if seat else {}
    return {**concerned, **seated, **dict.fromkeys(sorted(others), AskedElsewhere(requester)), requester: Asked()}


async def recognize(
    context: Context, organization: str, about: Iterable[Beneficiary | KnownBeneficiary]
) -> tuple[KnownBeneficiary, ...]:
    """Whom of the workspace they are known to be, as of now; raises `DirectoryUnavailable`."""
    found = []
    for somebody in about:
        people = [await humans.people_behind(context, organization, name) for name in somebody.names]
        found.append(KnownBeneficiary(somebody.names, tuple(sorted(frozenset[str]().union(*people)))))
    return tuple(found)


def remembering(now: Sequence[KnownBeneficiary], before: Iterable[KnownBeneficiary]) -> tuple[KnownBeneficiary, ...]:
    """The same people, with whoever was known for them before as well: nobody gets out of a bar by a new address."""
    known = {each.names: each.people or () for each in before}
    return tuple(
        replace(each, people=tuple(sorted({*(each.people or ()), *known.get(each.names, ())}))) for each in now
    )


def unknown(about: Iterable[KnownBeneficiary]) -> tuple[str, ...]:
    """The names of those for whom nobody in Slack is known."""
    return tuple(each.name for each in about if not each.people)


def said_to(bar: Bar, number: int, verb: str) -> Phrase:
    """Why they may not, to themselves."""
    rest = f": somebody else has to {verb} it."
    match bar:
        case Asked():
            return (f"You asked for request {number} yourself{rest}",)
        case AskedElsewhere(requester):
            return (f"Request {number} was asked for by ", Mention(requester), f", who is you as well{rest}")
        case Seated(seat):
            return (f"Request {number} was asked for at a terminal where you sit, {seat}{rest}",)
        case Concerned(name):
            return (f"Request {number} is about you ({name}){rest}",)
        case _:
            assert_never(bar)


def said_of(bar: Bar) -> Phrase:
    """Why they may not, as a clause behind their name."""
    match bar:
        case Asked():
            return ("who asked for it",)
        case AskedElsewhere(requester):
            return ("who is ", Mention(requester), " as well, who asked for it")
        case Seated(seat):
            return (f"who sits at the terminal where it was asked for ({seat})",)
        case Concerned(name):
            return (f"whom it is about ({name})",)
        case _:
            assert_never(bar)
