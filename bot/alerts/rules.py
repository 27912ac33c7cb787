"""Alert rules: which entries of Docker Hub's audit log are worth telling people of, and in which words."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from importlib.resources import files
from string import Formatter
from typing import Annotated, Any, Literal, TypeAlias

import re2
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)

from bot.alerts.entries import AuditLogEntry
from bot.alerts.facts import FACTS
from bot.documents import read_yaml
from bot.errors import ConfigurationError

__all__ = ["AlertRule", "AuditLogEntry", "Rules", "load_rules", "match", "needed_facts", "render", "standard_rules"]

FIELDS = ("organization", "action", "name", "actor", "description")
PLACEHOLDERS = (*FIELDS, "at")
SELECTORS = (*FIELDS, "data.<key>", "became.<key>")
ACTION_GLOB = re.compile(r"[A-Za-z0-9_.*?!\[\]-]+")
MISSING = "(unknown)"
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
EXPRESSION, GLOBS = "an expression", "globs"
# Docker has some seventy actions; the bound is for a log that invents them.
REMEMBERED_ACTIONS = 1000

Test: TypeAlias = Callable[[str], object]
Condition: TypeAlias = Callable[[AuditLogEntry], bool]


def check_glob(pattern: str) -> str:
    """Raises ValueError for a glob that can match nothing as it is meant."""
    if not pattern:
        raise ValueError("a pattern is empty")
    rest = pattern
    while (start := rest.find("[")) >= 0:
        # A ] directly after [ or [! stands for itself.
        body = rest[start + 1 :].removeprefix("!")
        end = body.find("]", 1)
        if end < 0:
            raise ValueError(f"“{pattern}” has a [ that is never closed; write [[] for the character itself")
        if any(low > high for low, high in re.findall(r"(.)-(.)", body[:end], re.DOTALL)):
            raise ValueError(f"“{pattern}” has a range that runs backwards")
        rest = body[end + 1 :]
    return pattern


def check_action(pattern: str) -> str:
    """Raises ValueError for what could be no action; an unknown one is allowed, since Docker adds actions."""
    if not ACTION_GLOB.fullmatch(pattern):
        raise ValueError(f"“{pattern}” is no action: they read like repo.tag.push or repo.*")
    return check_glob(pattern)


def check_not_empty(value: Any) -> Any:
    """Raises ValueError for an empty list or map, which would match everything or nothing."""
    if not value:
        raise ValueError("it is empty; leave it out, or name at least one")
    return value


def as_patterns(value: Any) -> Any:
    """One pattern or several, as text: `owner`, `false`, `[owner, owners]`."""
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str | bool | int) for item in items):
        return value
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in items)


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
    check_glob(key)
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


class Strict(BaseModel):
    """A part of the document: unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Expression(Strict):
    """A condition in RE2, on the whole value."""

    matches: str

    @model_validator(mode="after")
    def compile(self) -> "Expression":
        """Raises ValueError for what RE2 does not understand."""
        compile_expression(self.matches)
        return self


Glob = Annotated[str, AfterValidator(check_glob)]
ActionGlob = Annotated[str, AfterValidator(check_action)]
Globs = Annotated[tuple[Glob, ...], BeforeValidator(as_patterns), AfterValidator(check_not_empty)]
Fact = Annotated[str, AfterValidator(check_fact)]
Selector = Annotated[str, AfterValidator(check_selector)]
Wanted = Annotated[
    Annotated[Expression, Tag(EXPRESSION)] | Annotated[Globs, Tag(GLOBS)],
    Discriminator(lambda value: EXPRESSION if isinstance(value, Mapping | Expression) else GLOBS),
]
Conditions = Annotated[dict[Selector, Wanted], AfterValidator(check_not_empty)]


class AlertRule(Strict):
    """One rule. It fires where an action matches, one map of `where` holds in full, and all `facts` are so."""

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)
    title: str = Field(min_length=1, max_length=150)
    severity: Literal["info", "warning", "critical"]
    text: Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(check_template)]
    actions: Annotated[tuple[ActionGlob, ...], AfterValidator(check_not_empty)]
    where: Annotated[tuple[Conditions, ...], BeforeValidator(as_alternatives), AfterValidator(check_not_empty)] = ()
    facts: tuple[Fact, ...] = ()


class Document(Strict):
    """The whole file."""

    version: Literal[1]
    rules: tuple[AlertRule, ...] = ()

    @model_validator(mode="after")
    def names_are_unique(self) -> "Document":
        """A rule's name keeps its messages apart."""
        names = [rule.name for rule in self.rules]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two rules are named “{twice[0]}”")
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
    """The rule's text, filled in; plain text, with names as they came, each on one line. What is missing: (unknown)."""
    parts = []
    for literal, name, _, _ in Formatter().parse(rule.text):
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
    return Compiled(rule, tuple(compile_glob(action) for action in rule.actions), alternatives)


def compile_condition(selector: str, wanted: Expression | Sequence[str]) -> Condition:
    """Whether any value that the selector reaches is as wanted; a value that is missing is not."""
    if isinstance(wanted, Expression):
        tests: tuple[Test, ...] = (compile_expression(wanted.matches),)
    else:
        tests = tuple(compile_glob(pattern) for pattern in wanted)
    select = compile_selector(selector)
    return lambda entry: any(test(value) for value in select(entry) for test in tests)


def compile_selector(selector: str) -> Callable[[AuditLogEntry], Iterable[str]]:
    """The values of an entry that a selector reaches."""
    kind, _, key = selector.partition(".")
    if kind not in {"data", "became"}:
        return lambda entry: (str(getattr(entry, selector)),)
    has_key = compile_glob(key)
    pairs = pairs_of_exact_data(key) if kind == "data" else AuditLogEntry.new_state
    return lambda entry: (value for name, value in pairs(entry) if has_key(name))


def pairs_of_exact_data(key: str) -> Callable[[AuditLogEntry], Iterable[tuple[str, str]]]:
    """All of `data` for a key that is named, and without the token's traces for a glob."""
    if any(character in key for character in "*?["):
        return AuditLogEntry.facts_of_data
    return lambda entry: entry.data.items()


def compile_glob(pattern: str) -> Test:
    """Upper and lower case are the same."""
    return re.compile(translate(pattern), re.IGNORECASE).match


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
    document = read_yaml(text, source)
    try:
        return Document.model_validate(document).rules
    except ValidationError as error:
        problems = [problem_text(source, document, dict(problem)) for problem in error.errors()]
        raise ConfigurationError(list(dict.fromkeys(problems))) from None


def problem_text(source: str, document: Any, problem: dict[str, Any]) -> str:
    """Where in the document something is wrong, what, and which keys there are."""
    place = list(problem["loc"])
    name, keys = "", Document.model_fields
    if len(place) > 1 and place[0] == "rules" and isinstance(place[1], int):
        rule = document["rules"][place[1]]
        named = isinstance(rule, Mapping) and rule.get("name")
        name = f", rule “{named}”" if named else f", rule {place[1] + 1}"
        place, keys = place[2:], AlertRule.model_fields
    if problem["type"] == "extra_forbidden" and len(place) == 1:
        return f"{source}{name}: “{place[0]}” is no key here. There are: {', '.join(keys)}."
    # How pydantic tells a key from its value, and a union's members apart, is no place in the document.
    path = ".".join(str(part) for part in place if part not in {"[key]", EXPRESSION, GLOBS}) or "the document"
    return f"{source}{name}: {path}: {problem['msg'].removeprefix('Value error, ').removesuffix('.')}."
