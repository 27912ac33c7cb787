"""The kinds of condition that a rule can set on a parameter: how each is written, and when it holds.

A new kind is a class here, and its line in `Kinds`.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Protocol, TypeAlias, get_args

from pydantic import ConfigDict, Discriminator, RootModel, Tag

from bot.documents import Strict
from bot.globs import Glob, Globs
from bot.governance.policy.possible import never
from bot.operations.kit.base import ByAnyName, Reach, Untold, marker_of
from bot.operations.kit.parameters import Parameter


class Kind(Protocol):
    """What a kind of condition answers. `written` is how it is written, for whoever wrote it otherwise."""

    written: ClassVar[str]

    def misfit(self, parameter: Parameter) -> str | None:
        """Why it cannot be judged on such a parameter; None where it can."""

    def verdicts(self, parameter: Parameter) -> Mapping[str, str | None]:
        """Each of its wishes, with why the parameter can never be so; None where it can."""

    def holds(self, value: Any) -> bool:
        """Whether the parameter's value, which was given, is so."""


class OneOf(RootModel[Globs]):
    """The value matches one of the patterns."""

    model_config = ConfigDict(frozen=True)
    written: ClassVar[str] = "a pattern, [patterns]"

    def misfit(self, parameter: Parameter) -> str | None:
        """A list would have to be told whether any or all of its items are meant."""
        if parameter.is_list:
            return f"is a list: write {parameter.name}: {{any: [...]}} or {parameter.name}: {{all: [...]}}"
        return unjudged(self.root, parameter)

    def verdicts(self, parameter: Parameter) -> Mapping[str, str | None]:
        """Each pattern, with why the parameter never matches it."""
        return {glob.pattern: never(glob, parameter) for glob in self.root}

    def holds(self, value: Any) -> bool:
        """Whether the value is so."""
        return is_one_of(self.root, value)


class OfItems(Strict):
    """What conditions on a list share."""

    @property
    def globs(self) -> tuple[Glob, ...]:
        """The patterns, under whatever key."""
        return tuple(glob for _, globs in self for glob in globs)

    def misfit(self, parameter: Parameter) -> str | None:
        """A single value has no items."""
        return (
            unjudged(self.globs, parameter)
            if parameter.is_list
            else f"is a single value: write {parameter.name}: value"
        )

    def verdicts(self, parameter: Parameter) -> Mapping[str, str | None]:
        """Each pattern, with why no item matches it."""
        return {glob.pattern: never(glob, parameter) for glob in self.globs}


class AnyItem(OfItems):
    """At least one item of the list matches one of the patterns."""

    written: ClassVar[str] = "{any: [patterns]}"
    any: Globs

    def holds(self, value: Iterable[Any]) -> bool:
        """Whether the list is so; an empty one is not. Of an item that reaches several things, one will do."""
        return any(touches(self.any, item) for item in value)


class AllItems(OfItems):
    """Every item of the list matches one of the patterns."""

    written: ClassVar[str] = "{all: [patterns]}"
    all: Globs

    def holds(self, value: Iterable[Any]) -> bool:
        """Whether the list is so; an empty one is not. Of an item that reaches several things, each must be so."""
        items = tuple(value)
        return bool(items) and all(lies_within(self.all, item) for item in items)


Kinds: TypeAlias = (
    Annotated[OneOf, Tag("(one)")]  # one line a kind
    | Annotated[AnyItem, Tag("(any)")]
    | Annotated[AllItems, Tag("(all)")]
)
TAGS: Mapping[type[Kind], str] = {get_args(kind)[0]: get_args(kind)[1].tag for kind in get_args(Kinds)}
WRITTEN = " or ".join(kind.written for kind in TAGS)


def tag_of(value: Any) -> str | None:
    """The tag of the kind that a document's value is written as; None where it is written like none."""
    if isinstance(value, Mapping):
        return f"({next(iter(value))})" if len(value) == 1 else None
    if isinstance(value, str | int) or (isinstance(value, list) and value):
        return TAGS[OneOf]
    return TAGS.get(type(value))


Condition: TypeAlias = Annotated[
    Kinds, Discriminator(tag_of, custom_error_type="condition", custom_error_message=f"a condition is {WRITTEN}")
]


def is_one_of(globs: Iterable[Glob], value: Any) -> bool:
    """Whether a value, as text, matches one of the patterns."""
    text = str(value)
    return any(glob.matches(text) for glob in globs)


def touches(globs: Iterable[Glob], item: Any) -> bool:
    """Whether an item, or any of the things that it reaches, matches one of the patterns."""
    if isinstance(item, Reach):
        return any(glob.meets(text, item.alphabet) for glob in globs for text in item.covers)
    return is_one_of(globs, item)


def lies_within(globs: Iterable[Glob], item: Any) -> bool:
    """Whether an item, or each of the things that it names, and all that it stands for, match the patterns."""
    if isinstance(item, Reach):
        return all(any(glob.covers(text) for glob in globs) for text in item.names)
    return is_one_of(globs, item)


def unjudged(globs: Iterable[Glob], parameter: Parameter) -> str | None:
    """Why such patterns cannot be judged on the parameter, in a condition of whatever kind; None where they can."""
    untold = marker_of(parameter.info, Untold)
    if untold and any(set(glob.pattern) != {"*"} for glob in globs):
        return (
            f"holds {untold.what}, and whether one of them reaches what a pattern means cannot be told. "
            "Leave it out, or write * for whatever they are"
        )
    if marker_of(parameter.info, ByAnyName) is None:
        return None
    return "names one thing in several ways (a name, an id), so a condition on it could be passed by. Leave it out"
