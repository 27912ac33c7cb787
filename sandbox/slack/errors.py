"""Slack's own refusals."""

from collections.abc import Sequence

from sandbox.slack.workspace.state import Json


class ApiError(Exception):
    """A Web API refusal: `{"ok": false, "error": code, …extra}`."""

    def __init__(self, code: str, extra: Json | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra or {}

    def as_json(self) -> Json:
        """The answer's body."""
        return {"ok": False, "error": self.code, **self.extra}


class RateLimited(Exception):
    """HTTP 429; `seconds` is its Retry-After."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def invalid_arguments(*messages: str) -> ApiError:
    """`invalid_arguments`, saying which."""
    return ApiError("invalid_arguments", {"response_metadata": {"messages": [f"[ERROR] {one}" for one in messages]}})


def missing_scope(needed: str, granted: Sequence[str]) -> ApiError:
    """`missing_scope`, naming the scope and what the token has: https://docs.slack.dev/authentication"""
    return ApiError("missing_scope", {"needed": needed, "provided": ",".join(granted)})
