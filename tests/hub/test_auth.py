"""Tokens: made when needed, renewed once, and never so often that the account is locked."""

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.hub.auth import BearerCredential, Credential, Token, TokenCache, lifetime
from bot.hub.client import Hub
from bot.hub.errors import AuthError, Call, HubProtocolError, RateLimitError

from .conftest import MakeHub
from .server import SECRET, START, Clock, FakeHub, Seen, jwt, reply

ORGANIZATION = "/v2/orgs/{organization}"


async def read(hub: Hub) -> object:
    return (await hub.get(ORGANIZATION, organization="acme")).data


async def test_one_log_in_serves_many_calls(hub: Hub, fake: FakeHub) -> None:
    await read(hub)
    await read(hub)
    assert fake.logins == [{"identifier": "acme", "secret": SECRET}]
    assert [seen.bearer for seen in fake.seen] == [fake.tokens[0]] * 2


async def test_first_calls_at_once_log_in_once(hub: Hub, fake: FakeHub) -> None:
    await asyncio.gather(*(read(hub) for _ in range(50)))
    assert len(fake.logins) == 1


async def test_a_token_is_renewed_before_it_expires_by_one_caller(hub: Hub, fake: FakeHub, clock: Clock) -> None:
    await read(hub)
    clock.seconds += 520
    await read(hub)
    assert len(fake.logins) == 1
    clock.seconds += 10
    await asyncio.gather(*(read(hub) for _ in range(20)))
    assert len(fake.logins) == 2


async def test_fifty_calls_with_an_expired_token_log_in_once(hub: Hub, fake: FakeHub) -> None:
    await read(hub)
    fake.revoked = set(fake.tokens)
    assert await asyncio.gather(*(read(hub) for _ in range(50))) == [{"ok": True}] * 50
    assert len(fake.logins) == 2


async def test_a_write_refused_for_its_token_is_sent_again_with_a_new_one(hub: Hub, fake: FakeHub) -> None:
    await read(hub)
    fake.revoked = set(fake.tokens)
    await hub.put(ORGANIZATION, json={"a": 1}, organization="acme")
    assert [seen.json for seen in fake.seen[1:]] == [{"a": 1}, {"a": 1}]


async def test_a_route_that_refuses_a_new_token_too_raises_and_costs_no_more_log_ins(
    hub: Hub, fake: FakeHub, clock: Clock
) -> None:
    fake.one_after_another(reply({"detail": "not for this token"}, status=401))
    for _ in range(5):
        with pytest.raises(AuthError, match="not for this token"):
            await read(hub)
    assert len(fake.logins) == 2
    clock.seconds += 61
    with pytest.raises(AuthError):
        await read(hub)
    assert len(fake.logins) == 3


async def test_after_a_refused_log_in_none_is_tried_for_a_while(hub: Hub, fake: FakeHub, clock: Clock) -> None:
    fake.refuse_logins = True
    with pytest.raises(AuthError, match="incorrect credential"):
        await read(hub)
    clock.seconds += 20
    with pytest.raises(AuthError, match="the next is tried in 40 s"):
        await read(hub)
    assert len(fake.logins) == 1
    fake.refuse_logins = False
    clock.seconds += 41
    assert await read(hub) == {"ok": True}


async def test_fifty_calls_with_a_credential_that_is_refused_log_in_once(hub: Hub, fake: FakeHub) -> None:
    fake.refuse_logins = True
    results = await asyncio.gather(*(read(hub) for _ in range(50)), return_exceptions=True)
    assert {type(result) for result in results} == {AuthError}
    assert len(fake.logins) == 1


async def test_a_refused_early_renewal_leaves_the_token_that_still_lives(hub: Hub, fake: FakeHub, clock: Clock) -> None:
    await read(hub)
    fake.refuse_logins = True
    clock.seconds += 540
    assert await read(hub) == {"ok": True}
    assert await read(hub) == {"ok": True}
    assert len(fake.logins) == 2
    clock.seconds += 65
    with pytest.raises(AuthError):
        await read(hub)


async def test_a_rate_limited_log_in_is_not_tried_before_its_time(clock: Clock) -> None:
    calls = 0

    async def log_in(_credential: Credential) -> str:
        nonlocal calls
        calls += 1
        raise RateLimitError(Call("POST", "/v2/auth/token"), retry_at=START + timedelta(seconds=100))

    tokens = TokenCache(
        Credential("acme", SecretStr(SECRET)),
        log_in,
        pause=60,
        now=clock.now,
        monotonic=clock.monotonic,
        chance=lambda: 0.5,
    )
    for _ in range(3):
        with pytest.raises(RateLimitError) as caught:
            await tokens.current()
        assert caught.value.retry_at == START + timedelta(seconds=100)
    assert calls == 1
    clock.seconds += 101
    with pytest.raises(RateLimitError):
        await tokens.current()
    assert calls == 2


async def test_a_cancelled_log_in_leaves_the_next_caller_to_it(hub: Hub, fake: FakeHub) -> None:
    first = asyncio.create_task(read(hub))
    second = asyncio.create_task(read(hub))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == {"ok": True}
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_log_in_without_a_token_is_a_protocol_error(hub: Hub, fake: FakeHub, make_hub: MakeHub) -> None:
    fake.check_tokens = False
    fake.one_after_another(reply({"token": "old style"}))
    with pytest.raises(HubProtocolError, match="access_token"):
        await read(make_hub(fake.url + "/elsewhere"))


async def test_a_scim_token_that_is_refused_is_an_auth_error_at_once(make_hub: MakeHub, fake: FakeHub) -> None:
    with pytest.raises(AuthError):
        await read(make_hub(credential=BearerCredential(SecretStr("scim"))))
    assert len(fake.seen) == 1
    assert fake.logins == []


@pytest.mark.parametrize("token", ["", "two words", "line\r\nX-Evil: 1", "é"])
def test_a_bearer_token_that_no_header_can_carry_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="bearer token"):
        BearerCredential(SecretStr(token))


async def test_no_cookie_is_kept(make_hub: MakeHub, fake: FakeHub) -> None:
    hub = make_hub(fake.url.replace("127.0.0.1", "localhost"))  # for an IP address, no jar keeps any

    async def respond(seen: Seen) -> web.StreamResponse:
        return reply(
            {"ok": True}, headers={"Set-Cookie": "session=abc; Path=/"}, status=400 if "cookie" in seen.headers else 200
        )

    fake.respond = respond
    await read(hub)
    assert await read(hub) == {"ok": True}


def test_a_credential_and_a_token_never_show_what_they_hold() -> None:
    shown = [Credential("acme", SecretStr(SECRET)), BearerCredential(SecretStr(SECRET)), Token(SecretStr(SECRET), 1, 2)]
    assert SECRET not in f"{shown} {shown!r}"


@pytest.mark.parametrize(
    ("token", "seconds"),
    [(jwt(1, 300), 300), (jwt(1, 0), 600), (jwt(1, -5), 600), (jwt(1, 10**9), 600), ("opaque", 600), ("a.b.c", 600)],
)
def test_a_lifetime_is_read_from_the_token_and_is_ten_minutes_otherwise(token: str, seconds: float) -> None:
    assert lifetime(token, now=0) == seconds


@given(st.text() | st.text().map(lambda text: f"a.{text}.c"))
def test_no_token_breaks_the_reading_of_its_lifetime(token: str) -> None:
    assert 0 < lifetime(token, now=1e9) <= 86_400
