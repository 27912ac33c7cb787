"""The Web API client, and whether Slack takes its token."""

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TypeAlias

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.conversations import is_channel_id

# For rooms that hand it on and do not know Slack's libraries.
Client: TypeAlias = AsyncWebClient

TROUBLE = (SlackApiError, aiohttp.ClientError, TimeoutError)
SEVERAL = (
    "The app is installed for a whole organization, and it is not plain which workspace is meant: name one that the "
    "app is in with SLACK_WORKSPACE, such as T0123ABCD."
)
REFUSED_TOKENS = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type"}
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the bot stands with Slack: `problem` is a sentence or None, `is_refused` where waiting would not help.

    `team` is the workspace whose channels and user groups count, `enterprise` the Grid organization that it is of.
    `url` is the workspace's address. `clock_off` is by how many seconds our clock is ahead of Slack's, where known.
    """

    problem: str | None
    is_refused: bool = False
    scopes: frozenset[str] = frozenset()
    team: str | None = None
    enterprise: str | None = None
    url: str = ""
    clock_off: float | None = None


@dataclass(frozen=True, slots=True)
class ChannelStanding:
    """How the bot stands with a channel: `problem` is the end of a sentence, None where it can post there.

    `is_shared`: with another company.
    """

    problem: str | None
    is_shared: bool = False


class RepeatHarmless(AsyncConnectionErrorRetryHandler):
    """Repeats a call whose connection broke, as slack_sdk does, but for a post: it may have arrived all the same."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if request.url.endswith("/chat.postMessage"):
            return False
        return await super()._can_retry_async(state=state, request=request, response=response, error=error)


def build_client(token: SecretStr, *, url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that shares the process's one session; `url` is Slack's Web API, with a slash at its end."""
    return AsyncWebClient(
        token=token.get_secret_value(), base_url=url, session=session, retry_handlers=[RepeatHarmless()]
    )


def code_of(error: SlackApiError) -> str:
    """Slack's word for what is wrong; `HTTP 503` and its like where the answer was no JSON."""
    data = getattr(error.response, "data", None)
    if isinstance(data, dict) and data.get("error"):
        return str(data["error"])
    # For a body that it cannot read, slack_sdk hands on the bare HTTP response.
    return f"HTTP {getattr(error.response, 'status_code', None) or getattr(error.response, 'status', '?')}"


def short(error: Exception) -> str:
    """An error for the log: Slack's code, or what kind it is."""
    if isinstance(error, SlackApiError):
        return code_of(error)
    return type(error).__name__


def cursor_after(answer: AsyncSlackResponse) -> str:
    """What asks for the page after this one; empty where it is the last."""
    return str((answer.get("response_metadata") or {}).get("next_cursor") or "")


async def find_standing(client: AsyncWebClient, *, workspace: str | None = None) -> Standing:
    """Ask Slack who the bot is, and which scopes it was given.

    Where it is installed for a whole organization, its workspace is the one that is named here, else the only one.
    """
    try:
        answer = await client.auth_test()
        team = str(answer.get("team_id") or "") or None
        if answer.get("is_enterprise_install"):
            team = only_of(await find_workspaces(client), workspace)
    except SlackApiError as error:
        code = code_of(error)
        return Standing(f"Slack does not accept it ({code}).", is_refused=code in REFUSED_TOKENS)
    except TROUBLE as error:
        return Standing(f"Slack at {client.base_url} cannot be reached ({type(error).__name__}).")
    given = str(answer.headers.get("x-oauth-scopes", ""))
    return Standing(
        None if team else SEVERAL,
        scopes=frozenset(scope.strip() for scope in given.split(",") if scope.strip()),
        team=team,
        enterprise=answer.get("enterprise_id") or None,
        url=str(answer.get("url") or ""),
        clock_off=clock_off(str(answer.headers.get("date", ""))),
    )


def clock_off(date: str) -> float | None:
    """By how many seconds our clock is ahead of an answer's date; None where that is none."""
    try:
        return time.time() - parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


async def socket_problem(client: AsyncWebClient, app_token: SecretStr) -> str | None:
    """Why Slack would open no socket with the app-level token; None where it would. None is opened."""
    try:
        await client.apps_connections_open(app_token=app_token.get_secret_value())
    except SlackApiError as error:
        return f"Slack does not accept it ({code_of(error)})."
    except TROUBLE as error:
        return f"Slack at {client.base_url} cannot be reached ({type(error).__name__})."
    return None


async def find_channel(client: AsyncWebClient, channel: str) -> ChannelStanding:
    """Whether the bot can post in the channel of this id; a name that Slack has not told us an id of is unknown."""
    if not is_channel_id(channel):
        return ChannelStanding("no channel of this name is seen by Hubwarden")
    try:
        found = (await client.conversations_info(channel=channel))["channel"]
    except SlackApiError as error:
        return ChannelStanding(f"Slack does not show it ({code_of(error)})")
    except TROUBLE as error:
        return ChannelStanding(f"Slack cannot be reached ({type(error).__name__})")
    if found.get("is_archived"):
        return ChannelStanding("it is archived")
    if not found.get("is_member"):
        return ChannelStanding("Hubwarden is not in it")
    return ChannelStanding(None, is_shared=bool(found.get("is_ext_shared")))


async def find_workspaces(client: AsyncWebClient) -> tuple[str, ...]:
    """The workspaces of an organization that the app is in; raises what slack_sdk does.

    There, Slack's answer to auth.test names the organization (`E…`) in the place of a workspace.
    https://docs.slack.dev/reference/methods/auth.teams.list
    """
    found: list[str] = []
    cursor = ""
    while True:
        answer = await client.auth_teams_list(limit=200, cursor=cursor or None)
        found += [str(team["id"]) for team in answer.get("teams") or ()]
        cursor = cursor_after(answer)
        if not cursor:
            return tuple(found)


def only_of(workspaces: tuple[str, ...], named: str | None) -> str | None:
    """The workspace that is named, where the app is in it; else the only one; None where that is not certain."""
    if named is not None:
        return named if named in workspaces else None
    return workspaces[0] if len(workspaces) == 1 else None


async def hides_addresses(client: AsyncWebClient, team: str) -> bool:
    """Whether Slack tells nobody's e-mail address, of those on the first page of the workspace's people.

    False where it does not answer: what stands in its way is told elsewhere.
    """
    try:
        answer = await client.users_list(limit=200, team_id=team)
    except TROUBLE:
        return False
    people = [entry for entry in answer["members"] if not entry.get("is_bot") and not entry.get("deleted")]
    return bool(people) and not any((entry.get("profile") or {}).get("email") for entry in people)
