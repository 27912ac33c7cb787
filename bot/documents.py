"""Reads the YAML documents that people write: plain values, no key twice, and the line of whatever is wrong."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from inspect import isclass
from typing import Any, NoReturn, TypeAlias, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError
from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # it is in the C library, or in its successor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from bot.errors import ConfigurationError
from bot.validation import SHOWN, fault

MAX_DEPTH = 32
MAX_VALUES = 200_000
# As YAML 1.2 has them, and no more: whatever else is plain is text as it is written, so that 007 and 1.10 stay whole.
CONSTANTS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")

Place: TypeAlias = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """A part of a document: unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Document:
    """What a text says, and on which line each of its values stands. `source` names the text."""

    source: str
    data: Any
    lines: Mapping[Place, int] = field(repr=False)

    def sentence(self, place: Place, text: str) -> str:
        """What is wrong there: `policy.yml, line 12, rule “x”: …`."""
        return f"{self.source}{self._line(place)}{self._rule(place)}: {text}."

    def _line(self, place: Place) -> str:
        # What an alias repeats, or what is missing, stands on no line of its own: that around it does.
        known = (self.lines.get(place[:length]) for length in range(len(place), -1, -1))
        line = next((line for line in known if line is not None), None)
        return f", line {line}" if line is not None else ""

    def _rule(self, place: Place) -> str:
        match place:
            case ("rules", int(index), *_):
                rule = self.data["rules"][index]
                name = rule.get("name") if isinstance(rule, Mapping) else None
                return f", rule “{name[:120]}”" if name and isinstance(name, str) else f", rule {index + 1}"
            case _:
                return ""


def read_yaml(text: str, source: str) -> Document:
    """The document; raises `ConfigurationError` with what is wrong and the line. `source` names it."""
    try:
        text.encode()
        return Reader(text, source).read()
    except UnicodeError:
        raise ConfigurationError([f"{source}, line 1: it is no YAML: no text holds such a character."]) from None
    except YAMLError as error:
        raise ConfigurationError([unreadable(error, text, source)]) from None


def validate(document: Document, model: type[Model]) -> Model:
    """The document as the model has it; raises `ConfigurationError` with every problem."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        found = [problem_text(document, model, dict(problem)) for problem in error.errors(include_url=False)]
        raise ConfigurationError(list(dict.fromkeys(found))) from None


def problem_text(document: Document, model: type[BaseModel], problem: Mapping[str, Any]) -> str:
    """Where something is wrong, what, and which keys there are."""
    place = written_place(document.data, problem["loc"])
    if problem["type"] == "located":
        return document.sentence(place + tuple(problem["ctx"]["at"]), problem["msg"])
    if problem["type"] == "extra_forbidden":
        known = ", ".join(model_at(model, place[:-1]).model_fields)
        return document.sentence(place, f"“{str(place[-1])[:SHOWN]}” is no key here. There are: {known}")
    inner = place[2:] if place[:1] == ("rules",) and len(place) > 1 else place
    path = ".".join(map(str, inner)) or ("the rule" if place else "the document")
    return document.sentence(place, f"{path}: {fault(problem)}")


def located(text: str, *at: str | int) -> PydanticCustomError:
    """An error of a validator that knows better than pydantic where it is: at this place below the value it saw."""
    return PydanticCustomError("located", "{text}", {"text": text, "at": at})


def refuse_repeated(names: Sequence[str]) -> None:
    """Raises for the first rule of a document whose name another has before it."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            raise located(f"two rules are named “{name}”", "rules", index, "name")
        seen.add(name)


def written_place(data: Any, loc: Sequence[str | int]) -> Place:
    """Pydantic's place as the document has it.

    Without how pydantic tells a key from its value, and a union's members apart (they stand in brackets), and
    without an index where one value was written for a list of one.
    """
    place: list[str | int] = []
    for part in loc:
        if isinstance(part, str) and (part == "[key]" or part.startswith("(")):
            continue
        if isinstance(part, int) and not isinstance(data, list):
            continue
        place.append(part)
        data = below(data, part)
    return tuple(place)


def below(data: Any, part: str | int) -> Any:
    """The value under a key or an index; None where there is none."""
    if isinstance(data, Mapping):
        return data.get(part)
    return data[part] if isinstance(data, list) and isinstance(part, int) and part < len(data) else None


def model_at(model: type[BaseModel], place: Place) -> type[BaseModel]:
    """The model of what stands at the place."""
    for part in place:
        info = model.model_fields.get(str(part))
        model = (info and model_in(info.annotation)) or model
    return model


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that an annotation holds, whatever it is wrapped in."""
    if isclass(annotation) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := model_in(each))), None)


@dataclass(frozen=True, slots=True)
class Anchored:
    """A value with an anchor, and how many values it unfolds to."""

    value: Any
    size: int


class Reader:
    """Makes plain values of a parser's events, one by one, so that no text can have it do anything else.

    The parser is C, for speed, and knows no depth: the limits stand here.
    """

    def __init__(self, text: str, source: str) -> None:
        self._parser = CParser(text)
        self._source = source
        self._lines: dict[Place, int] = {}
        self._anchors: dict[str, Anchored] = {}
        self._count = 0

    def read(self) -> Document:
        """The one document of the text; raises `ConfigurationError` and `YAMLError`."""
        self._next()
        event = self._next()
        data = None
        if not isinstance(event, StreamEndEvent):
            data = self._value(self._next(), ())
            self._next()
            event = self._next()
        if not isinstance(event, StreamEndEvent):
            self._refuse(event, "a second document begins; only one is read")
        return Document(self._source, data, self._lines)

    def _next(self) -> Any:
        return self._parser.get_event()

    def _value(self, event: Any, place: Place) -> Any:
        self._lines.setdefault(place, event.start_mark.line + 1)
        self._add(event, 1)
        if len(place) > MAX_DEPTH:
            self._refuse(event, "it is nested too deeply")
        if isinstance(event, AliasEvent):
            return self._alias(event)
        if event.tag is not None:
            self._refuse(event, f"the tag {event.tag[:SHOWN]} is not taken: write the value without it")
        before = self._count - 1
        value = self._plain_value(event, place)
        if event.anchor is not None:
            self._anchors[event.anchor] = Anchored(value, self._count - before)
        return value

    def _plain_value(self, event: Any, place: Place) -> Any:
        match event:
            case SequenceStartEvent():
                return self._list(place)
            case MappingStartEvent():
                return self._mapping(place)
            case _:
                return scalar(event)

    def _list(self, place: Place) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            values.append(self._value(event, (*place, len(values))))
        return values

    def _mapping(self, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := self._next(), MappingEndEvent):
            key = self._key(event)
            here = (*place, key)
            if key in values:
                self._refuse(event, f"the key “{key[:SHOWN]}” stands twice, first on line {self._lines[here]}")
            self._lines[here] = event.start_mark.line + 1
            values[key] = self._value(self._next(), here)
        return values

    def _key(self, event: Any) -> str:
        if not isinstance(event, ScalarEvent) or event.tag is not None:
            self._refuse(event, "a key is a plain text")
        if event.value == "<<" and not event.style:
            self._refuse(event, "<< merges nothing in YAML 1.2: write the keys out, or use an alias for a whole value")
        return str(event.value)

    def _alias(self, event: Any) -> Any:
        anchored = self._anchors.get(event.anchor)
        if anchored is None:
            self._refuse(event, f"*{event.anchor[:SHOWN]} has no whole value &{event.anchor[:SHOWN]} before it")
        self._add(event, anchored.size)
        return anchored.value

    def _add(self, event: Any, size: int) -> None:
        # An alias of aliases of aliases is short to write, and would keep whoever walks it busy for ever.
        self._count += size
        if self._count > MAX_VALUES:
            self._refuse(event, f"it unfolds to more than {MAX_VALUES:,} values")

    def _refuse(self, event: Any, text: str) -> NoReturn:
        raise ConfigurationError([f"{self._source}, line {event.start_mark.line + 1}: {text}."])


def scalar(event: Any) -> str | int | bool | None:
    """The value of a scalar: what is in quotation marks or a block is text."""
    text = str(event.value)
    if event.style:
        return text
    if text in CONSTANTS:
        return CONSTANTS[text]
    return int(text) if INTEGER.fullmatch(text) else text


def unreadable(error: YAMLError, text: str, source: str) -> str:
    """The sentence for a text that is no YAML."""
    if isinstance(error, MarkedYAMLError):
        said = ", ".join(part for part in (error.problem, error.context) if part)
        line = error.problem_mark.line + 1
    else:
        said = str(error).splitlines()[0]
        line = text[: getattr(error, "position", 0)].count("\n") + 1
    return f"{source}, line {line}: it is no YAML: {said}."
