"""The outbox's sender for homes: one view a person, published anew for each change, within the budget for changes."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.governance.people import DirectoryUnavailable
from bot.outbox.destination import SLACK_HOME, slack_home
from bot.outbox.kinds import HOME
from bot.outbox.sender import Outgoing, RateLimited, Refused, Unclear
from bot.slack.blocks import section
from bot.slack.budget import Budget
from bot.slack.home_sender import FOR_CARDS, Shown, SlackHome
from sandbox.slack import SlackSandbox

ANNS = Outgoing(
    key="home:U0ANN",
    kind=HOME.name,
    destination=slack_home("U0ANN"),
    created_at=datetime(2026, 11, 23, tzinfo=UTC),
    request_id=None,
    payload={},
)


@dataclass
class Homes:
    """What homes show, and what is known of what stands there; `is_away` where Slack says nothing of anybody."""

    says: str = "the home"
    digests: dict[str, str | None] = field(default_factory=dict)
    is_away: bool = False

    async def view(self, person: str) -> dict[str, Any]:
        """A home that says whose it is."""
        if self.is_away:
            raise DirectoryUnavailable
        return {"type": "home", "blocks": [section(f"{self.says} of {person}")]}

    async def digest(self, person: str) -> str | None:
        """As it was noted."""
        return self.digests.get(person)

    async def note(self, person: str, digest: str | None) -> None:
        """Note it."""
        self.digests[person] = digest

    @property
    def shown(self) -> Shown:
        """As the sender has it."""
        return Shown(view=self.view, digest=self.digest, note=self.note)


@pytest.fixture
def homes() -> Homes:
    """Of this test alone."""
    return Homes()


@pytest.fixture
def sender(slack: SlackSandbox, client: AsyncWebClient, homes: Homes) -> SlackHome:
    """The sender, with room for two changes beside those of cards; the workspace's app has a home."""
    slack.parts.app.home_tab = True
    return SlackHome(client, homes.shown, budget=Budget(FOR_CARDS + 2))


def test_a_home_is_somebodys() -> None:
    assert (ANNS.destination.protocol, ANNS.destination.address) == (SLACK_HOME, "U0ANN")
    assert SlackHome.__new__(SlackHome).describe(ANNS.destination) == "the home of U0ANN"
    with pytest.raises(ValueError, match="a home is that of somebody in Slack"):
        slack_home("root@host")


async def test_it_is_published_for_its_person_and_leaves_room_for_cards(
    slack: SlackSandbox, sender: SlackHome, homes: Homes
) -> None:
    place = await sender.post(ANNS, await sender.render(ANNS))
    assert place.address == "U0ANN"
    [call] = slack.calls_of("views.publish")
    assert call.args["user_id"] == "U0ANN"
    assert "the home of U0ANN" in str(call.args["view"])
    homes.says = "another home"
    await sender.update(place, await sender.render(ANNS))
    homes.says = "a third home"
    with pytest.raises(RateLimited):
        await sender.update(place, await sender.render(ANNS))
    assert len(slack.calls_of("views.publish")) == 2
    assert await sender.find(ANNS) is None


async def test_what_stands_there_already_costs_slack_nothing(slack: SlackSandbox, sender: SlackHome) -> None:
    place = await sender.post(ANNS, await sender.render(ANNS))
    for _ in range(3):
        await sender.update(place, await sender.render(ANNS))
    assert len(slack.calls_of("views.publish")) == 1


async def test_after_an_answer_that_was_lost_it_is_published_again(
    slack: SlackSandbox, sender: SlackHome, homes: Homes
) -> None:
    place = await sender.post(ANNS, await sender.render(ANNS))
    before, homes.says = homes.says, "another home"
    slack.faults.add("views.publish", status=503)
    with pytest.raises(Unclear):
        await sender.update(place, await sender.render(ANNS))
    homes.says = before
    with pytest.raises(RateLimited):
        await sender.update(place, await sender.render(ANNS))


async def test_while_slack_does_not_say_who_they_are_it_waits(sender: SlackHome, homes: Homes) -> None:
    homes.is_away = True
    with pytest.raises(Unclear):
        await sender.post(ANNS, await sender.render(ANNS))


@pytest.mark.parametrize("code", ["not_enabled", "user_not_found", "user_disabled"])
async def test_whom_slack_shows_no_home_is_nobodys_trouble(
    slack: SlackSandbox, sender: SlackHome, homes: Homes, code: str
) -> None:
    slack.faults.add("views.publish", error=code)
    place = await sender.post(ANNS, await sender.render(ANNS))
    assert await homes.digest("U0ANN") is None
    await sender.update(place, await sender.render(ANNS))
    assert len(slack.calls_of("views.publish")) == 1, "tried again, since nothing stands there"


async def test_what_an_administrator_can_mend_is_told(slack: SlackSandbox, sender: SlackHome) -> None:
    slack.faults.add("views.publish", error="invalid_auth")
    with pytest.raises(Refused):
        await sender.post(ANNS, await sender.render(ANNS))
