"""What the policy says of an intent: pure, and closed where it is silent or cannot tell."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeAlias

from bot.governance.approval.requirement import NOBODY, Beneficiaries, Requirement, Stage
from bot.governance.policy.conditions import Condition
from bot.governance.policy.document import Policy, Rule
from bot.governance.policy.people import People
from bot.operations.kit.base import Intent, Operation, Reaches, marker_of
from bot.operations.kit.parameters import Parameter, parameters
from bot.phrases import Phrase, listed

DEFAULT_EXPIRY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may be done at once; `requirement` asks for nobody's approval."""

    rule: str
    requirement: Requirement = NOBODY


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
    if unclear := unclear_condition(rule, intent):
        return Refused(rule.name, (f"Whether the rule “{rule.name}” speaks of {operation} is not clear: {unclear}.",))
    if rule.requesters is not None and not is_among(rule.requesters, requester, groups):
        lead = f"The rule “{rule.name}” does not let you ask for {operation}: "
        return Refused(rule.name, (lead, *listed(rule.requesters.mentions), " may."))
    if not rule.approvals:
        return Allowed(rule.name, replace(NOBODY, beneficiary=beneficiaries_of(rule)))
    return approval_of(rule, rule.approvals)


def approval_of(rule: Rule, required: int) -> NeedsApproval:
    """The approvals that the rule wants: one stage of so many."""
    stage = Stage(required, rule.approvers.principals)
    deadline = rule.expires or DEFAULT_EXPIRY
    return NeedsApproval(rule.name, Requirement((stage,), deadline, beneficiary=beneficiaries_of(rule)))


def beneficiaries_of(rule: Rule) -> Beneficiaries:
    """What becomes of those whom it is about: barred, where the rule does not say."""
    return rule.beneficiary or Beneficiaries.BARRED


def first_rule(policy: Policy, intent: Intent) -> Rule | None:
    """The rule that decides: the first that speaks of the intent, or that may, for all one can tell."""
    asked = as_asked(intent)
    return next((rule for rule in policy.rules if speaks_of(rule, asked)), None)


def may_ask_for(policy: Policy, operation: Operation) -> bool:
    """Whether any rule may let somebody have the operation, whatever its parameters will be."""
    return any(rule.refuse is None and rule.covers(operation) for rule in policy.rules)


def may_somebody_ask(policy: Policy, operation: Operation, user: str, groups: frozenset[str]) -> bool:
    """Whether this person may have the operation for some parameters or other, as far as the rules alone tell."""
    for rule in policy.rules:
        if not rule.covers(operation):
            continue
        is_theirs = rule.requesters is None or is_among(rule.requesters, user, groups)
        if rule.refuse is None and is_theirs:
            return True
        if not rule.where:
            # It speaks of whatever is asked for, so no later rule is heard.
            return False
    return False


def names_exactly(policy: Policy, rule: str, operation: Operation) -> bool:
    """Whether the rule of this name names the operation itself, and not only with a glob that takes in others too."""
    named = (glob for each in policy.rules if each.name == rule for glob in each.operations)
    return any(glob.is_literal and glob.matches(operation.name) for glob in named)


def is_among(people: People, user: str, groups: frozenset[str]) -> bool:
    """Whether the user is named, or is in a group that is."""
    return user in people.users or not groups.isdisjoint(people.groups)


@dataclass(frozen=True, slots=True)
class Asked:
    """An intent as rules see it: its parameters by the names that people know, and their values."""

    operation: Operation
    parameters: Mapping[str, Parameter]
    values: Mapping[str, Any]


def as_asked(intent: Intent) -> Asked:
    """The intent, made ready for the rules."""
    known = {parameter.name: parameter for parameter in parameters(intent.operation.params)}
    values = intent.params.model_dump(by_alias=True)
    return Asked(intent.operation, known, {name: judged(known[name], value) for name, value in values.items()})


def judged(parameter: Parameter, value: Any) -> Any:
    """The value as conditions go by it: of items that reach several things, what they reach."""
    reaches = marker_of(parameter.info, Reaches)
    return value if reaches is None or value is None else tuple(map(reaches.read, value))


def speaks_of(rule: Rule, asked: Asked) -> bool:
    """Whether the rule's operations and kinds match, and each condition holds or cannot be judged.

    A condition that cannot be judged must not pass the intent on to a later rule, which may be milder.
    """
    if not rule.covers(asked.operation) or not rule.where.keys() <= asked.parameters.keys():
        return False
    return all(
        condition.misfit(asked.parameters[name]) is not None or is_met(condition, asked.values.get(name))
        for name, condition in rule.where.items()
    )


def is_met(condition: Condition, value: Any) -> bool:
    """Whether the condition holds; a parameter that was not given meets none."""
    return value is not None and condition.holds(value)


def unclear_condition(rule: Rule, intent: Intent) -> str | None:
    """The first condition that cannot be judged, and why; None where each can."""
    known = as_asked(intent).parameters
    misfits = ((name, condition.misfit(known[name])) for name, condition in rule.where.items())
    return next((f"{name} {misfit}" for name, misfit in misfits if misfit), None)
