"""What a rule asks for before a request is done: one value, decided when it is asked for, and kept in its row."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from bot.governance.approval.principals import Principal, dump_principal, load_principal

# How long an approved request waits for its execution, where the rule does not say.
EXECUTE_WITHIN = timedelta(hours=24)


class Beneficiaries(StrEnum):
    """What becomes of those whom a request is about: barred from deciding it; that, and to be known; or not barred.

    Known is whose Slack account is known for their Docker ID or e-mail address: who is not could decide unseen.
    """

    BARRED = "barred"
    KNOWN = "known"
    ALLOWED = "allowed"


@dataclass(frozen=True, slots=True)
class Stage:
    """`need` different people, each admitted by one of the principals in `of`."""

    need: int
    of: tuple[Principal, ...]


@dataclass(frozen=True, slots=True)
class Requirement:
    """Stages, which different people fill; without one, nobody has to agree.

    `deadline` is how long people have; `execute_within` how long the bot has from then on. `beneficiary` says what
    becomes of those whom it is about.
    """

    stages: tuple[Stage, ...]
    deadline: timedelta
    execute_within: timedelta = EXECUTE_WITHIN
    beneficiary: Beneficiaries = Beneficiaries.BARRED

    @property
    def required(self) -> int:
        """How many people have to agree, all stages together."""
        return sum(stage.need for stage in self.stages)

    def principals(self) -> Iterator[Principal]:
        """Everybody named, each once, in the order of the stages."""
        yield from dict.fromkeys(principal for stage in self.stages for principal in stage.of)


def spares(requirements: Iterable[Requirement]) -> bool:
    """Whether those whom it is about may decide: only where everything that has to be met lets them."""
    return all(requirement.beneficiary is Beneficiaries.ALLOWED for requirement in requirements)


BY_WORD = {each.value: each for each in Beneficiaries}
NOBODY = Requirement((), EXECUTE_WITHIN)


def dump_requirement(requirement: Requirement) -> dict[str, Any]:
    """As a row holds it: JSON, durations in seconds."""
    return {
        "stages": [
            {"need": stage.need, "of": [dump_principal(principal) for principal in stage.of]}
            for stage in requirement.stages
        ],
        "deadline": requirement.deadline.total_seconds(),
        "execute_within": requirement.execute_within.total_seconds(),
        "beneficiary": requirement.beneficiary,
    }


def load_requirement(stored: Mapping[str, Any]) -> Requirement:
    """The requirement of a row; raises `LookupError` where it holds what this version does not know."""
    return Requirement(
        tuple(
            Stage(stage["need"], tuple(load_principal(principal) for principal in stage["of"]))
            for stage in stored["stages"]
        ),
        timedelta(seconds=stored["deadline"]),
        timedelta(seconds=stored["execute_within"]),
        BY_WORD[stored.get("beneficiary", Beneficiaries.BARRED)],
    )
