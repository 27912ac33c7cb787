"""The policy document, and what it says of an intent: pure, and closed where it is silent."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from fnmatch import fnmatchcase
from types import UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from bot.documents import read_yaml
from bot.errors import ConfigurationError
from bot.governance.approval.principals import Principal, User, UserGroup
from bot.governance.approval.requirement import Requirement, Stage
from bot.operations.kit.base import ByAnyName, Intent, Operation, Read, marker_of
from bot.phrases import Mention, Phrase, listed

DURATION = re.compile(r"(\d{1,5})\s*(m|h|d|w)")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
SLACK_USER = r"^[UW][A-Z0-9]+$"
SLACK_GROUP = r"^S[A-Z0-9]+$"
DEFAULT_EXPIRY = timedelta(hours=24)
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


class Strict(BaseModel):
    """A part of the document: unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class People(Strict):
    """Slack users and user groups, by id."""

    users: tuple[Annotated[str, Field(pattern=SLACK_USER)], ...] = ()
    groups: tuple[Annotated[str, Field(pattern=SLACK_GROUP)], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it names nobody."""
        return not self.users and not self.groups


class ListCondition(Strict):
    """A condition on a parameter that is a list: on any, or on all of its items."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()

    @model_validator(mode="after")
    def name_one(self) -> "ListCondition":
        """Exactly one of the two."""
        if bool(self.any) == bool(self.all):
            raise ValueError("give either any: [patterns] or all: [patterns]")
        return self


def as_patterns(value: Any) -> Any:
    """One pattern or several, as text: `owner`, `true`, `[owner, editor]`."""
    if isinstance(value, bool):
        return (str(value).lower(),)
    if isinstance(value, str | int):
        return (str(value),)
    if isinstance(value, list):
        # Nested lists stay as they are, and are refused: as text, one that aliases fold up would fill the memory.
        return tuple(as_patterns(item)[0] if isinstance(item, str | int) else item for item in value)
    return value


Patterns = Annotated[tuple[str, ...], BeforeValidator(as_patterns), Field(min_length=1)]
Condition: TypeAlias = ListCondition | Patterns


class Rule(Strict):
    """One rule: which intents it speaks of, and what it says of them."""

    name: str = Field(min_length=1, max_length=120)
    operations: Annotated[tuple[str, ...], Field(min_length=1)]
    kinds: tuple[Kind, ...] = ()
    where: Mapping[str, Condition] = Field(default_factory=dict)
    refuse: str | None = None
    requesters: People | None = None
    approvals: int | None = Field(None, ge=0, le=10, strict=True)
    approvers: People = People()
    expires: Annotated[timedelta | None, BeforeValidator(parse_duration)] = None

    @model_validator(mode="before")
    @classmethod
    def leave_nothing_empty(cls, value: Any) -> Any:
        """A key with nothing behind it would not say what it looks like: `requesters:` is not “everybody”."""
        if isinstance(value, dict):
            for key in ("requesters", "kinds", "approvers", "refuse", "approvals"):
                if key in value and value[key] in (None, []):
                    raise ValueError(f"{key} is empty: fill it in or leave it out")
        return value

    @model_validator(mode="after")
    def make_sense(self) -> "Rule":
        """Either it refuses, or it says how many approvals and, if any, whose."""
        if (self.refuse is None) == (self.approvals is None):
            raise ValueError("give either approvals or refuse")
        if self.approvals and self.approvers.is_empty:
            raise ValueError("approvals need approvers: users or groups")
        if not self.approvals and not self.approvers.is_empty:
            raise ValueError("approvers without approvals would never be asked")
        if self.requesters is not None and self.requesters.is_empty:
            raise ValueError("requesters name nobody: give users or groups, or refuse")
        return self


class Policy(Strict):
    """The whole document: rules in order, the first that matches decides."""

    version: Literal[1]
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def names_are_unique(self) -> "Policy":
        """A rule's name is how people and the audit trail know it."""
        names = [rule.name for rule in self.rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two rules are named “{twice[0]}”")
        return self


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may be done at once."""

    rule: str


@dataclass(frozen=True, slots=True)
class NeedsApproval:
    """It waits until the requirement is met."""

    rule: str
    requirement: Requirement


@dataclass(frozen=True, slots=True)
class Refused:
    """It may not be done; `reason` is a whole sentence for the requester. `rule` is None where none matched."""

    rule: str | None
    reason: Phrase


Decision: TypeAlias = Allowed | NeedsApproval | Refused


def decide(policy: Policy, intent: Intent, requester: str, groups: frozenset[str] = frozenset()) -> Decision:
    """What the policy says of the intent of `requester`, who is in the Slack user groups `groups`."""
    rule = first_rule(policy, intent)
    operation = intent.operation.name
    if rule is None:
        return Refused(None, (f"No rule of the policy speaks of {operation}, and what no rule allows is refused.",))
    if rule.refuse is not None:
        return Refused(rule.name, (f"The rule “{rule.name}” refuses {operation}: {rule.refuse}",))
    if rule.requesters is not None and not is_among(rule.requesters, requester, groups):
        lead = f"The rule “{rule.name}” does not let you ask for {operation}: "
        return Refused(rule.name, (lead, *listed(who(rule.requesters)), " may."))
    if not rule.approvals:
        return Allowed(rule.name)
    return NeedsApproval(rule.name, requirement_of(rule))


def requirement_of(rule: Rule) -> Requirement:
    """What the rule asks for: one stage of so many."""
    people = rule.approvers
    of: tuple[Principal, ...] = (*map(User, people.users), *map(UserGroup, people.groups))
    return Requirement((Stage(rule.approvals or 0, of),), rule.expires or DEFAULT_EXPIRY)


def first_rule(policy: Policy, intent: Intent) -> Rule | None:
    """The rule that decides: the first that speaks of the intent."""
    return next((rule for rule in policy.rules if speaks_of(rule, intent)), None)


def may_ask_for(policy: Policy, operation: Operation) -> bool:
    """Whether any rule may let somebody have the operation, whatever its parameters will be."""
    return any(
        rule.refuse is None and any(fnmatchcase(operation.name, pattern) for pattern in rule.operations)
        for rule in policy.rules
    )


def names_exactly(policy: Policy, rule: str, operation: Operation) -> bool:
    """Whether the rule of this name names the operation itself, and not only with a glob that takes in others too."""
    return any(operation.name in each.operations for each in policy.rules if each.name == rule)


def is_among(people: People, user: str, groups: frozenset[str]) -> bool:
    """Whether the user is named, or is in a group that is."""
    return user in people.users or not groups.isdisjoint(people.groups)


def who(people: People) -> tuple[Mention, ...]:
    """The people and the groups."""
    return (*map(Mention, people.users), *(Mention(group, "group") for group in people.groups))


def speaks_of(rule: Rule, intent: Intent) -> bool:
    """Whether the rule's operations, kinds and conditions all match."""
    if not any(fnmatchcase(intent.operation.name, pattern) for pattern in rule.operations):
        return False
    if rule.kinds and kinds_of(intent.operation).isdisjoint(rule.kinds):
        return False
    return all(
        holds(condition, getattr(intent.params, field_of(intent.operation, name) or "", None))
        for name, condition in rule.where.items()
    )


def kinds_of(operation: Operation) -> frozenset[Kind]:
    """The kinds that an operation is of; a destructive write is a write too."""
    if isinstance(operation, Read):
        return frozenset({"read"})
    return frozenset({"write", "destructive"} if operation.destructive else {"write"})


def holds(condition: Condition, value: Any) -> bool:
    """Whether a parameter's value meets the condition; a parameter that was not given meets none."""
    match condition:
        case ListCondition(any=patterns) if patterns:
            return any(matches(patterns, item) for item in as_items(value))
        case ListCondition(all=patterns):
            items = as_items(value)
            return bool(items) and all(matches(patterns, item) for item in items)
        case tuple():
            return value is not None and matches(condition, value)
        case _:
            return False


def as_items(value: Any) -> tuple[Any, ...]:
    """A list's items; a single value is a list of one."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def matches(patterns: Iterable[str], value: Any) -> bool:
    """Whether the value, as text, matches one of the globs; upper and lower case are the same."""
    text = str(value).lower()
    return any(fnmatchcase(text, pattern.lower()) for pattern in patterns)


def field_of(operation: Operation, name: str) -> str | None:
    """The name in Python of the parameter that people call `name`."""
    for field_name, field in operation.params.model_fields.items():
        if name == (field.alias or field_name):
            return field_name
    return None


def load_policy(text: str, operations: Iterable[Operation], *, source: str) -> Policy:
    """The policy of a YAML text; raises `ConfigurationError` with every problem, and what exists instead."""
    document = read_yaml(text, source)
    try:
        policy = Policy.model_validate(document)
    except ValidationError as error:
        found = [problem_text(source, document, dict(problem)) for problem in error.errors()]
        raise ConfigurationError(list(dict.fromkeys(found))) from None
    problems = [f"{source}: {problem}" for rule in policy.rules for problem in rule_problems(rule, tuple(operations))]
    if problems:
        raise ConfigurationError(problems)
    return policy


def problem_text(source: str, document: Any, problem: dict[str, Any]) -> str:
    """Where in the document something is wrong, what, and which keys there are."""
    place = list(problem["loc"])
    name = ""
    if len(place) > 1 and place[0] == "rules" and isinstance(place[1], int):
        rule = document["rules"][place[1]]
        given = rule.get("name") if isinstance(rule, dict) else None
        name = f", rule “{given[:120]}”" if given and isinstance(given, str) else f", rule {place[1] + 1}"
        place = place[2:]
    if name and place[:1] == ["where"] and len(place) > 1:
        forms = "a pattern, [patterns], {any: [patterns]} or {all: [patterns]}"
        return f"{source}{name}: where.{place[1]}: a condition is {forms}."
    if problem["type"] == "extra_forbidden":
        model: type[BaseModel] = (People if len(place) > 1 else Rule) if name else Policy
        known = ", ".join(model.model_fields)
        return f"{source}{name}: “{place[-1]}” is no key here. There are: {known}."
    where = ".".join(map(str, place)) or ("the rule" if name else "the document")
    return f"{source}{name}: {where}: {problem['msg'].removeprefix('Value error, ')}."


def rule_problems(rule: Rule, operations: tuple[Operation, ...]) -> Iterable[str]:
    """What in the rule names something that does not exist."""
    names = [operation.name for operation in operations]
    for pattern in rule.operations:
        if not any(fnmatchcase(name, pattern) for name in names):
            nearest = get_close_matches(pattern, names, n=1, cutoff=0.0)[0]
            known = ", ".join(names)
            yield f"rule “{rule.name}”: no operation matches “{pattern}” (nearest: {nearest}). There are: {known}."
    meant = [o for o in operations if any(fnmatchcase(o.name, pattern) for pattern in rule.operations)]
    for parameter, condition in rule.where.items():
        owners = [operation for operation in meant if field_of(operation, parameter)]
        if not owners and meant:
            known = ", ".join(sorted({f.alias or name for o in meant for name, f in o.params.model_fields.items()}))
            yield f"rule “{rule.name}”: none of its operations has a parameter “{parameter}”. There are: {known}."
        for operation in owners:
            yield from condition_problems(rule, operation, parameter, condition)


def choice_problems(rule: Rule, operation: Operation, parameter: str, condition: Condition) -> Iterable[str]:
    """A pattern that matches none of the few values that a parameter can have would never hold: a slip of the pen."""
    field = operation.params.model_fields[field_of(operation, parameter) or ""]
    options = literal_values(field.annotation)
    patterns = condition if isinstance(condition, tuple) else (*condition.any, *condition.all)
    for pattern in patterns:
        if options and not any(matches((pattern,), option) for option in options):
            yield (
                f"rule “{rule.name}”: {parameter} of {operation.name} is never “{pattern}”. It can be: "
                f"{', '.join(options)}. (YAML takes a bare on or off for true or false: put it in quotation marks.)"
            )


def literal_values(annotation: Any) -> tuple[str, ...]:
    """The values of a parameter that has few and fixed ones; none for any other."""
    if annotation is bool:
        return ("true", "false")
    if get_origin(annotation) is Literal:
        return tuple(str(value) for value in get_args(annotation))
    if get_origin(annotation) in {Union, UnionType}:
        inner = [argument for argument in get_args(annotation) if argument is not type(None)]
        return literal_values(inner[0]) if len(inner) == 1 else ()
    return literal_values(get_args(annotation)[0]) if hasattr(annotation, "__metadata__") else ()


def condition_problems(rule: Rule, operation: Operation, parameter: str, condition: Condition) -> Iterable[str]:
    """A list needs to be told whether any or all of its items are meant; a single value must not."""
    annotation = operation.params.model_fields[field_of(operation, parameter) or ""].annotation
    is_list = "tuple" in str(annotation)
    field = operation.params.model_fields[field_of(operation, parameter) or ""]
    if marker_of(field, ByAnyName) is not None:
        yield (
            f"rule “{rule.name}”: {parameter} of {operation.name} names one thing in several ways (a name, an id), "
            "so a condition on it could be passed by. Leave it out."
        )
    if is_list == isinstance(condition, ListCondition):
        yield from choice_problems(rule, operation, parameter, condition)
    if is_list and not isinstance(condition, ListCondition):
        yield (
            f"rule “{rule.name}”: {parameter} of {operation.name} is a list: "
            f"write {parameter}: {{any: [...]}} or {parameter}: {{all: [...]}}."
        )
    if not is_list and isinstance(condition, ListCondition):
        yield f"rule “{rule.name}”: {parameter} of {operation.name} is a single value: write {parameter}: value."
