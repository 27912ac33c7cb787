"""How many image pulls the registry still allows, told by the headers of a manifest; a HEAD is no pull."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import SecretStr
from yarl import URL

from bot.hub.auth import is_bearer
from bot.hub.errors import Call, HubError, HubProtocolError
from bot.hub.protocol import JSON, Answer, ClientOptions, Lost, Request, judge, read_json
from bot.hub.transport import Transport
from bot.outside import DIRECT, Outside

# The image that Docker keeps for this question: https://docs.docker.com/docker-hub/usage/pulls/
MANIFEST = "/v2/ratelimitpreview/test/manifests/latest"
MEDIA_TYPE = "application/vnd.oci.image.index.v1+json"
SECONDS = 5.0
LIMIT = re.compile(r"(\d{1,9})(?:;w=(\d{1,9}))?", re.ASCII)
PARAMETER = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class PullLimit:
    """`limit` image pulls in `window` seconds (0 where the registry does not say), `remaining` of them left."""

    limit: int
    remaining: int
    window: int


class Registry:
    """Docker Hub's registry, asked without a log-in: what it tells is the limit of this machine's address.

    No credential goes there, since the registry itself names the host that a token comes from.
    """

    def __init__(self, url: str, outside: Outside = DIRECT) -> None:
        self._options = ClientOptions()
        self._outside = outside
        self._transport = Transport(url, session=None, options=self._options, outside=outside)

    async def pull_limit(self) -> PullLimit | None:
        """The limit, or None where the registry names none. Raises HubError where it cannot be asked; not repeated."""
        request = Request(Call("HEAD", MANIFEST, MANIFEST), {}, accept=MEDIA_TYPE)
        outcome = await self._transport.attempt(request, bearer=None, seconds=SECONDS)
        if isinstance(outcome, Answer) and outcome.status == 401:
            token = await self._token(request.call, outcome.headers.get("www-authenticate", ""))
            outcome = await self._transport.attempt(request, bearer=token, seconds=SECONDS)
        if isinstance(outcome, Answer) and outcome.status == 429 and (spent := read_pull_limit(outcome.headers)):
            return spent
        return read_pull_limit(_judged(request.call, outcome).headers)

    async def close(self) -> None:
        """Close the connection; may be called twice."""
        await self._transport.close()

    async def _token(self, call: Call, challenge: str) -> SecretStr:
        """Anybody's token, from where the challenge says: https://distribution.github.io/distribution/spec/auth/ ."""
        given = dict(PARAMETER.findall(challenge))
        query = {name: given[name] for name in ("service", "scope") if name in given}
        try:
            realm = URL(given.get("realm", ""))
            transport = Transport(str(realm.origin()), session=None, options=self._options, outside=self._outside)
        except ValueError:
            raise HubProtocolError(call, status=401, detail="the registry does not say where a token is had") from None
        request = Request(Call("GET", realm.raw_path, realm.raw_path), query)
        try:
            outcome = await transport.attempt(request, bearer=None, seconds=SECONDS)
        finally:
            await transport.close()
        return _read_token(request.call, read_json(request.call, _judged(request.call, outcome)))


def read_pull_limit(headers: Mapping[str, str]) -> PullLimit | None:
    """What `ratelimit-limit: 100;w=21600` and `ratelimit-remaining` say; None where they do not."""
    limit = LIMIT.fullmatch(headers.get("ratelimit-limit", "").strip())
    remaining = LIMIT.fullmatch(headers.get("ratelimit-remaining", "").strip())
    if limit is None or remaining is None:
        return None
    return PullLimit(int(limit[1]), int(remaining[1]), int(limit[2] or 0))


def _judged(call: Call, outcome: Answer | Lost) -> Answer:
    verdict = judge(call, outcome, now=datetime.now(UTC))
    if isinstance(verdict, HubError):
        raise verdict
    return verdict


def _read_token(call: Call, data: JSON) -> SecretStr:
    match data:
        case {"token": str(token)} | {"access_token": str(token)} if is_bearer(token):
            return SecretStr(token)
        case _:
            raise HubProtocolError(call, status=200, detail="the answer holds no token")
