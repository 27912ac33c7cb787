"""The client against a scripted server: what it sends, what it repeats, what it raises."""

import asyncio
import logging
from collections.abc import Awaitable
from datetime import timedelta
from email.utils import format_datetime

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.hub.auth import BearerCredential, Credential
from bot.hub.client import Hub
from bot.hub.errors import (
    HubEdgeError,
    HubError,
    HubProtocolError,
    HubUnavailable,
    NotFoundError,
    RateLimitError,
)
from bot.hub.protocol import Envelope

from .calls import ORGANIZATION, READS, TEAMS, WRITES, Write
from .conftest import MakeHub
from .server import SECRET, START, Clock, FakeHub, Seen, reply


def limits(remaining: int, reset_in: int, limit: int = 180) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": str(int(START.timestamp()) + reset_in),
    }


async def test_a_read_answers_its_data_and_the_rate_limit(hub: Hub, fake: FakeHub) -> None:
    fake.one_after_another(reply({"id": 7}, headers=limits(90, 60)))
    envelope = await hub.get(ORGANIZATION, query={"full": True}, organization="acme")
    assert (envelope.status, envelope.data) == (200, {"id": 7})
    assert envelope.rate_limit is not None
    assert envelope.rate_limit.remaining == 90
    [seen] = fake.seen
    assert (seen.method, seen.path, seen.query) == ("GET", "/v2/orgs/acme", {"full": "true"})
    assert seen.headers["user-agent"].startswith("hubwarden/")
    assert seen.headers["accept"] == "application/json"
    assert "content-type" not in seen.headers


async def test_a_segment_reaches_hub_as_one_segment(hub: Hub, fake: FakeHub) -> None:
    await hub.get(TEAMS + "/{team}", organization="acme", team="a/b %2F?c#é")
    assert fake.seen[0].path == "/v2/orgs/acme/groups/a%2Fb%20%252F%3Fc%23%C3%A9"


async def test_a_base_address_may_have_a_path(make_hub: MakeHub, fake: FakeHub) -> None:
    fake.check_tokens = False
    with pytest.raises(HubProtocolError, match="access_token"):
        await make_hub(fake.url + "/proxy/").get(ORGANIZATION, organization="acme")
    assert fake.seen[0].path == "/proxy/v2/auth/token"


@pytest.mark.parametrize("url", ["ftp://h", "h", "http://", "http://user:pw@h", "http://h?x=1"])
def test_an_address_that_is_no_plain_http_address_is_refused(make_hub: MakeHub, url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        make_hub(url)


async def test_a_write_sends_json_and_an_empty_write_sends_nothing(hub: Hub, fake: FakeHub) -> None:
    await hub.post(TEAMS, json={"name": "dev"}, organization="acme")
    await hub.patch("/v2/invites/{id}/resend", id="1")
    assert fake.seen[0].json == {"name": "dev"}
    assert fake.seen[0].headers["content-type"] == "application/json"
    assert fake.seen[1].body == b""
    assert "content-type" not in fake.seen[1].headers


async def test_a_deletion_answers_no_data(hub: Hub, fake: FakeHub) -> None:
    fake.one_after_another(web.Response(status=204))
    assert await hub.delete(ORGANIZATION, organization="acme") == Envelope(204, None, None)


async def test_head_tells_there_from_not_there(hub: Hub, fake: FakeHub) -> None:
    fake.one_after_another(web.Response(status=200), web.Response(status=404))
    assert (await hub.head(ORGANIZATION, organization="acme")).data is None
    with pytest.raises(NotFoundError):
        await hub.head(ORGANIZATION, organization="acme")


async def test_text_is_read_as_it_is(hub: Hub, fake: FakeHub) -> None:
    fake.one_after_another(web.Response(text="Name\nAnn\n", content_type="text/csv"))
    envelope = await hub.text(ORGANIZATION + "/members/export", organization="acme")
    assert envelope.data == "Name\nAnn\n"
    assert fake.seen[0].headers["accept"] == "text/csv"


@pytest.mark.parametrize("read", READS)
async def test_a_read_is_repeated_after_a_failure_of_hubs(hub: Hub, fake: FakeHub, clock: Clock, read: Write) -> None:
    fake.one_after_another(reply(status=500), reply(status=503), reply({"ok": True}))
    assert (await read(hub)).status == 200
    assert len(fake.seen) == 3
    assert clock.slept == [0.1875, 0.375]


async def test_a_read_that_keeps_failing_ends_at_its_deadline(hub: Hub, fake: FakeHub, clock: Clock) -> None:
    fake.one_after_another(reply({"detail": "broken"}, status=500))
    with pytest.raises(HubUnavailable, match="500: broken") as caught:
        await hub.get(ORGANIZATION, organization="acme")
    assert 20 < sum(clock.slept) < 30
    assert caught.value.unclear is False


@pytest.mark.parametrize("write", WRITES)
async def test_a_write_that_ends_in_500_is_unclear_and_not_repeated(hub: Hub, fake: FakeHub, write: Write) -> None:
    fake.one_after_another(reply({"detail": "broken"}, status=500))
    with pytest.raises(HubUnavailable) as caught:
        await write(hub)
    assert caught.value.unclear is True
    assert len(fake.seen) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"Retry-After": "12"},
        {"Retry-After": format_datetime(START + timedelta(seconds=12), usegmt=True)},
        {"Retry-After": str(int(START.timestamp()) + 12)},
        {"X-Retry-After": "12"},
        {"X-RateLimit-Reset": str(int(START.timestamp()) + 12)},
    ],
)
@pytest.mark.parametrize("call", [READS[0], WRITES[0], WRITES[3]])
async def test_each_form_of_retry_after_is_waited_for_by_reads_and_writes(
    hub: Hub, fake: FakeHub, clock: Clock, call: Write, said: dict[str, str]
) -> None:
    fake.one_after_another(reply(status=429, headers=said), reply({"ok": True}))
    assert (await call(hub)).status == 200
    assert clock.slept == [12.125]


async def test_a_wait_beyond_the_bound_is_not_begun(hub: Hub, fake: FakeHub, clock: Clock) -> None:
    fake.one_after_another(reply({"detail": "slow down"}, status=429, headers={"Retry-After": "45"}))
    with pytest.raises(RateLimitError, match="2026-01-15 12:00:45 UTC") as caught:
        await hub.post(TEAMS, json={}, organization="acme")
    assert caught.value.retry_at == START + timedelta(seconds=45)
    assert caught.value.unclear is False
    assert clock.slept == []


async def test_a_limit_that_stays_spent_ends_at_the_bound(hub: Hub, fake: FakeHub, clock: Clock) -> None:
    fake.one_after_another(reply(status=429, headers={"Retry-After": "0"}))
    with pytest.raises(RateLimitError):
        await hub.get(ORGANIZATION, organization="acme")
    assert 20 < sum(clock.slept) <= 31
    assert len(fake.seen) < 20


async def test_waiting_for_the_rate_limit_does_not_use_up_the_deadline(hub: Hub, fake: FakeHub, clock: Clock) -> None:
    broken = reply(status=500)
    limited = reply(status=429, headers={"Retry-After": "29"})
    fake.one_after_another(limited, broken, broken, broken, reply({"ok": True}))
    assert (await hub.get(ORGANIZATION, organization="acme")).status == 200


@pytest.mark.parametrize("write", WRITES)
async def test_a_web_page_is_an_edge_error_and_unclear_for_a_write_unless_4xx(
    hub: Hub, fake: FakeHub, write: Write
) -> None:
    for status, unclear in ((200, True), (403, False), (502, True)):
        page = "<html><title>Just a moment...</title>"
        fake.one_after_another(web.Response(status=status, text=page, content_type="text/html"))
        with pytest.raises(HubEdgeError, match=r"Just a moment\.\.\.") as caught:
            await write(hub)
        assert caught.value.unclear is unclear
    assert len(fake.seen) == 3


async def test_a_success_that_is_no_json_is_a_protocol_error(hub: Hub, fake: FakeHub) -> None:
    fake.one_after_another(web.Response(text="nonsense"))
    with pytest.raises(HubProtocolError) as caught:
        await hub.get(ORGANIZATION, organization="acme")
    assert caught.value.unclear is False
    with pytest.raises(HubProtocolError) as caught:
        await hub.put(ORGANIZATION, json={}, organization="acme")
    assert caught.value.unclear is True
    assert len(fake.seen) == 2


async def test_a_redirect_is_not_followed(hub: Hub, fake: FakeHub) -> None:
    fake.one_after_another(web.Response(status=307, headers={"Location": "/v2/elsewhere"}))
    with pytest.raises(HubProtocolError, match="307"):
        await hub.get(ORGANIZATION, organization="acme")
    assert [seen.path for seen in fake.seen] == ["/v2/orgs/acme"]


async def test_an_answer_larger_than_the_bound_is_not_read_to_its_end(make_hub: MakeHub, fake: FakeHub) -> None:
    unpacked = web.Response(body=b'"' + b"x" * 1_000_000 + b'"')
    unpacked.enable_compression(web.ContentCoding.gzip)

    async def respond(_seen: Seen) -> web.StreamResponse:
        return unpacked

    fake.respond = respond
    with pytest.raises(HubProtocolError, match="2000 bytes"):
        await make_hub(max_bytes=2000).get(ORGANIZATION, organization="acme")


async def test_each_route_family_keeps_its_snapshot_and_the_tightest_is_the_headline(
    hub: Hub, fake: FakeHub, clock: Clock
) -> None:
    async def respond(seen: Seen) -> web.StreamResponse:
        left = 10 if seen.path.endswith("groups") else 170
        return reply({"ok": True}, headers=limits(left, 60))

    fake.respond = respond
    await hub.get(ORGANIZATION, organization="acme")
    await hub.get(TEAMS, organization="acme")
    assert [(limit.family, limit.remaining) for limit in hub.rate_limits] == [("orgs", 170), ("orgs/groups", 10)]
    assert hub.headline is hub.rate_limits[1]
    clock.seconds += 61
    assert hub.headline is None


async def test_an_answer_that_was_overtaken_does_not_give_requests_back(hub: Hub, fake: FakeHub) -> None:
    fake.one_after_another(reply(headers=limits(5, 60)), reply(headers=limits(8, 60)))
    for _ in range(2):
        await hub.get(ORGANIZATION, organization="acme")
    assert [limit.remaining for limit in hub.rate_limits] == [5]


async def test_an_error_also_tells_the_rate_limit(hub: Hub, fake: FakeHub) -> None:
    fake.one_after_another(reply(status=404, headers=limits(3, 60)))
    with pytest.raises(NotFoundError):
        await hub.get(ORGANIZATION, organization="acme")
    assert [limit.remaining for limit in hub.rate_limits] == [3]


async def test_a_scim_credential_is_sent_as_it_stands_with_its_media_type(make_hub: MakeHub, fake: FakeHub) -> None:
    fake.check_tokens = False
    hub = make_hub(credential=BearerCredential(SecretStr("scim-token")))
    await hub.put("/v2/scim/2.0/Users/{id}", json={"enabled": True}, id="1")
    [seen] = fake.seen
    assert seen.bearer == "scim-token"
    assert seen.headers["content-type"] == seen.headers["accept"] == "application/scim+json"
    assert fake.logins == []


async def test_a_session_that_was_handed_in_stays_open_and_as_it_was(fake: FakeHub) -> None:
    async with aiohttp.ClientSession() as session:
        hub = Hub(url=fake.url, credential=Credential("acme", SecretStr(SECRET)), session=session)
        assert (await hub.get(ORGANIZATION, organization="acme")).status == 200
        await hub.close()
        await hub.close()
        assert not session.closed
        assert session.trace_configs == []


async def test_a_closed_client_says_so(hub: Hub) -> None:
    await hub.close()
    with pytest.raises(RuntimeError, match="closed"):
        await hub.get(ORGANIZATION, organization="acme")


async def test_a_cancelled_call_leaves_a_client_that_works(hub: Hub, fake: FakeHub) -> None:
    arrived, never = asyncio.Event(), asyncio.Event()

    async def respond(_seen: Seen) -> web.StreamResponse:
        arrived.set()
        await never.wait()
        return reply({"ok": True})

    fake.respond = respond
    call = asyncio.create_task(hub.get(ORGANIZATION, organization="acme"))
    await arrived.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    never.set()
    assert (await hub.get(ORGANIZATION, organization="acme")).status == 200


async def test_no_secret_is_in_a_log_an_error_or_a_repr(
    hub: Hub, fake: FakeHub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def respond(seen: Seen) -> web.StreamResponse:
        return reply({"detail": f"{seen.headers['authorization']} and {SECRET}"}, status=400)

    fake.respond = respond
    errors = [await _error_of(hub.get(ORGANIZATION, query={"q": "private"}, organization="acme"))]
    fake.one_after_another(reply({"token": "dckr_oat_new-one"}))
    await hub.post(TEAMS, json={"password": "pass-phrase"}, organization="acme")
    fake.refuse_logins, fake.revoked = True, set(fake.tokens)
    errors.append(await _error_of(hub.get(ORGANIZATION, organization="acme")))
    errors.append(await _error_of(hub.get(ORGANIZATION, organization="acme")))
    everything = [caplog.text, repr(vars(hub)), repr(vars(hub._tokens)), repr(vars(hub._transport))]
    everything += [f"{error} {error!r} {vars(error)} {error.__context__!r}" for error in errors]
    for secret in (SECRET, "private", "dckr_oat_new-one", "pass-phrase", *fake.tokens):
        assert not any(secret in text for text in everything)
    assert "GET /v2/orgs/{organization} → 400 in " in caplog.text


async def test_a_password_that_hub_repeats_is_not_repeated_by_the_error(make_hub: MakeHub, fake: FakeHub) -> None:
    fake.one_after_another(reply({"detail": "no account with correct horse battery"}, status=400))
    hub = make_hub(credential=Credential("acme", SecretStr("correct horse battery")))
    error = await _error_of(hub.get(ORGANIZATION, organization="acme"))
    assert error.detail == "no account with [hidden]"


async def _error_of(call: Awaitable[Envelope]) -> HubError:
    with pytest.raises(HubError) as caught:
        await call
    return caught.value
