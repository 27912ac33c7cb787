"""The Web API client: what is repeated and what is not, and how the bot stands with Slack."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import code_of, cursor_after, find_standing, hides_addresses, only_of, short
from sandbox.slack import SlackSandbox


def error(response: Any) -> SlackApiError:
    """What slack_sdk raises."""
    return SlackApiError("a text with a token in it", response)


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (SimpleNamespace(data={"ok": False, "error": "not_in_channel"}, status_code=200), "not_in_channel"),
        (SimpleNamespace(data={"ok": False}, status_code=200), "HTTP 200"),
        (SimpleNamespace(data=b"<html>", status_code=503), "HTTP 503"),
        (SimpleNamespace(status=502), "HTTP 502"),
        (SimpleNamespace(), "HTTP ?"),
    ],
)
def test_an_error_is_named_by_slacks_word_or_the_status(response: Any, code: str) -> None:
    assert code_of(error(response)) == code
    assert short(error(response)) == code


def test_any_other_error_is_named_by_its_kind_and_never_by_its_text() -> None:
    assert short(TimeoutError("with a token in it")) == "TimeoutError"


@pytest.mark.parametrize(
    ("answer", "cursor"),
    [
        ({"response_metadata": {"next_cursor": "dXNlcjpV"}}, "dXNlcjpV"),
        ({"response_metadata": {"next_cursor": ""}}, ""),
        ({"response_metadata": {}}, ""),
        ({"response_metadata": None}, ""),
        ({}, ""),
    ],
)
def test_the_last_page_has_none_after_it(answer: Any, cursor: str) -> None:
    assert cursor_after(answer) == cursor


async def test_a_call_whose_connection_broke_is_repeated(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.faults.add("users.info", drop=True)
    assert (await client.users_info(user="U0ANN"))["user"]["id"] == "U0ANN"


async def test_a_post_is_not_repeated_for_it_may_have_arrived(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.faults.add("chat.postMessage", drop=True, after_effect=True)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.chat_postMessage(channel="C0APPROVALS", text="once")
    assert len(slack.person("U0OMAR").messages("C0APPROVALS")) == 1


async def test_a_bot_in_good_standing_knows_its_workspace(client: AsyncWebClient) -> None:
    standing = await find_standing(client)
    assert (standing.problem, standing.is_refused, standing.team) == (None, False, "T0ACME")


@pytest.mark.parametrize("code", ["invalid_auth", "account_inactive", "token_revoked"])
async def test_a_token_that_slack_refuses_is_not_waited_for(
    slack: SlackSandbox, client: AsyncWebClient, code: str
) -> None:
    slack.faults.add("auth.test", error=code, times=9)
    standing = await find_standing(client)
    assert standing.is_refused
    assert standing.problem == f"Slack does not accept it ({code})."


@pytest.mark.parametrize("fault", [{"drop": True}, {"error": "internal_error"}, {"status": 503}])
async def test_a_slack_that_is_in_trouble_is_waited_for(
    slack: SlackSandbox, client: AsyncWebClient, fault: dict[str, Any]
) -> None:
    slack.faults.add("auth.test", **fault, times=9)
    standing = await find_standing(client)
    assert standing.problem
    assert not standing.is_refused


@pytest.mark.parametrize(
    ("workspaces", "named", "team"),
    [
        (("T1",), None, "T1"),
        (("T1", "T2"), None, None),
        (("T1", "T2"), "T2", "T2"),
        (("T1", "T2"), "T3", None),
        (("T1",), "T2", None),
        ((), None, None),
    ],
)
def test_the_workspace_of_an_organizations_installation_is_the_one_named_or_the_only_one(
    workspaces: tuple[str, ...], named: str | None, team: str | None
) -> None:
    assert only_of(workspaces, named) == team


async def test_an_organizations_installation_knows_its_workspace_and_its_organization(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    slack.workspace.team = replace(slack.workspace.team, enterprise="E0ACME", is_org_install=True)
    standing = await find_standing(client)
    assert (standing.problem, standing.team, standing.enterprise) == (None, "T0ACME", "E0ACME")
    other = await find_standing(client, workspace="T0OTHER")
    assert other.team is None
    assert "SLACK_WORKSPACE" in str(other.problem)


async def test_whether_slack_hides_addresses_is_seen_in_what_it_tells(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    assert not await hides_addresses(client, "T0ACME")
    slack.app.scopes.discard("users:read.email")
    assert await hides_addresses(client, "T0ACME")
    slack.faults.add("users.list", error="internal_error")
    assert not await hides_addresses(client, "T0ACME")


async def test_slack_says_where_the_workspace_is(client: AsyncWebClient) -> None:
    assert (await find_standing(client)).url == "https://acme.slack.com/"
