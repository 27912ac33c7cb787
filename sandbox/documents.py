"""Reads the YAML and JSON files that somebody hands to the sandbox, and says in sentences what is wrong with them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

T = TypeVar("T")


class DocumentError(Exception):
    """A file that cannot be used; `problems` has one sentence for each thing that is wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def read_document(path: Path) -> dict[str, Any]:
    """The mapping in a YAML or JSON file. Raises DocumentError where there is none, or a key stands twice."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DocumentError([f"{path} is no UTF-8 text."]) from None
    except OSError as error:
        raise DocumentError([f"{path} cannot be read: {error.strerror}."]) from None
    found = read_yaml(text, path.name)
    if not isinstance(found, dict):
        raise DocumentError([f"{path.name} holds no keys with values."])
    return found


def read_yaml(text: str, source: str) -> Any:
    """The document as plain values, by YAML 1.2: `on` and `no` are texts. Raises DocumentError, with the line."""
    # The pure reader: libyaml's knows YAML 1.1 only, where `on` is true.
    reader = YAML(typ="safe", pure=True)
    try:
        return reader.load(text.replace("\t", " ") if text.lstrip().startswith("{") else text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}" if mark is not None else ""
        raise DocumentError([f"{source}{where}: {' '.join(str(error.problem).split())}."]) from None
    except RecursionError:
        raise DocumentError([f"{source} is nested too deeply."]) from None
    except (YAMLError, ValueError) as error:
        raise DocumentError([f"{source} is no YAML: {' '.join(str(error).split())}."]) from None


def validated(kind: type[T], found: Mapping[str, Any], *, source: str) -> T:
    """What was read, as a value of `kind`. Raises DocumentError with a sentence for each problem."""
    try:
        return TypeAdapter(kind).validate_python(found)
    except ValidationError as error:
        known, found_wrong = known_keys(kind), error.errors()
        # A list counts as too short where what is wrong is in it.
        deepest = [each for each in found_wrong if not any(is_inside(other, each) for other in found_wrong)]
        raise DocumentError([f"{source}: {sentence(dict(each), known)}" for each in deepest]) from None


def is_inside(problem: ErrorDetails, other: ErrorDetails) -> bool:
    """Whether a problem lies within the place of another one."""
    place = other["loc"]
    return len(problem["loc"]) > len(place) and problem["loc"][: len(place)] == place


def known_keys(kind: type[Any]) -> Callable[[Sequence[int | str]], Sequence[str]]:
    """Answers which keys there are beside the one at a place of a value of `kind`."""
    schema: Mapping[str, Any] = TypeAdapter(kind).json_schema()

    def beside(place: Sequence[int | str]) -> Sequence[str]:
        found = schema
        for step in place[:-1]:
            found = resolved(found, schema)
            found = found.get("items", {}) if isinstance(step, int) else found.get("properties", {}).get(step, {})
        return list(resolved(found, schema).get("properties", ()))

    return beside


def resolved(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A part of a JSON schema, its reference followed."""
    name = str(part.get("$ref", "")).rpartition("/")[2]
    found: Mapping[str, Any] = schema["$defs"][name] if name else part
    return found


def sentence(problem: Mapping[str, Any], known: Callable[[Sequence[int | str]], Sequence[str]]) -> str:
    """What is wrong at one place, and what would be right: `people[2].role: “boss” is none of 'owner', 'member'.`"""
    place, given = problem["loc"], problem["input"]
    name = written(place)
    match problem["type"]:
        case "missing":
            return f"{written(place[:-1]) or 'it'} has no “{place[-1]}”, which it needs."
        case "extra_forbidden":
            return f"{name} is unknown; known are {', '.join(known(place))}."
        case "literal_error":
            return f"{name}: “{given}” is none of {problem['ctx']['expected']}."
        case "string_pattern_mismatch":
            return f"{name}: “{given}” does not match {problem['ctx']['pattern']}."
        case "value_error":
            return f"{name}: {problem['ctx']['error']}."
        case _:
            return f"{name or 'it'}: {problem['msg'][:1].lower()}{problem['msg'][1:]}."


def written(place: Sequence[int | str]) -> str:
    """A place in a document: `people[2].role`; list positions count from 1."""
    parts = (f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in place)
    return "".join(parts).removeprefix(".")
