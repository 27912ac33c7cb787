"""Answers to one person: beside what they did, else in their direct messages; never lost for want of a nicer way."""

from typing import Any

import pytest

from bot.errors import UserError
from bot.operations.kit.base import Document
from bot.slack.blocks import Content, section
from bot.slack.replies import Replies, ReplyAddress
from bot.slack.sentences import said
from sandbox.slack import Person, SlackSandbox, words_of
from sandbox.slack.interactions.payloads import response_address

HELLO = said("Hello, Ann.")
# A paragraph may have no more than 3,000 characters.
REFUSED = Content("It all stands in the text.", (section("x") | {"text": {"type": "mrkdwn", "text": "x" * 3001}},))


@pytest.fixture
def ann(slack: SlackSandbox) -> Person:
    return slack.person("U0ANN")


def beside(slack: SlackSandbox, user: str = "U0ANN") -> ReplyAddress:
    """The address that comes with a command in #general."""
    account = slack.person(user).user
    return ReplyAddress(user, "C0GENERAL", response_address(slack.parts, "commands", account, "C0GENERAL"))


async def test_an_answer_stands_where_the_person_is_and_they_alone_see_it(
    slack: SlackSandbox, replies: Replies, ann: Person
) -> None:
    await replies.answer(beside(slack), HELLO)
    (shown,) = ann.ephemerals("C0GENERAL")
    assert "Hello, Ann." in words_of(shown)
    assert slack.person("U0OMAR").messages("C0GENERAL") == []
    assert slack.calls_of("chat.postMessage") == []
    assert slack.violations == []


async def test_without_an_address_the_answer_is_a_direct_message(replies: Replies, ann: Person) -> None:
    await replies.answer(ReplyAddress("U0ANN"), HELLO)
    (shown,) = ann.messages(ann.direct_channel)
    assert shown.only_for is None


async def test_an_address_that_is_spent_leads_to_the_direct_messages(
    slack: SlackSandbox, replies: Replies, ann: Person
) -> None:
    address = beside(slack)
    for number in range(6):
        await replies.answer(address, said(f"Answer {number}."))
    assert len(ann.ephemerals()) == 5
    (last,) = ann.messages(ann.direct_channel)
    assert "Answer 5." in words_of(last)


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 500}])
async def test_an_address_that_does_not_answer_leads_to_the_direct_messages(
    slack: SlackSandbox, replies: Replies, ann: Person, fault: dict[str, Any]
) -> None:
    slack.faults.add("response_url", **fault, times=9)
    await replies.answer(beside(slack), HELLO)
    assert len(ann.messages(ann.direct_channel)) == 1


@pytest.mark.parametrize("is_beside", [True, False])
async def test_where_slack_refuses_the_blocks_the_text_says_it(
    slack: SlackSandbox, replies: Replies, ann: Person, is_beside: bool
) -> None:
    await replies.answer(beside(slack) if is_beside else ReplyAddress("U0ANN"), REFUSED)
    shown = ann.ephemerals() if is_beside else ann.messages(ann.direct_channel)
    assert ["It all stands in the text." in words_of(message) for message in shown] == [True]


async def test_an_answer_can_take_the_place_of_what_was_pressed(
    slack: SlackSandbox, replies: Replies, ann: Person
) -> None:
    await replies.answer(beside(slack), HELLO)
    (first,) = ann.ephemerals()
    url = response_address(slack.parts, "actions", ann.user, "C0GENERAL", first.ts)
    await replies.answer(ReplyAddress("U0ANN", "C0GENERAL", url), said("Page two."), replace=True)
    (shown,) = ann.ephemerals()
    assert shown.ts == first.ts
    assert "Page two." in words_of(shown)


@pytest.mark.parametrize("fault", [{"error": "internal_error"}, {"error": "user_not_found"}, {"drop": True}])
async def test_an_answer_that_cannot_be_given_ends_in_silence_and_not_in_an_error(
    slack: SlackSandbox, replies: Replies, ann: Person, fault: dict[str, Any]
) -> None:
    slack.faults.add("chat.postMessage", **fault, times=9)
    await replies.answer(ReplyAddress("U0ANN"), HELLO)
    assert ann.messages(ann.direct_channel) == []


async def test_a_connection_that_breaks_after_the_post_costs_no_answer(
    slack: SlackSandbox, replies: Replies, ann: Person
) -> None:
    slack.faults.add("chat.postMessage", drop=True, after_effect=True)
    await replies.answer(ReplyAddress("U0ANN"), HELLO)
    assert len(ann.messages(ann.direct_channel)) == 2, "twice is better than never"


async def test_a_file_goes_to_the_direct_messages(slack: SlackSandbox, replies: Replies, ann: Person) -> None:
    await replies.send_file("U0ANN", Document("people.csv", "text/csv", b"Username\r\nann\r\n"))
    (shown,) = ann.messages(ann.direct_channel)
    assert shown.body["files"][0]["name"] == "people.csv"
    assert slack.violations == []


@pytest.mark.parametrize(
    ("pattern", "fault", "code"),
    [
        ("conversations.open", {"error": "user_not_found"}, "user_not_found"),
        ("files.getUploadURLExternal", {"error": "missing_scope"}, "missing_scope"),
        ("upload", {"status": 500}, "SlackRequestError"),
        ("files.completeUploadExternal", {"drop": True}, "Error"),
    ],
)
async def test_a_file_that_slack_does_not_take_is_a_sentence(
    slack: SlackSandbox, replies: Replies, pattern: str, fault: dict[str, Any], code: str
) -> None:
    slack.faults.add(pattern, **fault, times=9)
    with pytest.raises(UserError) as caught:
        await replies.send_file("U0ANN", Document("people.csv", "text/csv", b"x"))
    assert caught.value.text.startswith("Slack did not take the file people.csv (")
    assert code in caught.value.text
