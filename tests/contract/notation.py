"""The notation of the statements beside this file: shapes of JSON in a few words, read into JSON Schema."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]

HERE = Path(__file__).resolve().parent
WORDS: dict[str, Json] = {
    "any": {},
    "object": {"type": "object"},
    "string": {"type": "string"},
    "boolean": {"type": "boolean"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "int32": {"type": "integer", "format": "int32"},
    "int64": {"type": "integer", "format": "int64"},
    "time": {"type": "string", "format": "date-time"},
    "bytes": {"type": "string", "format": "byte"},
}
TYPE = re.compile(
    r"(?P<word>\w+)"
    r"(?: (?P<least>\d*)\.\.(?P<most>\d*))?"
    r"(?: /(?P<pattern>.+)/)?"
    r"(?: = (?P<default>.+?))?"
    r"(?P<nullable> or null)?"
)
LIMITS = re.compile(r"(?P<least>\d*)\.\.(?P<most>\d*)(?P<unique> unique)?")
BOUNDS = {
    "string": ("minLength", "maxLength"),
    "array": ("minItems", "maxItems"),
    "integer": ("minimum", "maximum"),
    "number": ("minimum", "maximum"),
}


class NotationError(Exception):
    """A shape that cannot be read, with its text."""


@lru_cache(maxsize=8)
def statement(name: str) -> Any:
    """The statement in the file of that name beside this one, as it is written."""
    return yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Notation:
    """Reads shapes; `types` are those that have a name.

    As it is, what comes out is OpenAPI 3.0's kind of schema, where an object may have more keys than are named. With
    `closed` it is JSON Schema's, and an object has no key but those.
    """

    types: Mapping[str, Any] = field(default_factory=dict)
    closed: bool = False

    def schema(self, shape: Any) -> Json:
        """The schema of a shape; raises NotationError."""
        match shape:
            case dict():
                return self._object(shape)
            case [item]:
                return {"type": "array", "items": self.schema(item)}
            case [item, str(limits)] if found := LIMITS.fullmatch(limits):
                unique = {"uniqueItems": True} if found["unique"] else {}
                return self.schema([item]) | _bounds("array", found["least"], found["most"]) | unique
            case str():
                return self._words(shape)
        raise NotationError(f"no shape: {shape!r}")

    def _object(self, shape: Mapping[str, Any]) -> Json:
        properties: Json = {}
        required: list[str] = []
        for written, value in shape.items():
            if written == "...":
                for name in value if isinstance(value, list) else [value]:
                    base = self.schema(name)
                    properties |= base["properties"]
                    required += base.get("required", [])
                continue
            key = written.removesuffix("!")
            properties[key] = self.schema(value)
            required += [key] if written.endswith("!") else []
        found: Json = {"type": "object", "properties": properties}
        found |= {"required": required} if required else {}
        return found | ({"additionalProperties": False} if self.closed else {})

    def _words(self, text: str) -> Json:
        if " | " in text:
            return self._one_of(text.split(" | "))
        if text.startswith("map of "):
            return {"type": "object", "additionalProperties": self.schema(text.removeprefix("map of "))}
        if not (found := TYPE.fullmatch(text)):
            raise NotationError(f"no shape: {text!r}")
        word = found["word"]
        if word in self.types:
            schema = self.schema(self.types[word])
        elif word in WORDS:
            schema = dict(WORDS[word])
        else:
            raise NotationError(f"no type {word!r} in {text!r}")
        if found["least"] or found["most"]:
            schema |= _bounds(schema["type"], found["least"], found["most"])
        schema |= {"pattern": found["pattern"]} if found["pattern"] else {}
        schema |= {"default": yaml.safe_load(found["default"])} if found["default"] else {}
        return self._or_null(schema) if found["nullable"] else schema

    def _one_of(self, words: list[str]) -> Json:
        schema: Json = {"type": "string", "enum": [word for word in words if word != "null"]}
        return self._or_null(schema) if "null" in words else schema

    def _or_null(self, schema: Json) -> Json:
        if not self.closed:
            values = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
            return schema | values | {"nullable": True}
        return {"anyOf": [schema, {"type": "null"}]}


def _bounds(kind: str, least: str, most: str) -> Json:
    low, high = BOUNDS[kind]
    return ({low: int(least)} if least else {}) | ({high: int(most)} if most else {})
