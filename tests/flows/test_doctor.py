"""What `/hub doctor` says: a light for each part, and the way out where something is wrong."""

from collections.abc import Mapping
from pathlib import Path

from bot.lights import Light
from sandbox.hub.content.seed import READ_ONLY_TOKEN
from sandbox.hub.wire.faults import failure
from sandbox.slack import words_of
from tests.flows.conftest import OpenHouse
from tests.flows.house import ADMIN, ALERTS, APPROVALS, House
from tests.flows.steps import write_policy

QUIET = {"Mentions", "App Home", "Links", "First contact", "Direct messages", "Leavers"}


async def lights(house: House) -> Mapping[str, Light]:
    """Each light, by its name."""
    return {light.name: light for light in await house.bot.surface.doctor()}


async def test_somebody_who_asks_reads_a_light_for_each_part(house: House) -> None:
    await house.bot.poller.poll("acme")
    assert (await house.omar.command("/hub doctor")).ok
    said = words_of(await house.omar.wait_for_ephemeral("Approvers"))
    for words in (
        "🟢 *Slack* (in order): It takes the bot's token.",
        "🟢 *Docker Hub, acme* (in order): Docker Hub takes the credential.",
        "🟢 *Approvals channel, Alerts channel, Admin channel* (in order): Hubwarden is in it.",
        "⚪ *Links* (off): Nothing of it has come from Slack yet (link_shared).",
    ):
        assert words in said
    assert house.slack.violations == []


async def test_what_is_in_order_is_green(house: House) -> None:
    await house.bot.poller.poll("acme")
    found = await lights(house)
    assert {name for name, light in found.items() if light.state != "green"} <= QUIET
    assert all(light.way_out for light in found.values() if light.state != "green")


async def test_an_event_that_has_come_turns_its_surface_green(house: House) -> None:
    assert (await lights(house))["Direct messages"].state == "off"
    house.ann.say("hello")
    await house.told(house.ann, "/hub")
    assert (await lights(house))["Direct messages"].state == "green"


async def test_each_scope_that_is_missing_turns_its_surface_off_and_a_vital_one_is_red(house: House) -> None:
    house.slack.app.scopes -= {"files:write", "users:read.email"}
    found = await lights(house)
    assert (found["Files"].state, found["E-mail addresses"].state) == ("off", "red")
    assert "Missing: files:write." in found["Files"].said
    assert "install it again" in found["Files"].way_out


async def test_channels_that_are_of_no_use_are_named(house: House) -> None:
    channels = house.slack.workspace.channels
    channels[ALERTS].is_archived = True
    channels[ADMIN].members.remove(house.slack.app.bot_user_id)
    channels[APPROVALS].external = True
    found = await lights(house)
    states = [found[name].state for name in ("Alerts channel", "Admin channel", "Approvals channel")]
    assert states == ["red", "red", "yellow"]
    assert "archived" in found["Alerts channel"].said
    assert "not in it" in found["Admin channel"].said
    assert "another company" in found["Approvals channel"].said


async def test_approvals_that_nobody_can_give_are_red(open_house: OpenHouse, tmp_path: Path) -> None:
    policy = write_policy(
        tmp_path,
        '{name: "two leads", operations: ["*"], kinds: [write], approvals: 2, approvers: {groups: [S0LEADS]}}',
        '{name: "reads", operations: ["*"], kinds: [read], approvals: 0}',
    )
    house = await open_house(policy=policy)
    assert (await lights(house))["Approvers"].state == "green"
    house.slack.workspace.usergroups["S0LEADS"].users[:] = ["U0OMAR", "U0DEE"]
    house.bot.directory.forget_group("S0LEADS")
    found = (await lights(house))["Approvers"]
    assert (found.state, "“two leads” needs 2, and 1 can give one" in found.said) == ("red", True)


async def test_an_organizations_token_that_sees_public_repositories_only_is_suspected(open_house: OpenHouse) -> None:
    house = await open_house(dockerhub_username="acme", dockerhub_token=READ_ONLY_TOKEN)
    found = (await lights(house))["Docker Hub, acme"]
    assert (found.state, "scope-repository-list" in found.said) == ("yellow", True)


async def test_a_log_that_docker_hub_does_not_show_is_off(house: House) -> None:
    await house.bot.poller.poll("acme")
    assert (await lights(house))["Audit log, acme"].state == "green"
    house.hub.faults.add("GET", "/v2/auditlogs/*", failure(403), times=100)
    house.clock.advance(3600)
    found = (await lights(house))["Audit log, acme"]
    assert (found.state, "No alerts come" in found.said) == ("off", True)


async def test_a_credential_that_is_refused_and_a_token_are_red(house: House) -> None:
    house.hub.faults.add("GET", "/v2/orgs/*", failure(403), times=100)
    house.slack.faults.add("auth.test", error="invalid_auth", times=100)
    found = await lights(house)
    assert (found["Slack"].state, found["Docker Hub, acme"].state) == ("red", "red")
    assert "SLACK_BOT_TOKEN" in found["Slack"].way_out
