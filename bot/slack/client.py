"""The Web API client, and whether Slack takes its token."""

from dataclasses import dataclass

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

TROUBLE = (SlackApiError, aiohttp.ClientError, TimeoutError)
REFUSED_TOKENS = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type"}
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the bot stands with Slack: `problem` is a sentence or None, `is_refused` where waiting would not help."""

    problem: str | None
    is_refused: bool = False
    scopes: frozenset[str] = frozenset()
    team: str | None = None


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


async def find_standing(client: AsyncWebClient) -> Standing:
    """Ask Slack once who the bot is, and which scopes it was given."""
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        code = code_of(error)
        return Standing(f"Slack does not accept it ({code}).", is_refused=code in REFUSED_TOKENS)
    except TROUBLE as error:
        return Standing(f"Slack at {client.base_url} cannot be reached ({type(error).__name__}).")
    given = str(answer.headers.get("x-oauth-scopes", ""))
    return Standing(
        None, scopes=frozenset(scope.strip() for scope in given.split(",") if scope.strip()), team=answer.get("team_id")
    )
