"""The notation of the statements: what its words mean."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.contract.notation import Notation, NotationError, statement

TYPES = {"Person": {"id!": "string", "name": "string"}}


@pytest.mark.parametrize(
    ("shape", "schema"),
    [
        ("any", {}),
        ("string", {"type": "string"}),
        ("string or null", {"type": "string", "nullable": True}),
        ("time or null", {"type": "string", "format": "date-time", "nullable": True}),
        ("string 2..255 /^[a-z]+$/", {"type": "string", "minLength": 2, "maxLength": 255, "pattern": "^[a-z]+$"}),
        ("string ..100", {"type": "string", "maxLength": 100}),
        ("integer 1.. = 1", {"type": "integer", "minimum": 1, "default": 1}),
        ("boolean = false", {"type": "boolean", "default": False}),
        ("read | write", {"type": "string", "enum": ["read", "write"]}),
        ("image | null", {"type": "string", "enum": ["image", None], "nullable": True}),
        ("map of int64", {"type": "object", "additionalProperties": {"type": "integer", "format": "int64"}}),
        (["string or null"], {"type": "array", "items": {"type": "string", "nullable": True}}),
        (
            ["string ..50", "1..100 unique"],
            {
                "type": "array",
                "items": {"type": "string", "maxLength": 50},
                "minItems": 1,
                "maxItems": 100,
                "uniqueItems": True,
            },
        ),
    ],
)
def test_a_shape_means(shape: Any, schema: dict[str, Any]) -> None:
    assert Notation().schema(shape) == schema


def test_a_key_with_an_exclamation_mark_has_to_be_there() -> None:
    schema = Notation(TYPES).schema("Person")
    assert schema["required"] == ["id"]
    assert schema["properties"].keys() == {"id", "name"}


def test_three_dots_take_over_the_keys_of_a_type_and_a_later_word_of_a_key_holds() -> None:
    schema = Notation(TYPES).schema({"...": "Person", "name": "number", "age": "integer"})
    assert schema["required"] == ["id"]
    assert {name: one["type"] for name, one in schema["properties"].items()} == {
        "id": "string",
        "name": "number",
        "age": "integer",
    }


def test_a_closed_notation_takes_no_other_key_and_null_only_where_it_is_named() -> None:
    schema = Notation(TYPES, closed=True).schema({"person": "Person or null", "tags": ["string"]})
    judge = Draft202012Validator(schema)
    assert judge.is_valid({"person": None, "tags": []})
    assert judge.is_valid({"person": {"id": "U0ANN"}})
    stranger = {"person": {"id": "U0ANN", "age": 1}}
    broken: list[dict[str, Any]] = [stranger, {"person": {}}, {"tags": None}, {"tags": [1]}, {"other": 1}]
    assert [one for one in broken if judge.is_valid(one)] == []


@pytest.mark.parametrize("shape", ["strong", "string 1-2", "Nobody or null", [], ["string", "2", "3"], 5, None])
def test_what_cannot_be_read_is_refused(shape: Any) -> None:
    with pytest.raises(NotationError):
        Notation(TYPES).schema(shape)


@pytest.mark.parametrize("name", ["docker_hub", "slack"])
def test_every_named_type_is_used(name: str) -> None:
    types = statement(name)["types"]
    used = {word for text in _texts(statement(name)) for word in text.replace("map of ", "").split() if word in types}
    assert used == set(types)


def _texts(shape: Any) -> list[str]:
    if isinstance(shape, dict):
        return [text for one in shape.values() for text in _texts(one)]
    if isinstance(shape, list):
        return [text for one in shape for text in _texts(one)]
    return [str(shape)]
