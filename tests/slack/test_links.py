"""Addresses of messages, as Slack itself would write them."""

import pytest

from bot.outbox.sender import Place
from bot.slack.links import Links

PLACE = Place("C0APPROVALS", "1795435200.000300")


@pytest.mark.parametrize("base", ["https://acme.slack.com/", "https://acme.slack.com"])
def test_a_message_is_linked_by_its_channel_and_its_moment(base: str) -> None:
    assert Links(base).message(PLACE) == "https://acme.slack.com/archives/C0APPROVALS/p1795435200000300"


def test_a_reply_is_linked_in_its_thread() -> None:
    link = Links("https://acme.slack.com/").message(PLACE, thread=Place("C0APPROVALS", "1795435100.000100"))
    assert link == (
        "https://acme.slack.com/archives/C0APPROVALS/p1795435200000300?thread_ts=1795435100.000100&cid=C0APPROVALS"
    )


def test_there_are_no_links_until_slack_has_said_where_the_workspace_is() -> None:
    links = Links()
    assert links.message(PLACE) == ""
    links.base = "https://acme.slack.com/"
    assert links.message(PLACE) != ""
