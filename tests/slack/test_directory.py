"""Who is who, asked of Slack: guests, strangers and those who left; remembered for a minute, or until Slack says so."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.governance.people import DirectoryUnavailable
from bot.slack.directory import REMEMBERED_SECONDS, SlackDirectory
from sandbox.slack import SlackSandbox


class Watch:
    """A clock of the test's own."""

    seconds = 0.0

    def __call__(self) -> float:
        """The seconds so far."""
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def directory(client: AsyncWebClient, watch: Watch) -> SlackDirectory:
    return SlackDirectory(client, monotonic=watch)


async def test_a_member_may_decide_and_has_a_name_an_address_and_a_zone(directory: SlackDirectory) -> None:
    ann = await directory.person("U0ANN")
    assert (ann.id, ann.name, ann.email, ann.timezone) == ("U0ANN", "Ann Berg", "ann@example.com", "Europe/Zurich")
    assert ann.may_decide


@pytest.mark.parametrize("user", ["U0GUS", "U0DEE", "U0NOBODY"])
async def test_guests_who_left_and_who_never_was_decide_nothing(directory: SlackDirectory, user: str) -> None:
    assert not (await directory.person(user)).may_decide


async def test_the_bot_itself_decides_nothing(slack: SlackSandbox, directory: SlackDirectory) -> None:
    found = await directory.person(slack.app.bot_user_id)
    assert found.is_bot
    assert not found.may_decide


async def test_somebody_of_another_workspace_is_a_guest_once_our_own_is_known(directory: SlackDirectory) -> None:
    directory.team = "T0ELSEWHERE"
    assert (await directory.person("U0ANN")).is_guest


async def test_a_person_is_asked_for_once_a_minute(
    slack: SlackSandbox, directory: SlackDirectory, watch: Watch
) -> None:
    for _ in range(3):
        await directory.person("U0ANN")
    assert len(slack.calls_of("users.info")) == 1
    watch.seconds = REMEMBERED_SECONDS
    await directory.person("U0ANN")
    assert len(slack.calls_of("users.info")) == 2


async def test_somebody_who_leaves_is_noticed_at_once_where_slack_says_so(
    slack: SlackSandbox, directory: SlackDirectory
) -> None:
    assert (await directory.person("U0ANN")).may_decide
    slack.deactivate_user("U0ANN")
    assert (await directory.person("U0ANN")).may_decide, "it is remembered"
    directory.forget_person("U0ANN")
    assert not (await directory.person("U0ANN")).may_decide


async def test_to_forget_somebody_whom_nobody_asked_for_is_nothing(directory: SlackDirectory) -> None:
    directory.forget_person("U0ANN")
    directory.forget_group("S0LEADS")


async def test_a_group_has_its_members_and_is_remembered_apart_from_people(
    slack: SlackSandbox, directory: SlackDirectory
) -> None:
    assert await directory.members_of("S0LEADS") == {"U0OMAR", "U0LENA"}
    slack.set_group("S0LEADS", ["U0KOFI"])
    directory.forget_person("S0LEADS")
    assert await directory.members_of("S0LEADS") == {"U0OMAR", "U0LENA"}
    directory.forget_group("S0LEADS")
    assert await directory.members_of("S0LEADS") == {"U0KOFI"}


async def test_a_group_that_slack_does_not_know_has_nobody_in_it(directory: SlackDirectory) -> None:
    assert await directory.members_of("S0NONE") == frozenset()


@pytest.mark.parametrize("fault", [{"error": "internal_error"}, {"error": "ratelimited"}, {"drop": True}])
async def test_where_slack_does_not_answer_nobody_guesses_and_nothing_is_remembered(
    slack: SlackSandbox, directory: SlackDirectory, fault: dict[str, object]
) -> None:
    slack.faults.add("users.info", times=9, **fault)  # type: ignore[arg-type]
    slack.faults.add("usergroups.users.list", times=9, **fault)  # type: ignore[arg-type]
    with pytest.raises(DirectoryUnavailable):
        await directory.person("U0ANN")
    with pytest.raises(DirectoryUnavailable):
        await directory.members_of("S0LEADS")
    slack.faults.clear()
    assert (await directory.person("U0ANN")).may_decide
    assert await directory.members_of("S0LEADS")


async def test_a_time_zone_is_utc_where_slack_does_not_say(slack: SlackSandbox, directory: SlackDirectory) -> None:
    slack.faults.add("users.info", error="internal_error", times=9)
    assert await directory.timezone("U0ANN") == "UTC"
    slack.faults.clear()
    assert await directory.timezone("U0SAM") == "America/New_York"


@pytest.mark.parametrize("name", ["hub-approvals", "#hub-approvals"])
async def test_a_channel_is_found_by_its_name(directory: SlackDirectory, name: str) -> None:
    assert await directory.channel_id(name) == "C0APPROVALS"


async def test_a_channel_is_found_on_whichever_page_of_slacks_list_it_stands(
    slack: SlackSandbox, directory: SlackDirectory
) -> None:
    for number in range(1100):
        slack.make_channel(f"channel-{number:04d}", ["U0ANN"])
    slack.make_channel("zz-last", ["U0ANN"], channel_id="C0LAST")
    assert await directory.channel_id("zz-last") == "C0LAST"
    assert len(slack.calls_of("conversations.list")) > 1


async def test_a_channel_that_is_not_there_is_none_and_one_that_nobody_can_tell_of_is_an_error(
    slack: SlackSandbox, directory: SlackDirectory
) -> None:
    assert await directory.channel_id("nowhere") is None
    slack.faults.add("conversations.list", drop=True, times=9)
    with pytest.raises(DirectoryUnavailable):
        await directory.channel_id("hub-approvals")
