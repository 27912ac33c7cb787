"""What judging a request again has found: kept in its row, for everybody who asks why it stands where it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.governance.approval.requirement import Requirement, dump_requirement, load_requirement
from bot.phrases import Phrase, dump_phrase, load_phrase


@dataclass(frozen=True, slots=True)
class Demand:
    """What the policy asks for now, and by which rule, where that is not what it asked for in the beginning."""

    rule: str
    requirement: Requirement


@dataclass(frozen=True, slots=True)
class Reconsideration:
    """Why the request stands where it does (sentences; empty where nothing is to be said), and what is asked for now.

    A `demand` is met besides the requirement in the row, never instead of it.
    """

    why: Phrase = ()
    demand: Demand | None = None


# As long as it has not been judged again.
NOTHING_FOUND = Reconsideration()


def dump_reconsideration(found: Reconsideration) -> dict[str, Any]:
    """As a row holds it."""
    demand = found.demand
    return {
        "why": dump_phrase(found.why),
        "rule": demand.rule if demand else None,
        "requirement": dump_requirement(demand.requirement) if demand else None,
    }


def load_reconsideration(stored: Mapping[str, Any] | None) -> Reconsideration:
    """That of a row; nothing was found where it holds none. Raises `LookupError` as `load_requirement` does."""
    if stored is None:
        return NOTHING_FOUND
    wanted = stored["requirement"]
    demand = Demand(stored["rule"], load_requirement(wanted)) if wanted else None
    return Reconsideration(load_phrase(stored["why"]), demand)
