"""Logging in to the sandbox's Docker Hub, and what becomes of tokens."""

import base64
import json

from sandbox.hub.content.seed import ORGANIZATION_TOKEN
from sandbox.world import BOT_ACCOUNT, BOT_PASSWORD, BOT_TOKEN, TWO_FACTOR
from tests.sandbox.hub_client import running_hub

MEMBERS = "/v2/orgs/acme/members"


async def test_password_personal_token_and_organization_token_log_in_at_one_route() -> None:
    async with running_hub(log_in=False) as client:
        for identifier, secret in (
            (BOT_ACCOUNT, BOT_PASSWORD),
            (BOT_ACCOUNT, BOT_TOKEN),
            ("acme", ORGANIZATION_TOKEN),
        ):
            await client.log_in(identifier, secret)
            assert (await client.send("GET", MEMBERS)).status == 200


async def test_an_organization_token_goes_with_the_name_of_the_organization_only() -> None:
    async with running_hub(log_in=False) as client:
        assert (await client.log_in("omarh", ORGANIZATION_TOKEN)).status == 401


async def test_an_access_token_is_a_jwt_that_lives_ten_minutes() -> None:
    async with running_hub() as client:
        payload = client.token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        assert claims["exp"] - claims["iat"] == 600
        assert claims["jti"]
        client.hub.clock.advance(590)
        assert (await client.send("GET", MEMBERS)).status == 200
        client.hub.clock.advance(11)
        assert (await client.send("GET", MEMBERS)).status == 401


async def test_a_forged_an_unknown_and_a_missing_token_are_refused() -> None:
    async with running_hub() as client:
        head, payload, signature = client.token.split(".")
        for bad in (f"{head}.{payload}.{signature[::-1]}", f"{head}.{payload}", "nonsense", BOT_TOKEN, ""):
            client.token = bad
            assert (await client.send("GET", MEMBERS)).status == 401


async def test_switching_a_personal_token_off_ends_its_sessions() -> None:
    async with running_hub() as client:
        token = next(t for t in client.hub.state.personal_tokens.values() if t.secret == BOT_TOKEN)
        token.active = False
        assert (await client.send("GET", MEMBERS)).status == 401
        assert (await client.log_in(BOT_ACCOUNT, BOT_TOKEN)).status == 401


async def test_twenty_failed_log_ins_in_a_minute_lock_the_account_for_ten_minutes() -> None:
    async with running_hub(log_in=False) as client:
        for _ in range(20):
            assert (await client.log_in(BOT_ACCOUNT, "wrong")).status == 401
        locked = await client.log_in(BOT_ACCOUNT, BOT_TOKEN)
        assert locked.status == 429
        assert 590 <= int(locked.headers["Retry-After"]) <= 601
        assert (await client.log_in("omarh", BOT_PASSWORD)).status == 200
        client.hub.clock.advance(601)
        assert (await client.log_in(BOT_ACCOUNT, BOT_TOKEN)).status == 200


async def test_failed_log_ins_far_apart_lock_nothing() -> None:
    async with running_hub(log_in=False) as client:
        for _ in range(25):
            await client.log_in(BOT_ACCOUNT, "wrong")
            client.hub.clock.advance(10)
        assert (await client.log_in(BOT_ACCOUNT, BOT_TOKEN)).status == 200


async def test_where_single_sign_on_is_enforced_a_password_is_refused_and_a_token_is_not() -> None:
    async with running_hub(log_in=False) as client:
        client.hub.state.organizations["acme"].sso_enforced = True
        assert (await client.log_in(BOT_ACCOUNT, BOT_PASSWORD)).status == 401
        assert (await client.log_in(BOT_ACCOUNT, BOT_TOKEN)).status == 200


async def test_a_second_factor_takes_two_calls_and_its_short_token_is_good_once() -> None:
    username, code = TWO_FACTOR
    async with running_hub(log_in=False) as client:
        assert (await client.log_in(username, BOT_PASSWORD)).status == 401
        half = await client.send("POST", "/v2/users/login", {"username": username, "password": BOT_PASSWORD})
        assert half.status == 401
        whole = {"login_2fa_token": half.data["login_2fa_token"], "code": code}
        done = await client.send("POST", "/v2/users/2fa-login", whole)
        client.token = done.data["token"]
        assert (await client.send("GET", MEMBERS)).status == 200
        assert (await client.send("POST", "/v2/users/2fa-login", whole)).status == 401


async def test_the_deprecated_log_in_answers_a_token() -> None:
    async with running_hub(log_in=False) as client:
        reply = await client.send("POST", "/v2/users/login", {"username": BOT_ACCOUNT, "password": BOT_TOKEN})
        client.token = reply.data["token"]
        assert (await client.send("GET", MEMBERS)).status == 200
