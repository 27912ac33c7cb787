"""Help: topics to choose from, a topic in full, and what is off at the moment."""

import pytest

from bot.intents.usage import usage
from bot.operations import OPERATIONS
from bot.operations.kit.base import Operation
from bot.slack.help import help_line, help_message, meant_by, small_message
from bot.slack.spoken import missing_from
from bot.slack.text import code
from bot.slack.texts.help import MOST_USED, TOPICS
from sandbox.slack import words_of
from tests.slack.conftest import Desk
from tests.slack.samples import flaws, markup

NAMES = [topic.name for topic in TOPICS]


@pytest.mark.parametrize("topic", ["", *NAMES, *(operation.name for operation in OPERATIONS), "nonsense"])
@pytest.mark.parametrize("why", ["", "the plan <!channel> does not have it " + "x" * 150])
def test_help_passes_whatever_is_off(topic: str, why: str) -> None:
    off = {operation.name: why for operation in OPERATIONS} if why else {}
    content = help_message(OPERATIONS, topic, ("acme",), off)
    assert flaws(content) == []
    assert missing_from(content.text, content.blocks) == []
    assert "<" not in "".join(markup(list(content.blocks)))


def test_every_operation_is_in_one_topic() -> None:
    named = [operation.name for name in NAMES for operation in meant_by(OPERATIONS, name)]
    assert sorted(named) == sorted(operation.name for operation in OPERATIONS)


def test_help_begins_with_what_is_used_most_and_has_a_button_for_each_topic() -> None:
    content = help_message(OPERATIONS, "", ("acme",), {})
    said = "".join(markup(list(content.blocks)))
    shortest = [by_name(name).alias or name.replace(".", " ") for name in MOST_USED]
    assert [line for line in shortest if code(f"/hub {line}") not in said] == []
    buttons = [block["accessory"] for block in content.blocks if "accessory" in block]
    assert [(each["action_id"], each["value"]) for each in buttons] == [("help_topic", name) for name in NAMES]
    assert len(content.text) < 2500


def by_name(name: str) -> Operation:
    """The operation with this name."""
    return next(operation for operation in OPERATIONS if operation.name == name)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_help_on_an_operation_has_its_whole_usage_line(operation: Operation) -> None:
    content = help_message(OPERATIONS, operation.name, ("acme",), {})
    assert code(f"/hub {usage(operation)}") in "".join(markup(list(content.blocks)))


def test_a_line_of_help_names_the_shorter_way_and_why_it_is_off() -> None:
    operation = next(one for one in OPERATIONS if one.alias)
    line = help_line(operation, "the plan <!here> lacks it")
    assert code(f"/hub {operation.alias} …") in line
    assert "_Off: the plan &lt;!here&gt; lacks it_" in line
    assert "--reason" not in help_line(operation, None, brief=True)
    assert "_Off" not in help_line(operation, None)


@pytest.mark.parametrize("topic", ["", "teams", "team member add"])
def test_the_organization_stands_once(topic: str) -> None:
    said = "".join(markup(list(help_message(OPERATIONS, topic, ("acme", "other"), {}).blocks)))
    assert said.count("--organization") == 1
    assert "The organization is `acme`" in said


def test_whoever_is_not_understood_reads_three_lines_and_has_buttons() -> None:
    content = small_message()
    assert flaws(content) == []
    assert len(content.blocks[0]["text"]["text"].splitlines()) == 3
    assert [each["action_id"] for each in content.blocks[1]["elements"]] == ["again", "help_topic", "again_too"]


async def test_the_buttons_lead_from_topic_to_topic(desk: Desk) -> None:
    await desk.ann.command("/hub help")
    shown = await desk.ann.wait_for_ephemeral("Access tokens")
    assert (await desk.ann.click(shown, "Access tokens")).ok
    topic = await desk.ann.wait_for_ephemeral("/hub oat list")
    assert "/hub team" not in words_of(topic)
    assert (await desk.ann.click(topic, "All topics")).ok
    await desk.ann.wait_for_ephemeral("Image and registry access")
    assert desk.slack.violations == []
