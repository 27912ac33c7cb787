"""Access tokens: JWTs that live ten minutes, short tokens between two factors, the lock after too many log-ins."""

import base64
import hashlib
import hmac
import json
import secrets
import uuid
from collections import deque
from dataclasses import replace
from typing import Any

from sandbox.hub.content.state import State
from sandbox.hub.wire.callers import Caller
from sandbox.hub.wire.problems import Refusal

LIFE = 600.0
SECOND_FACTOR_LIFE = 300.0
LOCK = 600.0
FAILURES_A_MINUTE = 20
LOG_INS_A_MINUTE = 120


class Sessions:
    """Issues and checks access tokens; each server has its own random key."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._key = secrets.token_bytes(32)
        self._callers: dict[str, Caller] = {}
        self._pending: dict[str, tuple[str, float]] = {}
        self._attempts: dict[tuple[str, bool], deque[float]] = {}
        self._locked: dict[str, float] = {}

    def issue(self, caller: Caller) -> str:
        """A JWT for this caller, good for ten minutes."""
        now, jti = int(self._state.now()), str(uuid.uuid4())
        self._callers[jti] = caller
        claims = {"sub": caller.name, "iat": now, "nbf": now, "exp": now + int(LIFE), "jti": jti, "session": "hub"}
        return self._signed({**claims, "source": {"type": caller.traces.get("access_token_type", "pwd")}})

    def caller(self, authorization: str, address: str) -> Caller:
        """Whose token this is. Raises Refusal 401 for one that is unknown, forged, expired or revoked."""
        scheme, _, token = authorization.partition(" ")
        claims = self._verified(token.strip()) if scheme.lower() == "bearer" else None
        caller = self._callers.get(str(claims["jti"])) if claims else None
        if claims is None or caller is None or not self._alive(caller):
            raise Refusal(401, "could not validate credentials")
        if claims["exp"] <= self._state.now():
            raise Refusal(401, "token has expired")
        return replace(caller, address=address)

    def expire(self) -> None:
        """Make every access token invalid now."""
        self._callers.clear()

    def second_factor(self, username: str) -> str:
        """A short token that, with the code, completes a log-in."""
        token = self._signed({"sub": username, "jti": str(uuid.uuid4()), "use": "2fa"})
        self._pending[token] = (username, self._state.now() + SECOND_FACTOR_LIFE)
        return token

    def complete(self, token: str) -> str | None:
        """The user name behind a short token, which is used up by this; None where it is not good."""
        username, until = self._pending.pop(token, ("", 0.0))
        return username if until > self._state.now() else None

    def check_lock(self, identifier: str) -> None:
        """Raises Refusal 429 while too many log-ins have locked this account."""
        until = self._locked.get(identifier, 0.0)
        left = until - self._state.now()
        if left > 0:
            headers = {"Retry-After": str(int(left) + 1)}
            raise Refusal(429, "too many failed login attempts for username or IP address", headers=headers)

    def attempt(self, identifier: str, *, failed: bool) -> None:
        """Count a log-in; too many of them in a minute lock the account for ten."""
        now = self._state.now()
        times = self._attempts.setdefault((identifier, failed), deque())
        times.append(now)
        while times[0] <= now - 60:
            times.popleft()
        if len(times) >= (FAILURES_A_MINUTE if failed else LOG_INS_A_MINUTE):
            self._locked[identifier] = now + LOCK
            times.clear()

    def _alive(self, caller: Caller) -> bool:
        token, now = caller.token, self._state.now()
        if token is not None and (not token.active or (token.expires_at is not None and token.expires_at <= now)):
            return False
        account = self._state.accounts.get(caller.name)
        return caller.kind == "organization" or (account is not None and account.active)

    def _signed(self, claims: dict[str, Any]) -> str:
        header = {"alg": "HS256", "typ": "JWT"}
        parts = [_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims)]
        return ".".join([*parts, self._signature(".".join(parts))])

    def _verified(self, token: str) -> dict[str, Any] | None:
        signed, _, signature = token.rpartition(".")
        if not signed or not hmac.compare_digest(_bytes(signature), self._signature(signed).encode()):
            return None
        payload = signed.partition(".")[2]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return claims if "exp" in claims else None

    def _signature(self, signed: str) -> str:
        return _encoded(hmac.new(self._key, _bytes(signed), hashlib.sha256).digest())


def _bytes(text: str) -> bytes:
    """What is in a header need not be text."""
    return text.encode(errors="surrogateescape")


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
