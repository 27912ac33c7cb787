"""Alert rules: which entries of Docker Hub's audit log are worth telling people of, and in which words."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from string import Formatter
from typing import Annotated, Any, Literal, TypeAlias

import re2
from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from bot.alerts.entries import AuditLogEntry
from bot.alerts.facts import FACTS
from bot.documents import Strict, read_yaml, refuse_repeated, validate
from bot.globs import Glob, Globs, refuse_empty

__all__ = ["AlertRule", "AuditLogEntry", "Rules", "load_rules", "match", "needed_facts", "render", "standard_rules"]

FIELDS = ("organization", "action", "name", "actor", "description")
PLACEHOLDERS = (*FIELDS, "at")
SELECTORS = (*FIELDS, "data.<key>", "became.<key>")
ACTION_GLOB = re.compile(r"[A-Za-z0-9_.*?!\[\]-]+")
MISSING = "(unknown)"
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
EXPRESSION, GLOBS = "(expression)", "(globs)"
# Docker has some seventy actions; the bound is for a log that invents them.
REMEMBERED_ACTIONS = 1000

Test: TypeAlias = Callable[[str], object]
Condition: TypeAlias = Callable[[AuditLogEntry], bool]


def check_action(pattern: Any) -> Any:
    """Raises ValueError for what could be no action; an unknown one is allowed, since Docker adds actions."""
    if isinstance(pattern, str) and not ACTION_GLOB.fullmatch(pattern):
        raise ValueError(f"“{pattern}” is no action: they read like repo.tag.push or repo.*")
    return pattern


def as_alternatives(value: Any) -> Any:
    """One map of conditions, or a list of maps of which one has to hold."""
    return (value,) if isinstance(value, Mapping) else value


def check_selector(selector: str) -> str:
    """Raises ValueError for a field that no entry has."""
    kind, dot, key = selector.partition(".")
    if selector in FIELDS:
        return selector
    if kind not in {"data", "became"} or not dot:
        raise ValueError(f"“{selector}” is no field of an entry. There are: {', '.join(SELECTORS)}")
    Glob(key)
    return selector


def check_template(template: str) -> str:
    """Raises ValueError for a placeholder that no entry can fill."""
    for _, name, form, conversion in Formatter().parse(template):
        if name is None:
            continue
        if form or conversion:
            raise ValueError(f"the placeholder {{{name}}} takes no format and no conversion")
        if name not in PLACEHOLDERS and not (name.startswith("data.") and name != "data."):
            raise ValueError(unknown_placeholder(name))
    return template


def unknown_placeholder(name: str) -> str:
    """The sentence for it, with those that exist."""
    known = ", ".join(f"{{{known}}}" for known in (*PLACEHOLDERS, "data.<key>"))
    return f"“{{{name}}}” is no placeholder. There are: {known}"


def check_fact(name: str) -> str:
    """Raises ValueError for what nobody can find out."""
    known = [fact.name for fact in FACTS]
    if name not in known:
        raise ValueError(f"“{name}” is no fact. There are: {', '.join(known)}")
    return name


class Expression(Strict):
    """A condition in RE2, on the whole value."""

    matches: str

    @model_validator(mode="after")
    def compile(self) -> "Expression":
        """Raises ValueError for what RE2 does not understand."""
        compile_expression(self.matches)
        return self


Fact = Annotated[str, AfterValidator(check_fact)]
ActionGlob = Annotated[Glob, BeforeValidator(check_action)]
Selector = Annotated[str, AfterValidator(check_selector)]
Wanted = Annotated[
    Annotated[Expression, Tag(EXPRESSION)] | Annotated[Globs, Tag(GLOBS)],
    Discriminator(lambda value: EXPRESSION if isinstance(value, Mapping | Expression) else GLOBS),
]
Conditions = Annotated[dict[Selector, Wanted], AfterValidator(refuse_empty)]


State = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(check_template)]
Advice = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(check_template)]


class AlertRule(Strict):
    """One rule. It fires where an action matches, one map of `where` holds in full, and all `facts` are so.

    `before` and `now` are the two states where an entry does not tell them; `means` and `do` are a line each.
    """

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)
    title: str = Field(min_length=1, max_length=150)
    severity: Literal["info", "warning", "critical"]
    text: Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(check_template)]
    before: State = ""
    now: State = ""
    means: Advice = ""
    do: Advice = ""
    actions: Annotated[tuple[ActionGlob, ...], AfterValidator(refuse_empty)]
    where: Annotated[tuple[Conditions, ...], BeforeValidator(as_alternatives), AfterValidator(refuse_empty)] = ()
    facts: tuple[Fact, ...] = ()


class Document(Strict):
    """The whole file."""

    version: Literal[1]
    rules: tuple[AlertRule, ...] = ()

    @model_validator(mode="after")
    def names_are_unique(self) -> "Document":
        """A rule's name keeps its messages apart."""
        refuse_repeated([rule.name for rule in self.rules])
        return self


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule with its patterns ready to be asked."""

    rule: AlertRule
    actions: tuple[Test, ...]
    alternatives: tuple[tuple[Condition, ...], ...]

    def holds(self, entry: AuditLogEntry) -> bool:
        """Whether a map of conditions holds in full; a rule without conditions always does."""
        return not self.alternatives or any(all(holds(entry) for holds in each) for each in self.alternatives)


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules made ready once; those that speak of an action are remembered by it."""

    rules: Sequence[AlertRule]
    _compiled: tuple[Compiled, ...] = field(init=False, repr=False)
    _by_action: dict[str, tuple[Compiled, ...]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_compiled", tuple(compile_rule(rule) for rule in self.rules))

    def candidates(self, action: str) -> tuple[Compiled, ...]:
        """The rules with an action that matches, in order."""
        found = self._by_action.get(action)
        if found is None:
            found = tuple(each for each in self._compiled if any(test(action) for test in each.actions))
            if len(self._by_action) < REMEMBERED_ACTIONS:
                self._by_action[action] = found
        return found


def match(rules: Rules, entry: AuditLogEntry, facts: Iterable[str] = ()) -> tuple[AlertRule, ...]:
    """The rules that fire on the entry, in order, given what else is known of it."""
    known = frozenset(facts)
    return tuple(
        each.rule for each in rules.candidates(entry.action) if known.issuperset(each.rule.facts) and each.holds(entry)
    )


def needed_facts(rules: Rules, entry: AuditLogEntry) -> frozenset[str]:
    """What has to be found out of the entry, since a rule would fire if it were so."""
    return frozenset(
        fact
        for each in rules.candidates(entry.action)
        if each.rule.facts and each.holds(entry)
        for fact in each.rule.facts
    )


def render(rule: AlertRule, entry: AuditLogEntry) -> str:
    """The rule's text, filled in."""
    return fill(rule.text, entry)


def fill(template: str, entry: AuditLogEntry) -> str:
    """The text, filled in; plain text, with names as they came, each on one line. What is missing: (unknown)."""
    parts = []
    for literal, name, _, _ in Formatter().parse(template):
        parts.append(literal)
        if name is not None:
            parts.append(CONTROL.sub(" ", placeholder_value(entry, name)).strip() or MISSING)
    return "".join(parts)


def placeholder_value(entry: AuditLogEntry, name: str) -> str:
    """What a placeholder stands for; "" where the entry has no such data."""
    if name.startswith("data."):
        return entry.data.get(name.removeprefix("data."), "")
    if name == "at":
        return f"{entry.at:%Y-%m-%d %H:%M:%S} UTC"
    return str(getattr(entry, name))


def compile_rule(rule: AlertRule) -> Compiled:
    """The rule with its patterns compiled."""
    alternatives = tuple(tuple(compile_condition(*item) for item in each.items()) for each in rule.where)
    return Compiled(rule, tuple(action.matches for action in rule.actions), alternatives)


def compile_condition(selector: str, wanted: Expression | Sequence[Glob]) -> Condition:
    """Whether any value that the selector reaches is as wanted; a value that is missing is not."""
    if isinstance(wanted, Expression):
        tests: tuple[Test, ...] = (compile_expression(wanted.matches),)
    else:
        tests = tuple(glob.matches for glob in wanted)
    select = compile_selector(selector)
    return lambda entry: any(test(value) for value in select(entry) for test in tests)


def compile_selector(selector: str) -> Callable[[AuditLogEntry], Iterable[str]]:
    """The values of an entry that a selector reaches."""
    kind, _, key = selector.partition(".")
    if kind not in {"data", "became"}:
        return lambda entry: (str(getattr(entry, selector)),)
    has_key = Glob(key).matches
    pairs = pairs_of_exact_data(key) if kind == "data" else AuditLogEntry.new_state
    return lambda entry: (value for name, value in pairs(entry) if has_key(name))


def pairs_of_exact_data(key: str) -> Callable[[AuditLogEntry], Iterable[tuple[str, str]]]:
    """All of `data` for a key that is named, and without the token's traces for a glob."""
    if not Glob(key).is_literal:
        return AuditLogEntry.facts_of_data
    return lambda entry: entry.data.items()


def compile_expression(text: str) -> Test:
    """RE2, on the whole value. Raises ValueError."""
    options = re2.Options()
    options.log_errors = False
    try:
        test: Test = re2.compile(text, options).fullmatch
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        said = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(f"“{text}” is no RE2 expression: {said}") from None
    return test


def standard_rules() -> tuple[AlertRule, ...]:
    """The rules that come with the package."""
    return load_rules((files(__package__) / "rules.yaml").read_text(encoding="utf-8"), "rules.yaml")


def load_rules(text: str, source: str) -> tuple[AlertRule, ...]:
    """The rules of a YAML text; raises `ConfigurationError` with every problem. `source` names the text."""
    return validate(read_yaml(text, source), Document).rules
