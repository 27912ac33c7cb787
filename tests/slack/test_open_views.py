"""Forms opened and changed, and what is said where they cannot be."""

from typing import Any

import pytest

from bot.slack.modals import message_view
from bot.slack.offers import open_again
from bot.slack.open_views import OpenViews
from bot.slack.replies import Replies, ReplyAddress
from sandbox.slack import Person, SlackSandbox, words_of

FORM = message_view("A form", "What shall happen?")
ADDRESS = ReplyAddress("U0ANN")
AGAIN = open_again("team list")


@pytest.fixture
def ann(slack: SlackSandbox) -> Person:
    return slack.person("U0ANN")


@pytest.fixture
def views(replies: Replies) -> OpenViews:
    return OpenViews(replies)


def trigger(slack: SlackSandbox) -> str:
    """What lets us open one form, for three seconds."""
    return slack.parts.triggers.mint("U0ANN")


def told(ann: Person) -> list[str]:
    """The texts of the direct messages."""
    return [str(message.body["text"]) for message in ann.messages(ann.direct_channel)]


async def test_a_form_is_opened(slack: SlackSandbox, views: OpenViews, ann: Person) -> None:
    await views.open(trigger(slack), FORM, ADDRESS, again=AGAIN)
    assert ann.view is not None
    assert "What shall happen?" in words_of(ann.view)
    assert told(ann) == []


async def test_a_trigger_that_is_too_old_or_used_up_is_said(slack: SlackSandbox, views: OpenViews, ann: Person) -> None:
    used, old = trigger(slack), trigger(slack)
    await views.open(used, FORM, ADDRESS, again=AGAIN)
    await views.open(used, FORM, ADDRESS, again=AGAIN)
    slack.parts.clock.advance(4)
    await views.open(old, FORM, ADDRESS, again=AGAIN)
    assert told(ann) == ["Slack was slow, and its form can no longer be opened. (Open the form)"] * 2
    offered = ann.messages(ann.direct_channel)[-1].body["blocks"][-1]["elements"]
    assert [(one["action_id"], one["value"]) for one in offered] == [("again", "team list")]


async def test_where_no_button_holds_what_was_typed_it_is_to_be_typed_again(
    slack: SlackSandbox, views: OpenViews, ann: Person
) -> None:
    slack.parts.clock.advance(4)
    await views.open("spent", FORM, ADDRESS, again=open_again("x" * 2001))
    assert told(ann)[0].endswith("Please try once more.")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"error": "internal_error"}, "Slack did not open the form: internal_error. (Open the form)"),
        ({"status": 503, "body": "sorry"}, "Slack did not open the form: HTTP 503. (Open the form)"),
        ({"drop": True}, "Slack could not be reached to open the form. (Open the form)"),
    ],
)
async def test_slacks_reason_is_said(
    slack: SlackSandbox, views: OpenViews, ann: Person, fault: dict[str, Any], said: str
) -> None:
    slack.faults.add("views.open", **fault, times=9)
    await views.open(trigger(slack), FORM, ADDRESS, again=AGAIN)
    assert told(ann) == [said]
    assert ann.view is None


async def test_an_open_form_is_changed(slack: SlackSandbox, views: OpenViews, ann: Person) -> None:
    await views.open(trigger(slack), FORM, ADDRESS, again=AGAIN)
    assert ann.view is not None
    assert await views.update(ann.view.id, message_view("A form", "Done."))
    assert "Done." in words_of(ann.view)


@pytest.mark.parametrize("fault", [None, {"error": "internal_error"}, {"drop": True}])
async def test_a_form_that_is_closed_or_out_of_reach_is_not_changed(
    slack: SlackSandbox, views: OpenViews, ann: Person, fault: dict[str, Any] | None
) -> None:
    await views.open(trigger(slack), FORM, ADDRESS, again=AGAIN)
    view = ann.view
    assert view is not None
    if fault is None:
        await ann.close(view)
    else:
        slack.faults.add("views.update", **fault, times=9)
    assert not await views.update(view.id, message_view("A form", "Done."))
    assert told(ann) == [], "whoever asked says it in another way"
