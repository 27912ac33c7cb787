"""Credentials for Docker Hub, and the short-lived token that a password, PAT or OAT is exchanged for."""

import asyncio
import base64
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from pydantic import SecretStr

from bot.hub.errors import AuthError, Call, HubError, HubProtocolError, HubRejected, RateLimitError

LOGIN = "/v2/auth/token"
# "This expires in 10 minutes": https://docs.docker.com/reference/api/hub/latest/
TOKEN_LIFETIME = 600.0
LONGEST_LIFETIME = 86_400.0
EARLY = 60.0
BEARER = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom Docker Hub is spoken to, and by which kind of credential; no secret. A SCIM token names nobody."""

    name: str
    kind: Literal["password", "personal access token", "organization access token", "SCIM token"]


@dataclass(frozen=True, slots=True)
class Credential:
    """A Docker ID with a password or personal access token, or an organization's name with its access token."""

    identifier: str
    secret: SecretStr
    media_type: ClassVar[str] = "application/json"

    @property
    def identity(self) -> Identity:
        """Whose it is; the secret's beginning tells the kind: https://docs.docker.com/security/access-tokens/ ."""
        secret = self.secret.get_secret_value()
        if secret.startswith("dckr_oat_"):
            return Identity(self.identifier, "organization access token")
        return Identity(self.identifier, "personal access token" if secret.startswith("dckr_pat_") else "password")


@dataclass(frozen=True, slots=True)
class BearerCredential:
    """A token that is sent as it stands: the SCIM bearer token of an organization's SSO connection."""

    secret: SecretStr
    media_type: ClassVar[str] = "application/scim+json"
    identity: ClassVar[Identity] = Identity("", "SCIM token")

    def __post_init__(self) -> None:
        if not is_bearer(self.secret.get_secret_value()):
            raise ValueError("the bearer token is empty, or has characters that no header can carry")


def is_bearer(token: object) -> bool:
    """Whether this can stand in an Authorization header: visible ASCII, nothing else."""
    return isinstance(token, str) and BEARER.fullmatch(token) is not None


def lifetime(token: str, now: float) -> float:
    """Seconds that a JWT has to live; 600 where it does not say.

    `exp - iat` where both are there, since it does not depend on our clock; a clock that is ten minutes ahead would
    otherwise take every token for expired and log in for every call.
    """
    claims = _claims(token)
    expiry, issued = claims.get("exp"), claims.get("iat", now)
    if not isinstance(expiry, int | float) or not isinstance(issued, int | float):
        return TOKEN_LIFETIME
    seconds = float(expiry) - float(issued)
    return seconds if 0 < seconds <= LONGEST_LIFETIME else TOKEN_LIFETIME


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


@dataclass(frozen=True, slots=True)
class Token:
    """A token in use; the moments are on the monotonic clock."""

    value: SecretStr
    refresh_at: float
    expires_at: float


class FixedToken:
    """The bearer token of a credential that has no log-in."""

    def __init__(self, credential: BearerCredential) -> None:
        self._value = credential.secret

    async def current(self) -> SecretStr:
        """The token."""
        return self._value

    async def renew(self, rejected: SecretStr) -> SecretStr | None:
        """None: there is no other."""
        return None

    def distrust(self, token: SecretStr) -> None:
        """Nothing to remember: it is never renewed."""

    def known(self) -> tuple[str, ...]:
        """The secrets to keep out of texts."""
        return (self._value.get_secret_value(),)


class TokenCache:
    """One token for the process: made when first needed, remade a minute early, by one caller at a time.

    `log_in` makes one, and raises HubError. Too many log-ins lock the account for about ten minutes, so after a
    refused one, and where even a new token is refused, there is none for `pause` seconds.
    """

    def __init__(
        self,
        credential: Credential,
        log_in: Callable[[Credential], Awaitable[str]],
        *,
        pause: float,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        chance: Callable[[], float],
    ) -> None:
        self._credential = credential
        self._log_in = log_in
        self._pause = pause
        self._now = now
        self._monotonic = monotonic
        self._chance = chance
        self._lock = asyncio.Lock()
        self._token: Token | None = None
        self._refusal: HubError | None = None
        self._refused_until = float("-inf")
        self._distrusted_until = float("-inf")

    async def current(self) -> SecretStr:
        """A token that is good for now. Raises AuthError or RateLimitError, without asking Hub while log-ins pause."""
        if (token := self._fresh()) is not None:
            return token
        async with self._lock:
            if (token := self._fresh()) is not None:
                return token
            return await self._refresh()

    async def renew(self, rejected: SecretStr) -> SecretStr | None:
        """Another token than the rejected one, made only where no other caller has; None where there is none."""
        async with self._lock:
            token = self._token
            if token is not None and token.value != rejected and self._monotonic() < token.expires_at:
                return token.value
            if self._monotonic() < self._distrusted_until:
                return None
            self._token = None
            return await self._mint()

    def distrust(self, token: SecretStr) -> None:
        """Hub rejected this new token too: the route refuses the credential, and logging in again cannot help."""
        if self._token is not None and self._token.value == token:
            self._distrusted_until = self._monotonic() + self._pause

    def known(self) -> tuple[str, ...]:
        """The secrets to keep out of texts."""
        secrets = (self._credential.secret, *([self._token.value] if self._token else []))
        return tuple(secret.get_secret_value() for secret in secrets)

    def _fresh(self) -> SecretStr | None:
        token = self._token
        return token.value if token is not None and self._monotonic() < token.refresh_at else None

    async def _refresh(self) -> SecretStr:
        old = self._token
        if old is None or self._monotonic() >= old.expires_at:
            return await self._mint()
        try:
            return await self._mint()
        except HubError:
            # The early refresh failed while the old token still lives: use it, and try again a little later.
            again = min(old.expires_at, self._monotonic() + EARLY / 6)
            self._token = Token(old.value, again, old.expires_at)
            return old.value

    async def _mint(self) -> SecretStr:
        if self._refusal is not None and self._monotonic() < self._refused_until:
            raise self._again(self._refusal)
        started = self._monotonic()
        try:
            value = await self._log_in(self._credential)
        except HubRejected as error:
            self._refusal, self._refused_until = error, self._monotonic() + self._pause
            raise
        except RateLimitError as error:
            seconds = (error.retry_at - self._now()).total_seconds()
            self._refusal, self._refused_until = error, self._monotonic() + seconds
            raise
        self._refusal = None
        self._token = self._dated(value, started)
        return self._token.value

    def _dated(self, value: str, started: float) -> Token:
        seconds = lifetime(value, self._now().timestamp())
        # Early by a minute and up to half of one more, so that replicas do not all log in at once.
        early = min(EARLY * (1 + self._chance() / 2), seconds / 4)
        return Token(SecretStr(value), started + seconds - early, started + seconds)

    def _again(self, refusal: HubError) -> HubError:
        left = max(0.0, self._refused_until - self._monotonic())
        detail = f"the last log-in was refused ({refusal.detail or refusal.status}); the next is tried in {left:.0f} s"
        if isinstance(refusal, RateLimitError):
            return RateLimitError(refusal.call, retry_at=self._now() + timedelta(seconds=left), detail=detail)
        return AuthError(refusal.call, status=refusal.status, detail=detail)


def read_token(call: Call, data: object) -> str:
    """The token in a log-in's answer. Raises HubProtocolError where there is none."""
    match data:
        case {"access_token": str(token)} if is_bearer(token):
            return token
        case _:
            raise HubProtocolError(call, status=200, detail="the log-in's answer holds no access_token")
