"""Everybody in the workspace heard of, page by page, once an hour."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.governance.people import Person
from bot.slack.directory import SlackDirectory
from bot.slack.roll import PAGES, ROUND_SECONDS, Roll
from sandbox.slack import SlackSandbox, User
from tests.slack.test_directory import Watch


class Ears:
    """Hears."""

    def __init__(self) -> None:
        self.heard: dict[str, Person] = {}

    async def hear(self, people: list[Person]) -> None:
        """Note them."""
        self.heard |= {person.id: person for person in people}


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def roll(client: AsyncWebClient, ears: Ears, watch: Watch) -> Roll:
    return Roll(SlackDirectory(client, hear=ears.hear), monotonic=watch)  # type: ignore[arg-type]


def crowd(slack: SlackSandbox, number: int) -> None:
    """So many more people, of whom Slack tells as often as it is asked."""
    slack.limits.enabled = False
    for each in range(number):
        slack.workspace.add_user(User(f"U1{each:05d}", f"p{each}", f"Person {each}", email=f"p{each}@example.com"))


async def test_everybody_is_heard_of_with_their_address(slack: SlackSandbox, roll: Roll, ears: Ears) -> None:
    crowd(slack, 450)
    assert await roll.call()
    assert ears.heard.keys() == slack.workspace.users.keys()
    assert ears.heard["U0ANN"].email == "ann@example.com"
    assert len(slack.calls_of("users.list")) == 3


async def test_a_round_is_made_once_an_hour(slack: SlackSandbox, roll: Roll, watch: Watch) -> None:
    assert await roll.call()
    assert not await roll.call()
    assert len(slack.calls_of("users.list")) == 1
    watch.seconds = ROUND_SECONDS
    assert await roll.call()
    assert len(slack.calls_of("users.list")) == 2


async def test_a_crowd_is_called_some_pages_at_a_time_and_gone_on_with(
    slack: SlackSandbox, roll: Roll, ears: Ears
) -> None:
    crowd(slack, 200 * PAGES + 50)
    assert not await roll.call()
    assert len(slack.calls_of("users.list")) == PAGES
    slack.faults.add("users.list", error="ratelimited")
    assert not await roll.call()
    assert await roll.call()
    assert ears.heard.keys() == slack.workspace.users.keys()
    assert len(slack.calls_of("users.list")) == PAGES + 1, "it went on, and did not begin anew"


async def test_where_slack_does_not_answer_it_is_tried_again_and_nothing_is_raised(
    slack: SlackSandbox, roll: Roll
) -> None:
    slack.faults.add("users.list", error="internal_error")
    assert not await roll.call()
    assert await roll.call()


async def test_a_page_that_slack_has_forgotten_begins_the_round_anew(
    slack: SlackSandbox, roll: Roll, ears: Ears
) -> None:
    crowd(slack, 200 * PAGES + 50)
    assert not await roll.call()
    slack.faults.add("users.list", error="invalid_cursor")
    await roll.call()
    assert await roll.call()
    assert ears.heard.keys() == slack.workspace.users.keys()
