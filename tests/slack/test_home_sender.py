"""The outbox's sender for homes: one view a person, published anew for each change, within the budget for changes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.outbox.destination import SLACK_HOME, slack_home
from bot.outbox.kinds import HOME
from bot.outbox.sender import Outgoing, RateLimited, Refused, Unclear
from bot.slack.blocks import section
from bot.slack.budget import Budget
from bot.slack.home_sender import FOR_CARDS, SlackHome
from sandbox.slack import SlackSandbox

ANNS = Outgoing(
    key="home:U0ANN",
    kind=HOME.name,
    destination=slack_home("U0ANN"),
    created_at=datetime(2026, 11, 23, tzinfo=UTC),
    request_id=None,
    payload={},
)


async def show(person: str) -> dict[str, Any]:
    """A home that says whose it is."""
    return {"type": "home", "blocks": [section(f"the home of {person}")]}


@pytest.fixture
def sender(client: AsyncWebClient) -> SlackHome:
    """The sender, with room for one change beside those of cards."""
    return SlackHome(client, show, budget=Budget(FOR_CARDS + 1))


def test_a_home_is_somebodys() -> None:
    assert (ANNS.destination.protocol, ANNS.destination.address) == (SLACK_HOME, "U0ANN")
    assert SlackHome.__new__(SlackHome).describe(ANNS.destination) == "the home of U0ANN"
    with pytest.raises(ValueError, match="a home is that of somebody in Slack"):
        slack_home("root@host")


async def test_it_is_published_for_its_person_and_leaves_room_for_cards(slack: SlackSandbox, sender: SlackHome) -> None:
    slack.parts.app.home_tab = True
    place = await sender.post(ANNS, await sender.render(ANNS))
    assert place.address == "U0ANN"
    [call] = slack.calls_of("views.publish")
    assert call.args["user_id"] == "U0ANN"
    assert "the home of U0ANN" in str(call.args["view"])
    with pytest.raises(RateLimited):
        await sender.update(place, await show("U0ANN"))
    assert len(slack.calls_of("views.publish")) == 1
    assert await sender.find(ANNS) is None


async def test_slacks_answers_mean_what_they_mean_for_messages(slack: SlackSandbox, client: AsyncWebClient) -> None:
    sender = SlackHome(client, show, budget=Budget())
    slack.faults.add("views.publish", status=503)
    with pytest.raises(Unclear):
        await sender.post(ANNS, await show("U0ANN"))
    slack.faults.add("views.publish", error="not_enabled")
    with pytest.raises(Refused) as caught:
        await sender.post(ANNS, await show("U0ANN"))
    assert caught.value.code == "not_enabled"
