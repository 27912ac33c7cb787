"""Help: everything in brief, a topic in full, and what is off at the moment."""

import pytest

from bot.intents.usage import usage
from bot.operations import OPERATIONS
from bot.operations.kit.base import Operation
from bot.slack.help import help_line, help_message
from bot.slack.text import code, escape
from tests.slack.samples import flaws, markup


@pytest.mark.parametrize("topic", ["", *(operation.name for operation in OPERATIONS), "nonsense"])
@pytest.mark.parametrize("why", ["", "the plan <!channel> does not have it " + "x" * 150])
def test_help_passes_whatever_is_off(topic: str, why: str) -> None:
    off = {operation.name: why for operation in OPERATIONS} if why else {}
    content = help_message(OPERATIONS, topic, ("acme",), off)
    assert flaws(content) == []
    assert len(content.text) <= 4000
    assert "<" not in "".join(markup(list(content.blocks)))


def test_help_names_every_operation() -> None:
    shown = "".join(markup(list(help_message(OPERATIONS, "", ("acme",), {}).blocks)))
    assert [o.name for o in OPERATIONS if f"/hub {o.name.replace('.', ' ')}" not in shown] == []
    assert [o.name for o in OPERATIONS if escape(o.summary) not in shown] == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_help_on_an_operation_has_its_whole_usage_line(operation: Operation) -> None:
    content = help_message(OPERATIONS, operation.name, ("acme",), {})
    assert code(f"/hub {usage(operation)}") in "".join(markup(list(content.blocks)))


def test_a_line_of_help_names_the_shorter_way_and_why_it_is_off() -> None:
    operation = next(one for one in OPERATIONS if one.alias)
    line = help_line(operation, "the plan <!here> lacks it", brief=True)
    assert code(f"/hub {operation.alias} …") in line
    assert "_Off: the plan &lt;!here&gt; lacks it_" in line
    assert "--reason" not in line
    assert "_Off" not in help_line(operation, None, brief=False)


def test_help_on_everything_says_how_a_topic_is_asked_for_and_which_organization_is_meant() -> None:
    whole, topic = (help_message(OPERATIONS, wanted, ("acme", "other"), {}) for wanted in ("", "team"))
    said = ["".join(markup(list(content.blocks))) for content in (whole, topic)]
    assert "`/hub help team` shows every word of a topic." in said[0]
    assert "shows every word" not in said[1]
    assert all("The organization is `acme` unless --organization says otherwise." in text for text in said)
