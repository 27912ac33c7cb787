"""Files that people attach: fetched from Slack alone, no larger than they may be, and read for their parameter."""

import asyncio
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import UserError
from bot.intents.files import Row, Sheet
from bot.operations import BY_NAME
from bot.operations.kit.base import FromFile, field_named, marker_of
from bot.slack.attachments import MAX_BYTES, fetch, is_slacks, read_files
from sandbox.slack import SlackSandbox

PARAMS = BY_NAME["invite.send"].params


@pytest.mark.parametrize(
    ("address", "api", "expected"),
    [
        ("https://files.slack.com/files-pri/T0-F0/x.csv", "https://slack.com/api/", True),
        ("https://slack.com/x.csv", "https://slack.com/api/", True),
        ("http://files.slack.com/x.csv", "https://slack.com/api/", False),
        ("https://evilslack.com/x.csv", "https://slack.com/api/", False),
        ("https://files.slack.com.evil.example/x.csv", "https://slack.com/api/", False),
        ("https://files.slack.com@evil.example/x.csv", "https://slack.com/api/", False),
        ("https://evil.example/?.slack.com", "https://slack.com/api/", False),
        ("http://127.0.0.1:4000/x.csv", "http://127.0.0.1:4000/api/", True),
        ("http://127.0.0.1:4001/x.csv", "http://127.0.0.1:4000/api/", False),
        ("", "https://slack.com/api/", False),
    ],
)
def test_the_token_goes_to_slack_alone(address: str, api: str, expected: bool) -> None:
    assert is_slacks(address, api) is expected


def test_people_can_come_from_a_file_and_a_role_cannot() -> None:
    people, role = field_named(PARAMS, "invitees"), field_named(PARAMS, "role")
    assert people is not None
    assert role is not None
    assert marker_of(people, FromFile) is not None
    assert marker_of(role, FromFile) is None


async def upload(client: AsyncWebClient, content: bytes) -> str:
    """A file that Slack keeps; answers its id."""
    answer = await client.files_upload_v2(filename="people.csv", content=content, channel="C0APPROVALS")
    return str(answer["file"]["id"])


async def test_a_file_comes_as_it_was_attached(client: AsyncWebClient) -> None:
    file = await fetch(client, await upload(client, b"jane@example.com\n"))
    assert (file.name, file.content) == ("people.csv", b"jane@example.com\n")
    assert "jane" not in repr(file)


async def test_each_file_is_read_for_its_own_parameter(client: AsyncWebClient) -> None:
    file = await upload(client, b"Name,Email\nJane,jane@example.com\n")
    assert await read_files(client, BY_NAME["invite.send"], {"invitees": file}) == {
        "invitees": Sheet("people.csv", "Email", (Row(2, "jane@example.com"),))
    }


async def test_a_file_for_what_takes_none_is_not_even_fetched(slack: SlackSandbox, client: AsyncWebClient) -> None:
    assert await read_files(client, BY_NAME["invite.send"], {"role": "F0X", "nothing": "F0Y"}) == {}
    assert slack.calls_of("files.info") == []


async def test_a_file_that_is_too_large_is_refused_by_what_slack_says_of_it(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    file = await upload(client, b"x" * (MAX_BYTES + 1))
    slack.faults.add("download", status=500)
    with pytest.raises(UserError, match=r"people\.csv has 1,000,001 bytes, and 1,000,000 is the limit"):
        await fetch(client, file)


async def test_a_file_that_is_larger_than_slack_says_is_refused_all_the_same(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    file = await upload(client, b"x" * 100)
    held = slack.hold("download")
    fetching = asyncio.create_task(fetch(client, file))
    await held.arrived()
    slack.workspace.files[file].content = b"x" * (MAX_BYTES + 1)
    held.release()
    with pytest.raises(UserError, match=r"people\.csv has more than 1,000,000 bytes"):
        await fetching


@pytest.mark.parametrize(
    ("pattern", "fault", "said"),
    [
        ("files.info", {"error": "file_not_found"}, "Slack did not hand over the file (file_not_found)."),
        ("files.info", {"drop": True}, "Slack did not hand over the file (ServerDisconnectedError)."),
        ("download", {"drop": True}, "Slack did not hand over the file (ServerDisconnectedError)."),
        ("download", {"status": 404}, "Slack did not hand over people.csv (HTTP 404)"),
    ],
)
async def test_a_file_that_does_not_come_is_a_sentence(
    slack: SlackSandbox, client: AsyncWebClient, pattern: str, fault: dict[str, Any], said: str
) -> None:
    file = await upload(client, b"x")
    slack.faults.add(pattern, **fault, times=9)
    with pytest.raises(UserError) as caught:
        await fetch(client, file)
    assert caught.value.text.startswith(said)


async def test_a_file_that_is_kept_elsewhere_is_not_fetched_with_our_token(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    file = await upload(client, b"x")
    held = slack.hold("download")
    client.base_url = slack.api_url.replace("127.0.0.1", "localhost")
    with pytest.raises(UserError, match=r"people\.csv is not kept by Slack: attach it from your own device"):
        await fetch(client, file)
    with pytest.raises(TimeoutError):
        await held.arrived(timeout=0)
