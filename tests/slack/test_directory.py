"""Who is who, asked of Slack: guests, strangers and those who left; remembered for a minute, or until Slack says so."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.governance.people import DirectoryUnavailable, Person
from bot.slack.directory import REMEMBERED_SECONDS, SlackDirectory
from sandbox.slack import SlackSandbox, User, UserGroup


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


# Enterprise Grid, and Slack Connect


ENTERPRISE, SISTER = "E0ACME", "T0SISTER"


@pytest.fixture
def grid(slack: SlackSandbox) -> SlackSandbox:
    """Our workspace as one of an organization's, and people of it and of others."""
    slack.workspace.team = replace(slack.workspace.team, enterprise=ENTERPRISE)
    for user in (
        User("W0SIS", "sis", "Of a sister workspace", team=SISTER, enterprise=ENTERPRISE),
        User("W0ORG", "org", "Of the organization itself", team=ENTERPRISE, enterprise=ENTERPRISE),
        User("W0GUEST", "guest", "A guest there", team=SISTER, enterprise=ENTERPRISE, is_restricted=True),
        User("U0CONN", "conn", "Of another company", email="ann@example.com", team="T0OTHER"),
        User("W0CONN", "wconn", "Of another organization", team="T0OTHER", enterprise="E0OTHER"),
        User("W0EORG", "eorg", "Of another organization itself", team="E0OTHER", enterprise="E0OTHER"),
    ):
        slack.workspace.add_user(user)
    return slack


@pytest.mark.parametrize(
    ("user", "may"),
    [("U0ANN", True), ("W0SIS", True), ("W0ORG", True)]
    + [(user, False) for user in ("W0GUEST", "U0CONN", "W0CONN", "W0EORG", "U0GUS")],
)
async def test_a_colleague_is_of_the_same_organization_whatever_the_workspace(
    grid: SlackSandbox, directory: SlackDirectory, user: str, *, may: bool
) -> None:
    found = await directory.person(user)
    assert found.may_decide is may
    assert found.is_foreign is ("CONN" in user or "EORG" in user)
    assert directory.enterprise == ENTERPRISE


@pytest.mark.parametrize(
    ("entry", "is_colleague"),
    [
        ({"team_id": "T0ACME"}, True),
        ({"team_id": SISTER}, False),
        ({"team_id": SISTER, "enterprise_id": ENTERPRISE}, True),
        ({"team_id": SISTER, "enterprise_user": {"enterprise_id": ENTERPRISE}}, True),
        ({"team_id": SISTER, "enterprise_user": {"teams": [SISTER, "T0ACME"]}}, True),
        ({"team_id": SISTER, "teams": ["T0ACME"]}, True),
        ({"team_id": ENTERPRISE}, True),
        ({"team_id": "T0ACME", "is_stranger": True}, False),
        ({"team_id": SISTER, "enterprise_user": {"enterprise_id": "E0OTHER", "teams": [SISTER]}}, False),
        ({}, False),
        ({"team_id": None, "enterprise_user": None, "teams": None}, False),
    ],
)
async def test_each_way_in_which_slack_says_where_somebody_belongs(
    client: AsyncWebClient, entry: dict[str, object], *, is_colleague: bool
) -> None:
    heard: list[Person] = []

    async def hear(people: Iterable[Person]) -> None:
        heard.extend(people)

    directory = SlackDirectory(client, hear=hear)
    directory.team, directory.enterprise = "T0ACME", ENTERPRISE
    await directory.changed({"id": "U0NEW", **entry})
    assert [person.is_foreign for person in heard] == [not is_colleague]
    assert heard[0].may_decide is is_colleague


async def test_without_an_organization_nobody_of_another_workspace_is_a_colleague(directory: SlackDirectory) -> None:
    directory.team = "T0ELSEWHERE"
    assert directory.enterprise is None
    assert (await directory.person("U0ANN")).is_foreign


async def test_in_an_organizations_installation_every_call_names_the_workspace(
    grid: SlackSandbox, directory: SlackDirectory
) -> None:
    grid.workspace.team = replace(grid.workspace.team, is_org_install=True)
    grid.workspace.usergroups["S0SIS"] = UserGroup("S0SIS", "leads", "Leads there", ["W0SIS"], team=SISTER)
    assert await directory.members_of("S0LEADS") == {"U0OMAR", "U0LENA"}
    assert await directory.members_of("S0SIS") == frozenset(), "a group counts in its own workspace only"
    assert await directory.channel_id("hub-approvals") == "C0APPROVALS"
    assert await directory.page_of_people() == ""
    assert (await directory.person("U0ANN")).may_decide
    assert directory.team == "T0ACME"


async def test_until_it_is_known_where_the_bot_belongs_nobody_is_taken_for_a_colleague(
    slack: SlackSandbox, directory: SlackDirectory
) -> None:
    slack.faults.add("auth.test", error="internal_error", times=9)
    for ask in (directory.person("U0ANN"), directory.members_of("S0LEADS"), directory.channel_id("x")):
        with pytest.raises(DirectoryUnavailable):
            await ask
    assert not slack.calls_of("users.info")
    slack.faults.clear()
    assert (await directory.person("U0ANN")).may_decide


async def test_whomever_slack_tells_of_is_heard_of_once_each_time_it_is_asked(client: AsyncWebClient) -> None:
    heard: list[Person] = []

    async def hear(people: Iterable[Person]) -> None:
        heard.extend(people)

    directory = SlackDirectory(client, hear=hear)
    for user in ("U0ANN", "U0ANN", "U0NOBODY"):
        await directory.person(user)
    assert [(person.id, person.email) for person in heard] == [("U0ANN", "ann@example.com")]


@pytest.mark.parametrize("kind", ["is_bot", "is_workflow_bot", "is_connector_bot"])
async def test_machines_of_every_kind_are_bots(client: AsyncWebClient, kind: str) -> None:
    heard: list[Person] = []

    async def hear(people: Iterable[Person]) -> None:
        heard.extend(people)

    await SlackDirectory(client, hear=hear).changed({"id": "U0IT", "team_id": "T0ACME", kind: True})
    assert [person.is_bot for person in heard] == [True]


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
