"""The policy document: rules in order, each saying which intents it speaks of, and what it says of them."""

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, create_model, model_validator

from bot.documents import Strict, located, refuse_repeated
from bot.globs import Glob, refuse_empty
from bot.governance.approval.principals import PRINCIPALS, Principal
from bot.governance.approval.requirement import Beneficiaries
from bot.governance.policy.conditions import Condition
from bot.governance.policy.people import Named, People, check_id
from bot.operations.kit.base import Operation, Read

DURATION = re.compile(r"(\d{1,5})\s*(m|h|d|w)")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
MAX_EXPIRY = timedelta(days=30)

Kind = Literal["read", "write", "destructive"]


def parse_duration(value: Any) -> Any:
    """`90m`, `24h`, `3d` or `1w` as a timedelta; a number without its unit is refused."""
    if value is None or isinstance(value, timedelta):
        return value
    match = DURATION.fullmatch(str(value).strip()) if isinstance(value, str | int) else None
    if not match:
        raise ValueError("a duration reads like 90m, 24h, 3d or 1w")
    duration = timedelta(**{UNITS[match[2]]: int(match[1])})
    if not timedelta(0) < duration <= MAX_EXPIRY:
        raise ValueError(f"a request lives from 1m to {MAX_EXPIRY.days}d")
    return duration


class NamedApprovers(Strict):
    """What `approvers` holds: a list of ids for each kind of principal that there is."""

    @property
    def principals(self) -> tuple[Principal, ...]:
        """Everybody who is named."""
        return tuple(kind(each) for kind in PRINCIPALS for each in getattr(self, kind.key))

    @property
    def is_empty(self) -> bool:
        """Whether it names nobody."""
        return not self.principals


# The keys are those of the kinds: a new kind of approver is a key here by itself.
KEYS: Mapping[str, Any] = {
    kind.key: (tuple[Annotated[str, AfterValidator(partial(check_id, kind))], ...], ()) for kind in PRINCIPALS
}
if TYPE_CHECKING:
    Approvers = NamedApprovers
else:
    Approvers = create_model("Approvers", __base__=NamedApprovers, **KEYS)


class Rule(Strict):
    """One rule: which intents it speaks of, and what it says of them."""

    name: str = Field(min_length=1, max_length=120)
    operations: Annotated[tuple[Glob, ...], AfterValidator(refuse_empty)]
    kinds: tuple[Kind, ...] = ()
    where: Mapping[str, Condition] = Field(default_factory=dict)
    refuse: str | None = None
    requesters: People | None = None
    approvals: int | None = Field(None, ge=0, le=10, strict=True)
    approvers: Approvers = Approvers()
    beneficiary: Beneficiaries | None = None
    expires: Annotated[timedelta | None, BeforeValidator(parse_duration)] = None

    def covers(self, operation: Operation) -> bool:
        """Whether it speaks of the operation, whatever its parameters are."""
        return self.is_of_kind(operation) and any(glob.matches(operation.name) for glob in self.operations)

    def is_of_kind(self, operation: Operation) -> bool:
        """Whether the operation is of one of its kinds; every one is where it names none."""
        return not self.kinds or not kinds_of(operation).isdisjoint(self.kinds)

    @model_validator(mode="before")
    @classmethod
    def leave_nothing_empty(cls, value: Any) -> Any:
        """A key with nothing behind it would not say what it looks like: `requesters:` is not “everybody”."""
        if isinstance(value, dict):
            for key in ("requesters", "kinds", "where", "approvers", "refuse", "approvals", "beneficiary"):
                if key in value and (value[key] in (None, []) or (key == "where" and value[key] == {})):
                    raise located(f"{key} is empty: fill it in or leave it out", key)
        return value

    @model_validator(mode="after")
    def make_sense(self) -> "Rule":
        """Either it refuses, or it says how many approvals and, if any, whose."""
        if (self.refuse is None) == (self.approvals is None):
            raise ValueError("give either approvals or refuse")
        if self.approvals and self.approvers.is_empty:
            known = " or ".join(kind.key for kind in PRINCIPALS)
            raise located(f"approvals need approvers: {known}", "approvals")
        if not self.approvals and not self.approvers.is_empty:
            raise located("approvers without approvals would never be asked", "approvers")
        if self.refuse is not None and self.beneficiary is not None:
            raise located(
                "beneficiary says who may not decide, and what is refused is decided by nobody", "beneficiary"
            )
        if self.requesters is not None and self.requesters.is_empty:
            raise located("requesters name nobody: give users or groups, or refuse", "requesters")
        return self


class Policy(Named):
    """The whole document: who is who, and rules in order, of which the first that matches decides."""

    version: Literal[1]
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def names_are_unique(self) -> "Policy":
        """A rule's name is how people and the audit trail know it."""
        refuse_repeated([rule.name for rule in self.rules])
        return self


def kinds_of(operation: Operation) -> frozenset[Kind]:
    """The kinds that an operation is of; a destructive write is a write too."""
    if isinstance(operation, Read):
        return frozenset({"read"})
    return frozenset({"write", "destructive"} if operation.destructive else {"write"})
