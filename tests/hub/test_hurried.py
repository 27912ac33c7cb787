"""A Hub for whoever holds up others: it raises rather than wait, and knows whether it has written."""

import contextlib
from datetime import timedelta

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.hub.auth import BearerCredential
from bot.hub.client import Hub
from bot.hub.errors import HubError, HubUnavailable, RateLimitError

from .calls import ORGANIZATION, READS, TEAMS, WRITES, Write
from .conftest import MakeHub
from .server import START, Clock, FakeHub, reply


@pytest.mark.parametrize("call", [*READS, *WRITES])
async def test_a_spent_rate_limit_is_raised_at_once_with_its_moment(
    hub: Hub, fake: FakeHub, clock: Clock, call: Write
) -> None:
    fake.one_after_another(reply(status=429, headers={"Retry-After": "12"}))
    with pytest.raises(RateLimitError) as raised:
        await call(hub.hurried())
    assert (raised.value.retry_at, clock.slept, len(fake.seen)) == (START + timedelta(seconds=12), [], 1)


async def test_a_limit_that_asks_for_no_time_is_waited_for_a_second_in_all(
    hub: Hub, fake: FakeHub, clock: Clock
) -> None:
    fake.one_after_another(reply(status=429, headers={"Retry-After": "0"}))
    with pytest.raises(RateLimitError):
        await hub.hurried().get(ORGANIZATION, organization="acme")
    assert sum(clock.slept) <= 1.5


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "20"}])
async def test_a_failing_docker_hub_is_tried_again_without_long_pauses(
    hub: Hub, fake: FakeHub, clock: Clock, headers: dict[str, str]
) -> None:
    fake.one_after_another(reply(status=503, headers=headers))
    with pytest.raises(HubUnavailable):
        await hub.hurried().get(ORGANIZATION, organization="acme")
    assert all(pause <= 1 for pause in clock.slept)
    assert sum(clock.slept) <= 3


async def test_the_other_hub_stays_as_patient_as_it_was(hub: Hub, fake: FakeHub, clock: Clock) -> None:
    hub.hurried()
    fake.one_after_another(reply(status=429, headers={"Retry-After": "12"}), reply({"ok": True}))
    await hub.get(ORGANIZATION, organization="acme")
    assert clock.slept == [12.125]


async def test_the_token_and_what_is_known_of_the_limits_are_shared(hub: Hub, fake: FakeHub) -> None:
    headers = {"X-RateLimit-Limit": "180", "X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "60"}
    fake.one_after_another(reply({"ok": True}, headers=headers))
    await hub.hurried().get(ORGANIZATION, organization="acme")
    await hub.get(ORGANIZATION, organization="acme")
    assert len(fake.logins) == 1
    assert [limit.remaining for limit in hub.rate_limits] == [7]


async def test_a_log_in_that_is_limited_holds_up_nobody_who_is_in_a_hurry(
    make_hub: MakeHub, fake: FakeHub, clock: Clock
) -> None:
    async def refuse(_seen: object) -> web.Response:
        return reply(status=429, headers={"Retry-After": "12"})

    fake.log_in = refuse
    with pytest.raises(RateLimitError) as raised:
        await make_hub().hurried().get(ORGANIZATION, organization="acme")
    assert (raised.value.retry_at, clock.slept) == (START + timedelta(seconds=12), [])


async def test_whoever_has_time_waits_for_a_limited_log_in_and_not_in_the_others_way(
    hub: Hub, fake: FakeHub, clock: Clock
) -> None:
    refusals = [reply(status=429, headers={"Retry-After": "12"})]

    async def log_in(_seen: object) -> web.Response:
        return refusals.pop() if refusals else fake.new_token()

    fake.log_in = log_in
    fake.one_after_another(reply({"ok": True}))
    assert (await hub.get(ORGANIZATION, organization="acme")).status == 200
    assert 12 <= sum(clock.slept) < 13


@pytest.mark.parametrize(
    ("response", "written"),
    [
        (reply({"ok": True}), True),
        (reply(status=500), True),
        (reply({"detail": "no"}, status=409), False),
        (reply(status=429, headers={"Retry-After": "60"}), False),
    ],
)
async def test_it_knows_whether_a_write_may_have_been_done(
    hub: Hub, fake: FakeHub, response: web.Response, written: bool
) -> None:
    fake.one_after_another(response)
    one, other = hub.hurried(), hub.hurried()
    with contextlib.suppress(HubError):
        await one.post(TEAMS, json={}, organization="acme")
    assert (one.has_written, other.has_written, hub.has_written) == (written, False, False)


async def test_reading_is_no_writing(hub: Hub, fake: FakeHub) -> None:
    fake.one_after_another(reply({"ok": True}))
    one = hub.hurried()
    await one.get(ORGANIZATION, organization="acme")
    await one.post(TEAMS, json={}, repeatable=True, organization="acme")
    assert not one.has_written


async def test_a_write_through_scim_is_one_of_its_own(make_hub: MakeHub, fake: FakeHub) -> None:
    fake.check_tokens = False
    fake.one_after_another(reply({"ok": True}))
    hub = make_hub()
    hub.scim = make_hub(credential=BearerCredential(SecretStr("a-scim-token")))
    one = hub.hurried()
    assert one.scim is not None
    await one.scim.post("/v2/scim/2.0/Users", json={})
    assert one.has_written
    assert not hub.hurried().has_written
