"""The Web API client, and whether Slack takes its token."""

from dataclasses import dataclass

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

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


def build_client(token: SecretStr, *, url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that shares the process's one session; `url` is Slack's Web API, with a slash at its end."""
    return AsyncWebClient(token=token.get_secret_value(), base_url=url, session=session)


async def find_standing(client: AsyncWebClient) -> Standing:
    """Ask Slack once who the bot is, and which scopes it was given."""
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        code = str(error.response.get("error"))
        return Standing(f"Slack does not accept it ({code}).", is_refused=code in REFUSED_TOKENS)
    except TROUBLE as error:
        return Standing(f"Slack at {client.base_url} cannot be reached ({type(error).__name__}).")
    given = str(answer.headers.get("x-oauth-scopes", ""))
    return Standing(None, scopes=frozenset(scope.strip() for scope in given.split(",") if scope.strip()))
