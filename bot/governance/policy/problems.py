"""Reads a policy document, and tells every problem in it: with its line, its rule, and what there is instead."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from bot.documents import Place, read_yaml, validate
from bot.errors import ConfigurationError
from bot.globs import Glob
from bot.governance.policy.conditions import Condition
from bot.governance.policy.document import Policy, Rule, kinds_of
from bot.operations.kit.base import Operation
from bot.operations.kit.parameters import Parameter, parameters


class Catalogue:
    """The operations that there are, made ready for the questions of a thousand rules."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.operations = {operation.name: operation for operation in operations}
        # One parameter for all that take the same, whichever operation has it: it is judged once.
        same: dict[tuple[str, str, str], Parameter] = {}
        self.parameters: dict[str, dict[str, Parameter]] = {
            name: {
                each.name: same.setdefault((each.name, str(each.info.annotation), str(each.info.metadata)), each)
                for each in parameters(operation.params)
            }
            for name, operation in self.operations.items()
        }
        self._named: dict[Glob, frozenset[str]] = {}

    def named(self, *globs: Glob) -> frozenset[str]:
        """The names of the operations that a glob matches."""
        for glob in globs:
            if glob not in self._named:
                self._named[glob] = frozenset(filter(glob.matches, self.operations))
        return frozenset[str]().union(*(self._named[glob] for glob in globs))

    def covered(self, rule: Rule) -> list[str]:
        """The names of the operations that the rule covers, in order."""
        named = self.named(*rule.operations)
        return [name for name, operation in self.operations.items() if name in named and rule.is_of_kind(operation)]


def load_policy(text: str, operations: Iterable[Operation], *, source: str) -> Policy:
    """The policy of a YAML text; raises `ConfigurationError` with every problem, and what exists instead."""
    document = read_yaml(text, source)
    policy = validate(document, Policy)
    catalogue = Catalogue(operations)
    problems = [
        document.sentence(("rules", index, *place), said)
        for index, rule in enumerate(policy.rules)
        for place, said in rule_problems(rule, catalogue)
    ]
    if problems:
        raise ConfigurationError(list(dict.fromkeys(problems)))
    return policy


def rule_problems(rule: Rule, catalogue: Catalogue) -> Iterator[tuple[Place, str]]:
    """What in the rule names something that does not exist or cannot be, and where."""
    yield from operation_problems(rule, catalogue)
    yield from kind_problems(rule, catalogue)
    covered = {name: catalogue.parameters[name] for name in catalogue.covered(rule)}
    for name, condition in rule.where.items():
        owners = {operation: known[name] for operation, known in covered.items() if name in known}
        problems = condition_problems(name, condition, owners) if owners else unknown_parameter(name, covered)
        yield from ((("where", name), said) for said in problems)


def operation_problems(rule: Rule, catalogue: Catalogue) -> Iterator[tuple[Place, str]]:
    """Patterns that match no operation."""
    for index, glob in enumerate(rule.operations):
        if not catalogue.named(glob):
            nearest = get_close_matches(glob.pattern, catalogue.operations, n=1, cutoff=0.0)[0]
            known = ", ".join(catalogue.operations)
            yield ("operations", index), f"no operation matches “{glob}” (nearest: {nearest}). There are: {known}"


def kind_problems(rule: Rule, catalogue: Catalogue) -> Iterator[tuple[Place, str]]:
    """Kinds that none of the rule's operations is of."""
    named = [catalogue.operations[name] for name in catalogue.named(*rule.operations)] if rule.kinds else []
    there = frozenset[str]().union(*map(kinds_of, named))
    for index, kind in enumerate(rule.kinds):
        if named and kind not in there:
            yield ("kinds", index), f"none of its operations is {kind}. They are: {', '.join(sorted(there))}"


def unknown_parameter(name: str, covered: Mapping[str, Mapping[str, Parameter]]) -> Iterator[str]:
    """A condition on what none of the operations has."""
    known = sorted({parameter for each in covered.values() for parameter in each})
    if known:
        yield f"none of its operations has a parameter “{name}”. There are: {', '.join(known)}"


def condition_problems(name: str, condition: Condition, owners: Mapping[str, Parameter]) -> Iterator[str]:
    """Where a condition cannot be judged, or never holds, of the operations that have its parameter."""
    faults: dict[str, list[str]] = {}
    for operation, said in operation_faults(condition, owners):
        faults.setdefault(said, []).append(operation)
    for said, operations in faults.items():
        more = f" and {len(operations) - 1} more" if len(operations) > 1 else ""
        yield f"{name} of {operations[0]}{more} {said}"


def operation_faults(condition: Condition, owners: Mapping[str, Parameter]) -> Iterator[tuple[str, str]]:
    """Each operation with what is wrong for it."""
    each = {id(parameter): parameter for parameter in owners.values()}
    misfits = {key: condition.misfit(parameter) for key, parameter in each.items()}
    verdicts = {key: condition.verdicts(parameter) for key, parameter in each.items() if not misfits[key]}
    for operation, parameter in owners.items():
        if misfit := misfits[id(parameter)]:
            yield operation, misfit
            continue
        found = verdicts[id(parameter)]
        for wish, reason in found.items():
            # A wish that another operation of the rule can have is no slip, unless nothing is left for this one.
            if reason and (all(found.values()) or all(other[wish] for other in verdicts.values())):
                yield operation, f"is never “{wish}”. {reason}"
