"""The protocol without a socket."""

import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hub.errors import (
    AuthError,
    Call,
    ConflictError,
    HubEdgeError,
    HubError,
    HubProtocolError,
    HubRejected,
    HubUnavailable,
    NotFoundError,
    ParameterError,
    RateLimitError,
    UnauthorizedError,
)
from bot.hub.protocol import (
    Answer,
    ClientOptions,
    Effort,
    Envelope,
    Lost,
    RateLimit,
    Request,
    build,
    encode,
    fill,
    judge,
    read_detail,
    read_json,
    read_text,
    repeat_after,
)

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
READ = Call("GET", "/v2/orgs/acme", "/v2/orgs/{organization}")
WRITE = Call("PUT", "/v2/orgs/acme", "/v2/orgs/{organization}", writes=True)
TEAM = "/v2/orgs/{organization}/groups/{team}"


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def verdict(outcome: Answer | Lost, call: Call = READ) -> HubError:
    judged = judge(call, outcome, now=NOW)
    assert isinstance(judged, HubError)
    return judged


def pause(
    call: Call, outcome: Answer | Lost, *, attempts: int = 1, seconds: float = 0, waited: float = 0
) -> float | None:
    effort = Effort(attempts, seconds, waited)
    return repeat_after(call, outcome, effort=effort, options=ClientOptions(), now=NOW, chance=0.0)


def test_a_template_is_filled_and_encoded() -> None:
    assert fill(TEAM, organization="acme", team="on call/é") == "/v2/orgs/acme/groups/on%20call%2F%C3%A9"


@given(st.text(min_size=1).filter(lambda text: text not in {".", ".."}))
def test_a_segment_stays_one_segment_and_decodes_to_itself(text: str) -> None:
    if any("\ud800" <= c <= "\udfff" for c in text):
        with pytest.raises(ValueError, match="surrogates"):
            fill(TEAM, organization="acme", team=text)
        return
    path = fill(TEAM, organization="acme", team=text)
    assert re.fullmatch(r"/v2/orgs/acme/groups/[\w.~%-]+", path, re.ASCII)
    assert unquote(path.rsplit("/", 1)[1]) == text


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_a_segment_that_would_name_another_resource_is_refused(segment: str) -> None:
    with pytest.raises(ValueError, match="team"):
        fill(TEAM, organization="acme", team=segment)


@pytest.mark.parametrize("segments", [{"organization": "acme"}, {"organization": "a", "team": "b", "user": "c"}, {}])
def test_missing_and_extra_names_are_refused(segments: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="needs"):
        fill(TEAM, **segments)


def test_a_value_that_looks_like_a_placeholder_is_not_filled_again() -> None:
    assert fill(TEAM, organization="{team}", team="x") == "/v2/orgs/%7Bteam%7D/groups/x"


def test_a_query_leaves_out_none_and_writes_booleans_and_moments_as_hub_reads_them() -> None:
    moment = datetime(2026, 1, 15, 13, 0, tzinfo=UTC)
    query = encode({"a": None, "b": True, "c": False, "d": 3, "e": moment, "f": "x y"})
    assert query == {"b": "true", "c": "false", "d": "3", "e": "2026-01-15T13:00:00Z", "f": "x y"}


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        encode({"from": datetime(2026, 1, 15)})  # noqa: DTZ001  the point of the test


def test_a_request_encodes_its_query_and_hides_its_body() -> None:
    request = build("POST", "/v2/x", segments={}, query={"q": "a&b=c"}, body={"secret": "hunter2"})
    assert request.target == "/v2/x?q=a%26b%3Dc"
    assert request.body == b'{"secret":"hunter2"}'
    assert "hunter2" not in repr(request)


@pytest.mark.parametrize(
    ("method", "repeatable", "writes"),
    [
        ("GET", False, False),
        ("HEAD", False, False),
        ("POST", False, True),
        ("POST", True, False),
        ("DELETE", False, True),
    ],
)
def test_only_a_request_that_can_change_something_writes(method: str, repeatable: bool, writes: bool) -> None:
    request: Request = build(method, "/v2/x", segments={}, repeatable=repeatable)
    assert request.call.writes is writes


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ParameterError),
        (401, AuthError),
        (403, UnauthorizedError),
        (404, NotFoundError),
        (405, HubRejected),
        (409, ConflictError),
        (422, ParameterError),
        (429, RateLimitError),
        (500, HubUnavailable),
        (503, HubUnavailable),
        (302, HubProtocolError),
    ],
)
def test_each_status_has_its_error(status: int, kind: type[HubError]) -> None:
    error = verdict(answer(status, b'{"detail": "because"}'))
    assert type(error) is kind
    assert (error.status, error.detail, error.method, error.path) == (status, "because", "GET", "/v2/orgs/acme")


@pytest.mark.parametrize("status", [200, 401, 403, 404, 429, 500, 503])
def test_a_web_page_with_any_status_is_the_edge_speaking(status: int) -> None:
    page = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"
    assert type(verdict(answer(status, page, content_type="text/html; charset=UTF-8"))) is HubEdgeError
    assert type(verdict(answer(status, b"\n" + page, content_type="application/json"))) is HubEdgeError
    assert verdict(answer(status, page)).detail == "Just a moment..."


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"detail": "a"}', "a"),
        (b'{"message": "b"}', "b"),
        (b'{"text": "c", "fields": {"label": ["too long"]}}', 'c; {"label": ["too long"]}'),
        (b'{"errinfo": {"api_call_name": "x"}, "message": "m"}', 'm; {"api_call_name": "x"}'),
        (b'{"detail": "same", "message": "same"}', "same"),
        (b'{"detail": {"loc": 1}}', '{"loc": 1}'),
        (b'["odd"]', '["odd"]'),
        (b'"text"', "text"),
        (b"upstream said no", "upstream said no"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"", ""),
        (b"{}", ""),
        (b"[" * 100_000, "[" * 299 + "…"),
    ],
)
def test_the_detail_is_found_wherever_hub_puts_it(body: bytes, detail: str) -> None:
    assert read_detail(body) == detail


@given(st.binary(max_size=600))
def test_a_detail_is_one_short_line_whatever_the_body(body: bytes) -> None:
    detail = read_detail(body)
    assert len(detail) <= 300
    assert detail == "" or detail.isprintable() or "\ufffd" in detail


def test_a_detail_loses_control_characters_and_secrets() -> None:
    token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln"
    body = f"bad\x00\x1b[31m\r\nline \u202e dckr_pat_abc-123 {token} Bearer opaque hunter2".encode()
    detail = read_detail(body, hide=["hunter2", ""])
    assert detail == "bad [31m line [hidden] [hidden] Bearer [hidden] [hidden]"


@pytest.mark.parametrize(
    ("outcome", "unclear"),
    [
        (Lost(sent=True, reason="x"), True),
        (Lost(sent=False, reason="x"), False),
        (answer(500), True),
        (answer(504, b"<html>"), True),
        (answer(200, b"<html>"), True),
        (answer(403, b"<html>"), False),
        (answer(302), True),
        (answer(400), False),
        (answer(401), False),
        (answer(409), False),
        (answer(429), False),
        (Answer(200, {}, b"{", whole=False), True),
    ],
)
def test_a_write_is_unclear_where_it_may_have_happened_and_a_read_never(outcome: Answer | Lost, unclear: bool) -> None:
    assert verdict(outcome, WRITE).unclear is unclear
    assert ("may have happened" in str(verdict(outcome, WRITE))) is unclear
    assert verdict(outcome, READ).unclear is False


def test_every_error_has_a_sentence_that_ends_and_its_place() -> None:
    kinds = [HubError, *_kinds_beneath(HubError)]
    assert len(kinds) == 12
    for kind in kinds:
        assert kind.__doc__ is not None
        assert kind.__doc__.strip().endswith(".")
        assert "\n\n" not in kind.__doc__
    assert str(verdict(answer(404, b'{"detail": "no org"}'))).endswith("[GET /v2/orgs/acme → 404: no org]")
    assert all(word in verdict(answer(403)).text for word in ("plan", "role", "scope"))


def _kinds_beneath(kind: type[HubError]) -> list[type[HubError]]:
    return [found for child in kind.__subclasses__() for found in (child, *_kinds_beneath(child))]


def test_a_rate_limit_error_says_until_when() -> None:
    error = verdict(answer(429, retry_after="90"))
    assert isinstance(error, RateLimitError)
    assert error.retry_at == NOW + timedelta(seconds=90)
    assert "2026-01-15 12:01:30 UTC" in str(error)


def test_a_rate_limit_without_any_header_is_for_a_minute() -> None:
    error = verdict(answer(429))
    assert isinstance(error, RateLimitError)
    assert error.retry_at == NOW + timedelta(seconds=60)


def test_a_success_is_read_as_json() -> None:
    assert read_json(READ, answer(200, b'{"a": [1]}')) == {"a": [1]}


@pytest.mark.parametrize("body", [b"nonsense", b'{"a":', b"\xff\xff", b"[" * 100_000, b""])
def test_a_success_that_is_no_json_is_a_protocol_error_without_its_body(body: bytes) -> None:
    with pytest.raises(HubProtocolError) as caught:
        read_json(READ, answer(200, body))
    assert caught.value.__context__ is None


def test_an_empty_answer_is_none_where_nothing_is_to_be_read() -> None:
    assert read_json(Call("HEAD", "/x"), answer(200, b"")) is None
    assert read_json(WRITE, answer(204, b"")) is None
    assert read_json(WRITE, answer(200, b"")) is None


def test_text_is_utf8_and_never_json() -> None:
    assert read_text(READ, answer(200, "\ufeffName\né".encode(), content_type="text/csv")) == "Name\né"
    with pytest.raises(HubProtocolError, match="JSON"):
        read_text(READ, answer(200, b"{}", content_type="application/json"))
    with pytest.raises(HubProtocolError, match="UTF-8"):
        read_text(READ, answer(200, b"\xff", content_type="text/csv"))


def test_an_envelope_is_json() -> None:
    limit = RateLimit("orgs", 180, 90, NOW)
    envelope = Envelope(200, {"a": 1}, limit)
    assert json.loads(json.dumps(envelope.as_json())) == {
        "status": 200,
        "data": {"a": 1},
        "rate_limit": {"family": "orgs", "limit": 180, "remaining": 90, "reset_at": "2026-01-15T12:00:00+00:00"},
    }
    assert Envelope(204, None, None).as_json()["rate_limit"] is None


@pytest.mark.parametrize("outcome", [Lost(sent=True, reason="x"), answer(500), answer(503), answer(502, b"<html>")])
def test_a_read_is_repeated_after_a_loss_or_a_failure_of_hubs_and_a_write_is_not(outcome: Answer | Lost) -> None:
    assert pause(READ, outcome) is not None
    assert pause(WRITE, outcome) is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_a_refusal_is_never_repeated(status: int) -> None:
    assert pause(READ, answer(status)) is None


@pytest.mark.parametrize("outcome", [Lost(sent=False, reason="x"), answer(429), answer(429, b"<html>")])
def test_a_write_is_repeated_only_where_hub_did_not_act(outcome: Answer | Lost) -> None:
    assert pause(WRITE, outcome) is not None


def test_pauses_grow_to_a_bound() -> None:
    pauses = [pause(READ, answer(500), attempts=n) for n in (1, 2, 3, 10, 5000)]
    assert pauses == [0.125, 0.25, 0.5, 2.0, 2.0]


def test_a_read_is_given_up_when_its_deadline_would_pass() -> None:
    assert pause(READ, answer(500), seconds=29.8) is not None
    assert pause(READ, answer(500), seconds=29.9) is None
    assert pause(READ, answer(503, retry_after="31")) is None
    assert pause(READ, answer(503, retry_after="7")) == 7


def test_an_ordinary_failure_does_not_wait_for_the_rate_limits_reset() -> None:
    reset = str(int((NOW + timedelta(seconds=20)).timestamp()))
    assert pause(READ, answer(500, x_ratelimit_reset=reset)) == 0.125


def test_all_waits_for_the_rate_limit_together_stay_within_the_bound() -> None:
    assert pause(READ, answer(429, retry_after="30")) == 30
    assert pause(READ, answer(429, retry_after="31")) is None
    assert pause(READ, answer(429, retry_after="10"), waited=20) == 10
    assert pause(READ, answer(429, retry_after="10"), waited=21) is None
    assert pause(READ, answer(429, retry_after="0"), waited=29.95) is None
