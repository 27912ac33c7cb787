"""The grammar of Block Kit's rules: small checks of a JSON value that report what is wrong, and where."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.workspace.mrkdwn import counted_length
from sandbox.slack.workspace.state import Json


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule; `pointer` is a JSON pointer into what was sent."""

    pointer: str
    code: str
    message: str
    constraint: Json | None = None

    def as_text(self) -> str:
        """As `response_metadata.messages` has it, without its `[ERROR]`."""
        return f"{self.message} [json-pointer:{self.pointer}]"

    def as_json(self) -> Json:
        """As blocks.validate answers it: https://docs.slack.dev/reference/methods/blocks.validate"""
        shown: Json = {"pointer": self.pointer, "code": self.code, "message": self.message}
        return shown | ({"constraint": self.constraint} if self.constraint else {})


@dataclass(slots=True)
class Report:
    """Collects violations."""

    violations: list[Violation] = field(default_factory=list)

    def add(self, pointer: str, message: str, **constraint: Any) -> None:
        """Report one; `constraint` is its type, what was expected and what was got."""
        self.violations.append(Violation(pointer, "failed_constraint", message, constraint or None))


Rule = Callable[[Any, str, Report], None]
Check = Callable[[Json, str, Report], None]


def text(maximum: int | None = None, minimum: int = 0, *, formatted: bool = False) -> Rule:
    """A string of so many code points after escaping."""

    def rule(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add(pointer, "must provide a string", type="type", expected="string", got=type(value).__name__)
            return
        length = counted_length(value, formatted=formatted)
        if length < minimum:
            more = minimum - 1
            report.add(pointer, f"must be more than {more} characters", type="min_length", expected=minimum, got=length)
        if maximum is not None and length > maximum:
            less = maximum + 1
            report.add(pointer, f"must be less than {less} characters", type="max_length", expected=maximum, got=length)

    return rule


def pattern(expression: str, described: str) -> Rule:
    """A string of a form, named by `described`."""
    compiled = re.compile(expression)

    def rule(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            report.add(pointer, f"must be {described}", type="format", expected=described, got=value)

    return rule


def choice(*allowed: str) -> Rule:
    """One of these strings."""

    def rule(value: Any, pointer: str, report: Report) -> None:
        if value not in allowed:
            names = ", ".join(allowed)
            report.add(pointer, f"must be one of: {names}", type="enum", expected=list(allowed), got=value)

    return rule


def whole(minimum: int | None = None, maximum: int | None = None) -> Rule:
    """A whole number within bounds."""

    def rule(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            report.add(pointer, "must provide a number", type="type", expected="integer", got=type(value).__name__)
        elif minimum is not None and value < minimum:
            report.add(pointer, f"must be at least {minimum}", type="min", expected=minimum, got=value)
        elif maximum is not None and value > maximum:
            report.add(pointer, f"must be at most {maximum}", type="max", expected=maximum, got=value)

    return rule


def number(above: float | None = None) -> Rule:
    """A number, greater than `above` where that is given."""

    def rule(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, int | float) or isinstance(value, bool):
            report.add(pointer, "must provide a number", type="type", expected="number", got=type(value).__name__)
        elif above is not None and value <= above:
            report.add(pointer, f"must be more than {above}", type="exclusive_min", expected=above, got=value)

    return rule


def flag(value: Any, pointer: str, report: Report) -> None:
    """A boolean."""
    if not isinstance(value, bool):
        report.add(pointer, "must provide a boolean", type="type", expected="boolean", got=type(value).__name__)


def anything(_value: Any, _pointer: str, _report: Report) -> None:
    """Whatever it is."""


def items(each: Rule, maximum: int | None = None, minimum: int = 0) -> Rule:
    """An array of so many items."""

    def rule(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, list):
            report.add(pointer, "must provide an array", type="type", expected="array", got=type(value).__name__)
            return
        if len(value) < minimum:
            message = f"no fewer than {minimum} items allowed"
            report.add(pointer, message, type="min_items", expected=minimum, got=len(value))
        if maximum is not None and len(value) > maximum:
            message = f"no more than {maximum} items allowed"
            report.add(pointer, message, type="max_items", expected=maximum, got=len(value))
        for index, one in enumerate(value):
            each(one, f"{pointer}/{index}", report)

    return rule


def record(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None, *checks: Check) -> Rule:
    """An object with these fields (and a `type`) and no other; `checks` look at it as a whole."""
    known = {**required, **(optional or {})}

    def rule(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add(pointer, "must provide an object", type="type", expected="object", got=type(value).__name__)
            return
        for name in required:
            if value.get(name) is None:
                report.add(pointer, f"missing required field: {name}", type="required", expected=name)
        for name, one in value.items():
            if name in known:
                if one is not None:
                    known[name](one, f"{pointer}/{name}", report)
            elif name != "type":
                report.add(pointer, f"invalid additional property: {name}", type="additional", got=name)
        for check in checks:
            check(value, pointer, report)

    return rule


def variant(rules: Mapping[str, Rule]) -> Rule:
    """An object whose `type` picks its rule."""

    def rule(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add(pointer, "must provide an object", type="type", expected="object", got=type(value).__name__)
            return
        kind = value.get("type")
        if kind is None:
            report.add(pointer, "missing required field: type", type="required", expected="type")
        elif not isinstance(kind, str) or kind not in rules:
            report.add(f"{pointer}/type", f"unsupported type: {kind}", type="enum", expected=sorted(rules), got=kind)
        else:
            rules[kind](value, pointer, report)

    return rule


def exactly_one(*names: str) -> Check:
    """One of these fields, and only one."""

    def check(value: Json, pointer: str, report: Report) -> None:
        if sum(value.get(name) is not None for name in names) != 1:
            report.add(pointer, f"must have exactly one of: {', '.join(names)}", type="one_of", expected=list(names))

    return check


def at_least_one(*names: str) -> Check:
    """One of these fields or more."""

    def check(value: Json, pointer: str, report: Report) -> None:
        if all(value.get(name) is None for name in names):
            report.add(pointer, f"must have at least one of: {', '.join(names)}", type="any_of", expected=list(names))

    return check


def unique(list_name: str, key: str) -> Check:
    """No two items of that list with the same key."""

    def check(value: Json, pointer: str, report: Report) -> None:
        entries = value.get(list_name)
        seen: set[str] = set()
        for index, one in enumerate(entries if isinstance(entries, list) else ()):
            name = one.get(key) if isinstance(one, dict) else None
            if isinstance(name, str) and name in seen:
                report.add(f"{pointer}/{list_name}/{index}/{key}", f'{key} "{name}" already exists', type="unique")
            seen.update([name] if isinstance(name, str) else [])

    return check
