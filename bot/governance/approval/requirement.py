"""What a rule asks for before a request is done: one value, decided when it is asked for, and kept in its row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.governance.approval.principals import Principal, dump_principal, load_principal

# How long an approved request waits for its execution, where the rule does not say.
EXECUTE_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Stage:
    """`need` different people, each admitted by one of the principals in `of`."""

    need: int
    of: tuple[Principal, ...]


@dataclass(frozen=True, slots=True)
class Requirement:
    """Stages, which different people fill; without one, nobody has to agree.

    `deadline` is how long people have; `execute_within` how long the bot has from then on.
    """

    stages: tuple[Stage, ...]
    deadline: timedelta
    execute_within: timedelta = EXECUTE_WITHIN

    @property
    def required(self) -> int:
        """How many people have to agree, all stages together."""
        return sum(stage.need for stage in self.stages)

    def principals(self) -> Iterator[Principal]:
        """Everybody named, each once, in the order of the stages."""
        yield from dict.fromkeys(principal for stage in self.stages for principal in stage.of)


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
    )
