"""What pydantic finds wrong, as a person would say it."""

from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError, field_validator

from bot.validation import SHOWN, bare_fault, fault


class Things(BaseModel):
    """A model of everything."""

    word: Literal["on", "off"] = "on"
    number: int = Field(1, ge=1, le=10)
    strict: int = Field(1, strict=True)
    items: tuple[str, ...] = Field(("a",), min_length=1, max_length=2)
    text: str = Field("a", min_length=1, pattern="^[a-z]+$")
    keys: dict[str, int] = Field(default_factory=dict)
    own: str = ""

    @field_validator("own")
    @classmethod
    def refuse(cls, value: str) -> str:
        """Never right."""
        raise ValueError(f"“{value}” will not do.")


def problem(**values: Any) -> dict[str, Any]:
    """The one problem with these values."""
    with pytest.raises(ValidationError) as caught:
        Things.model_validate(values)
    [found] = caught.value.errors()
    return dict(found)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"word": "of"}, "“of” is none of on or off"),
        ({"number": "x"}, "“x” is no whole number"),
        ({"number": 0}, "“0” is less than 1, the least there is"),
        ({"number": 11}, "“11” is more than 10, the most there is"),
        ({"strict": "1"}, "“1” is no whole number"),
        ({"items": []}, "at least 1 is needed"),
        ({"items": ["a", "b", "c"]}, "3 are too many: 2 is the most there is"),
        ({"items": 5}, "it is no list"),
        ({"text": ""}, "it is empty"),
        ({"text": 5}, "it is no text"),
        ({"text": "A"}, "“A” is not written as ^[a-z]+$"),
        ({"keys": []}, "it holds no keys"),
        ({"own": "x"}, "“x” will not do"),
    ],
)
def test_each_fault_is_a_sentence_with_the_value_and_the_limit(values: dict[str, Any], said: str) -> None:
    assert fault(problem(**values)) == said


def test_a_long_value_is_cut() -> None:
    assert fault(problem(word="x" * 500)) == f"“{'x' * SHOWN}” is none of on or off"


@pytest.mark.parametrize(
    "values", [{"word": "hunter2"}, {"number": "hunter2"}, {"strict": "hunter2"}, {"text": "HUNTER2"}]
)
def test_a_bare_fault_never_repeats_a_value(values: dict[str, Any]) -> None:
    said = bare_fault(problem(**values))
    assert said
    assert "hunter2" not in said.lower()
    assert not said.endswith(".")
