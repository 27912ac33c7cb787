"""Docker Hub's protocol without a socket: build a request, judge an answer, repeat it or not."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from bot.hub.errors import (
    AuthError,
    Call,
    ConflictError,
    HubEdgeError,
    HubError,
    HubProtocolError,
    HubRejected,
    HubUnavailable,
    HubUnreachable,
    NotFoundError,
    ParameterError,
    RateLimitError,
    UnauthorizedError,
    tidy,
)
from bot.hub.limits import Headers, RateLimit, family, retry_at

__all__ = ["JSON", "Answer", "ClientOptions", "Envelope", "Lost", "Query", "RateLimit", "Request", "family", "fill"]

JSON = Any  # what json.loads answers; a recursive type would need a cast at every use
Query = Mapping[str, str | int | bool | datetime | None]

MEDIA_TYPE = "application/json"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
TITLE = re.compile(rb"<title[^>]*>([^<]*)", re.IGNORECASE)
# Limits are requests a minute: https://docs.docker.com/reference/api/hub/latest/
UNKNOWN_WINDOW = timedelta(seconds=60)
REJECTIONS: Mapping[int, type[HubRejected]] = {
    400: ParameterError,
    401: AuthError,
    403: UnauthorizedError,
    404: NotFoundError,
    409: ConflictError,
    422: ParameterError,
}


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """How patient the client is; all times in seconds.

    `deadline` is for one call with its repetitions, without what it waits for the rate limit; that is `max_wait`, in
    total. Rather than pause for longer than `max_pause` at once it raises the error. `login_pause`: after a refused
    log-in none is tried for so long, since too many lock the account.
    `concurrency`: pages of one list under way at once. `max_bytes` bounds one answer's body, unpacked.
    """

    page_size: int = 100
    concurrency: int = 20
    connect_timeout: float = 5.0
    attempt_timeout: float = 15.0
    deadline: float = 30.0
    max_wait: float = 30.0
    max_pause: float = math.inf
    backoff: float = 0.25
    max_backoff: float = 4.0
    login_pause: float = 60.0
    max_bytes: int = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Envelope:
    """An answer that was understood; `rate_limit` is None where Docker Hub sent no headers for it."""

    status: int
    data: JSON
    rate_limit: RateLimit | None

    def as_json(self) -> dict[str, Any]:
        """Ready for `json.dumps`."""
        return {
            "status": self.status,
            "data": self.data,
            "rate_limit": self.rate_limit.as_json() if self.rate_limit else None,
        }


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to be sent. The body may hold a secret, so it is not shown."""

    call: Call
    query: Mapping[str, str]
    body: bytes | None = field(default=None, repr=False)
    media_type: str = MEDIA_TYPE
    accept: str = MEDIA_TYPE

    @property
    def target(self) -> str:
        """Path and query, percent-encoded."""
        return f"{self.call.path}?{urlencode(self.query)}" if self.query else self.call.path


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: header names in lower case; `whole` is False where the body was cut at the limit."""

    status: int
    headers: Headers
    body: bytes = field(repr=False)
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer. `sent` is False only where it is certain that not a byte of the request left."""

    sent: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Effort:
    """What one call has cost: attempts, and seconds for them and in waiting for the rate limit (`waited`)."""

    attempts: int
    seconds: float
    waited: float


def fill(template: str, /, **segments: str) -> str:
    """`/v2/orgs/{organization}/groups/{team}` with each segment percent-encoded.

    Raises ValueError for a segment that is empty, `.` or `..` (it would name another resource), and for a name that
    is missing or not in the template.
    """
    names = set(PLACEHOLDER.findall(template))
    if names != segments.keys():
        raise ValueError(f"{template} needs {sorted(names)}, not {sorted(segments)}")
    for name, value in segments.items():
        if value in {"", ".", ".."}:
            raise ValueError(f"{name} is {value!r}, which is no path segment")
    return PLACEHOLDER.sub(lambda match: quote(segments[match[1]], safe=""), template)


def encode(query: Query | None) -> dict[str, str]:
    """A query as text: None is left out, booleans are `true` and `false`, moments are UTC in RFC 3339."""
    return {name: _encoded(value) for name, value in (query or {}).items() if value is not None}


def _encoded(value: str | int | bool | datetime | None) -> str:
    match value:
        case bool():
            return str(value).lower()
        case datetime(tzinfo=None):
            raise ValueError(f"{value} has no time zone")
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case _:
            return str(value)


def build(
    method: str,
    template: str,
    /,
    *,
    segments: Mapping[str, str],
    query: Query | None = None,
    body: JSON = None,
    repeatable: bool = False,
    media_type: str = MEDIA_TYPE,
    accept: str | None = None,
) -> Request:
    """The request. `repeatable` marks a POST that only reads; raises ValueError as `fill` and `encode` do."""
    writes = method not in {"GET", "HEAD"} and not repeatable
    return Request(
        call=Call(method, fill(template, **segments), template, writes),
        query=encode(query),
        body=None if body is None else json.dumps(body, separators=(",", ":")).encode(),
        media_type=media_type,
        accept=accept or media_type,
    )


def judge(call: Call, outcome: Answer | Lost, *, now: datetime, hide: Iterable[str] = ()) -> Answer | HubError:
    """The answer where it is a success, else the error that it means; `hide` are secrets to keep out of its detail."""
    if isinstance(outcome, Lost):
        return HubUnreachable(call, sent=outcome.sent, detail=outcome.reason)
    if _is_web_page(outcome):
        return HubEdgeError(call, status=outcome.status, detail=_title(outcome.body, hide))
    if 200 <= outcome.status < 300:
        return outcome if outcome.whole else _too_large(call, outcome)
    return _refusal(call, outcome, now=now, detail=read_detail(outcome.body, hide))


def _refusal(call: Call, answer: Answer, *, now: datetime, detail: str) -> HubError:
    status = answer.status
    if status == 429:
        return RateLimitError(call, retry_at=retry_at(answer.headers, now) or now + UNKNOWN_WINDOW, detail=detail)
    if status >= 500:
        return HubUnavailable(call, status=status, detail=detail)
    if status >= 400:
        return REJECTIONS.get(status, HubRejected)(call, status=status, detail=detail)
    # Redirects are not followed: the bearer token and a write's body are for the configured host alone.
    return HubProtocolError(call, status=status, detail=detail or "neither success nor error")


def _too_large(call: Call, answer: Answer) -> HubError:
    return HubProtocolError(call, status=answer.status, detail=f"more than the {len(answer.body)} bytes allowed")


def _is_web_page(answer: Answer) -> bool:
    start = answer.body[:64].lstrip().lower()
    return "html" in answer.headers.get("content-type", "") or start.startswith((b"<!doctype", b"<html"))


def _title(body: bytes, hide: Iterable[str]) -> str:
    found = TITLE.search(body[:8192])
    return tidy(found[1].decode(errors="replace"), hide) if found else "a web page"


def read_detail(body: bytes, hide: Iterable[str] = ()) -> str:
    """What an error's body says, in one line: `detail`, `message`, `text`, `fields`, `errinfo`, or plain text."""
    parsed, data = _parse(body)
    if not parsed:
        return tidy(body[:2000].decode(errors="replace"), hide)
    if not isinstance(data, dict):
        return tidy(_plain(data), hide)
    parts = (_plain(data[key]) for key in ("detail", "message", "text", "fields", "errinfo") if data.get(key))
    return tidy("; ".join(dict.fromkeys(parts)), hide)


def _plain(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _parse(body: bytes) -> tuple[bool, JSON]:
    # Answers instead of raising: a JSONDecodeError would carry the whole body into the traceback.
    try:
        return True, json.loads(body)
    except (ValueError, RecursionError):
        return False, None


def read_json(call: Call, answer: Answer) -> JSON:
    """A success's data; None where there is nothing to read (HEAD, 204, or a write's empty body).

    Raises HubProtocolError where it is not JSON.
    """
    if call.method == "HEAD" or answer.status == 204 or (not answer.body and call.method != "GET"):
        return None
    parsed, data = _parse(answer.body)
    if not parsed:
        raise HubProtocolError(call, status=answer.status, detail="the answer is not JSON")
    return data


def read_text(call: Call, answer: Answer) -> str:
    """A success's text, as UTF-8. Raises HubProtocolError where it is JSON or cannot be decoded."""
    if "json" in answer.headers.get("content-type", ""):
        raise HubProtocolError(call, status=answer.status, detail="the answer is JSON where text was asked for")
    text = answer.body.decode(errors="replace")
    if "\ufffd" in text:
        raise HubProtocolError(call, status=answer.status, detail="the answer is not UTF-8")
    return text.removeprefix("\ufeff")


def repeat_after(
    call: Call, outcome: Answer | Lost, /, *, effort: Effort, options: ClientOptions, now: datetime, chance: float
) -> float | None:
    """Seconds to wait before the same request goes out again, or None where it must not or need not.

    After a 429 anything may be repeated: Hub did not act. Otherwise reads are, and a write only where not a byte of
    it left. `chance`, from 0 to 1, spreads those that wait for the same moment.
    """
    pause = min(options.max_backoff, options.backoff * 2.0 ** min(effort.attempts - 1, 16)) * (0.5 + chance / 2)
    if is_rate_limited(outcome):
        pause = max(pause, _seconds_asked(outcome, now))
        is_near = effort.waited + pause <= options.max_wait and pause <= options.max_pause
        return pause + chance * options.backoff if is_near else None
    if not _may_repeat(call, outcome):
        return None
    pause = max(pause, _seconds_asked(outcome, now))
    return pause if effort.seconds + pause < options.deadline and pause <= options.max_pause else None


def may_have_been_done(verdict: Answer | HubError) -> bool:
    """Whether a write that ended so was done, or may have been: all but what Hub refused, or never got."""
    return isinstance(verdict, Answer) or verdict.unclear


def is_rate_limited(outcome: Answer | Lost) -> bool:
    """Whether Hub, or the edge in front of it, refused for the number of requests."""
    return isinstance(outcome, Answer) and outcome.status == 429


def _seconds_asked(outcome: Answer | Lost, now: datetime) -> float:
    moment = None if isinstance(outcome, Lost) else retry_at(_named(outcome), now)
    return (moment - now).total_seconds() if moment else 0.0


def _named(answer: Answer) -> Headers:
    # Off the rate limit the reset is on every answer and asks for nothing; only Retry-After does.
    if answer.status == 429:
        return answer.headers
    return {name: value for name, value in answer.headers.items() if name.endswith("retry-after")}


def _may_repeat(call: Call, outcome: Answer | Lost) -> bool:
    if call.writes:
        return isinstance(outcome, Lost) and not outcome.sent
    return isinstance(outcome, Lost) or outcome.status >= 500
