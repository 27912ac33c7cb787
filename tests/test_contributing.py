"""The examples in CONTRIBUTING are true to the code: each runs with the names of its file, and fits what takes it."""

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from bot.governance.approval.principals import User
from bot.governance.ledger.subscribers import keep_card
from bot.slack.sender import SlackSender

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
# The first line ends with the file that has the names which the example uses.
EXAMPLES = re.findall(r"```python\n# [^\n]*?(\S+)\.py\n(.*?)```", PAGE, re.DOTALL)
NAMED = re.compile(r"`((?:bot|tests|docs)/[\w/.]*)`")


def run(place: str, source: str) -> dict[str, Any]:
    """The names that its file has, and what the example adds to them."""
    names = dict(vars(importlib.import_module(place.replace("/", "."))))
    exec(compile(source, "CONTRIBUTING.md", "exec", dont_inherit=True), names)  # noqa: S102  our own page
    return names


def example(name: str) -> Any:
    """What an example calls so."""
    [found] = [names[name] for place, source in EXAMPLES if name in (names := run(place, source))]
    return found


def offered(kind: type) -> dict[str, Any]:
    """The public names of a class, functions with their parameters."""
    return {
        name: tuple(inspect.signature(value).parameters) if inspect.isfunction(value) else None
        for name, value in vars(kind).items()
        if not name.startswith("_")
    }


@pytest.mark.parametrize(("place", "source"), EXAMPLES, ids=[place for place, _ in EXAMPLES])
def test_each_runs_with_the_names_of_its_file(place: str, source: str) -> None:
    run(place, source)


def test_no_example_is_passed_over() -> None:
    assert len(EXAMPLES) == PAGE.count("```python")


def test_every_room_that_is_named_is_there() -> None:
    assert [path for path in NAMED.findall(PAGE) if not (ROOT / path).exists()] == []


def test_the_kind_of_approver_has_all_that_one_has() -> None:
    assert offered(example("Team")) == offered(User)


def test_the_subscriber_is_called_as_they_all_are() -> None:
    assert inspect.signature(example("tell_of_trouble")) == inspect.signature(keep_card)


def test_the_destination_has_all_that_one_has() -> None:
    assert offered(example("Webhook")) == offered(SlackSender)
