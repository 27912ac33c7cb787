"""Slack's contract as schemas, out of the compact statement in slack.yaml, and what a payload breaks of it."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal

from jsonschema import Draft202012Validator

from tests.contract.notation import Json, Notation, statement

Part = Literal["methods", "payloads", "events"]

# slack_bolt gives the client of each request the workspace's id, and slack_sdk adds it to every call of that client.
ADDED = "team_id"


def names(part: Part) -> list[str]:
    """The methods, payloads or events that are stated."""
    return list(statement("slack")[part])


def answer_schema(method: str) -> Json:
    """What a method answers; raises KeyError for one that is not stated."""
    return _schema("methods", method, "answers")


def arguments_schema(method: str) -> Json:
    """What a method takes; raises KeyError for one that is not stated."""
    return _schema("methods", method, "takes")


def payload_schema(name: str) -> Json:
    """What an interaction or a slash command brings; raises KeyError for one that is not stated."""
    return _schema("payloads", name)


def event_schema(name: str) -> Json:
    """What an event brings, its envelope too; raises KeyError for one that is not stated."""
    return _schema("events", name)


def manifest_schema() -> Json:
    """What an app's manifest may say, as far as ours says it."""
    return _schema("manifest")


def breaches(value: Any, schema: Json) -> list[str]:
    """Each key that is not stated or is missing, and each value of another type, with its place."""
    errors = Draft202012Validator(schema).iter_errors(value)
    return [f"{error.json_path}: {error.message}" for error in errors]


def argument_breaches(method: str, arguments: Json) -> list[str]:
    """As `breaches`, of a call's arguments; in a query and in a form everything is text."""
    schema = arguments_schema(method)
    return breaches(dict(_as_typed(arguments, schema["properties"])), schema)


def _as_typed(arguments: Json, known: Json) -> Iterator[tuple[str, Any]]:
    for name, value in arguments.items():
        if name == ADDED and name not in known:
            continue
        kind = known.get(name, {}).get("type")
        is_text = isinstance(value, str) and kind not in (None, "string")
        yield name, _read(value, kind) if is_text else value


def _read(text: str, kind: str) -> Any:
    """The value that a text stands for; the text itself where it stands for none."""
    if kind == "boolean" and text in ("0", "1"):  # as slack_sdk writes a flag
        return text == "1"
    try:
        return json.loads(text)
    except ValueError:
        return text


@lru_cache(maxsize=64)
def _schema(*place: str) -> Json:
    stated = statement("slack")
    shape = stated
    for name in place:
        shape = shape[name]
    return Notation(stated["types"], closed=True).schema(shape)
