"""The older log-in with a password and a second factor, for a person at a terminal; the bot itself uses tokens."""

import json
from datetime import UTC, datetime

from pydantic import SecretStr

from bot.hub.errors import HubError, HubProtocolError
from bot.hub.protocol import JSON, Answer, ClientOptions, build, judge, read_json
from bot.hub.transport import Transport
from bot.outside import DIRECT, Outside

LOGIN = "/v2/users/login"
SECOND_FACTOR = "/v2/users/2fa-login"
SECONDS = 15.0


class SecondFactorNeeded(Exception):
    """The password is right, and the account wants a code too; `token` goes with it."""

    def __init__(self, token: SecretStr) -> None:
        super().__init__("a second factor is needed")
        self.token = token


async def log_in(url: str, username: str, password: SecretStr, *, outside: Outside = DIRECT) -> SecretStr:
    """The bearer token for a password; raises `SecondFactorNeeded`, and `HubError` where Docker Hub refuses it."""
    body = {"username": username, "password": password.get_secret_value()}
    return await _ask(url, LOGIN, body, hide=password, outside=outside)


async def send_code(url: str, token: SecretStr, code: SecretStr, *, outside: Outside = DIRECT) -> SecretStr:
    """The bearer token for the second factor's code; raises `HubError` where Docker Hub refuses it."""
    body = {"login_2fa_token": token.get_secret_value(), "code": code.get_secret_value()}
    return await _ask(url, SECOND_FACTOR, body, hide=code, outside=outside)


async def _ask(url: str, path: str, body: JSON, *, hide: SecretStr, outside: Outside) -> SecretStr:
    request = build("POST", path, segments={}, body=body)
    transport = Transport(url, session=None, options=ClientOptions(), outside=outside)
    try:
        answer = await transport.attempt(request, bearer=None, seconds=SECONDS)
    finally:
        await transport.close()
    if isinstance(answer, Answer) and answer.status == 401 and (token := _text(answer, "login_2fa_token")):
        raise SecondFactorNeeded(SecretStr(token))
    verdict = judge(request.call, answer, now=datetime.now(UTC), hide=[hide.get_secret_value()])
    if isinstance(verdict, HubError):
        raise verdict
    read_json(request.call, verdict)
    found = _text(verdict, "token")
    if not found:
        raise HubProtocolError(request.call, status=verdict.status, detail="the answer holds no token")
    return SecretStr(found)


def _text(answer: Answer, name: str) -> str:
    """A text of the answer's JSON object; empty where it has none."""
    try:
        data = json.loads(answer.body)
    except ValueError:
        return ""
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, str) else ""
