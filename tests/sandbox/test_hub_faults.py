"""Trouble that a test orders from the sandbox's Docker Hub, and the log of what came in."""

import asyncio

import aiohttp
import pytest

from sandbox.hub.wire.faults import (
    Drop,
    ExpireTokens,
    ForeignNext,
    Hang,
    Respond,
    edge_page,
    failure,
    nonsense,
    rate_limited,
)
from tests.sandbox.hub_client import Client, running_hub

GROUPS = "/v2/orgs/acme/groups"
BODY = {"name": "new"}


def made(client: Client) -> bool:
    return "new" in client.hub.state.organizations["acme"].teams


@pytest.mark.parametrize("after", [False, True])
async def test_an_ordered_answer_comes_before_or_after_the_effect(after: bool) -> None:
    async with running_hub() as client:
        client.hub.faults.add("POST", "*/groups", failure(502, after=after))
        assert (await client.send("POST", GROUPS, BODY)).status == 502
        assert made(client) is after
        assert (await client.send("GET", GROUPS)).status == 200


@pytest.mark.parametrize("after", [False, True])
async def test_a_dropped_connection_leaves_no_status_and_maybe_an_effect(after: bool) -> None:
    async with running_hub() as client:
        client.hub.faults.add("POST", GROUPS, Drop(after=after))
        with pytest.raises(aiohttp.ClientError):
            await client.send("POST", GROUPS, BODY)
        assert made(client) is after
        posts = client.hub.requests.made("POST", GROUPS)
        assert [(post.status, bool(post.effects)) for post in posts] == [(None, after)]


@pytest.mark.parametrize("after", [False, True])
async def test_a_hanging_request_answers_nothing(after: bool) -> None:
    async with running_hub() as client:
        client.hub.faults.add("POST", GROUPS, Hang(after=after))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await client.send("POST", GROUPS, BODY)
        assert made(client) is after


async def test_a_fault_comes_as_often_as_ordered_and_after_as_many_as_ordered() -> None:
    async with running_hub() as client:
        client.hub.faults.add("GET", GROUPS, failure(503), times=2, skip=1)
        assert [(await client.send("GET", GROUPS)).status for _ in range(4)] == [200, 503, 503, 200]
        client.hub.faults.add("*", "*", failure(500), times=None)
        assert [(await client.send("GET", GROUPS)).status for _ in range(3)] == [500, 500, 500]
        client.hub.faults.clear()
        assert (await client.send("GET", GROUPS)).status == 200


async def test_a_429_carries_the_value_that_was_ordered() -> None:
    async with running_hub() as client:
        client.hub.faults.add("GET", GROUPS, rate_limited("1900000000", header="X-Retry-After"))
        reply = await client.send("GET", GROUPS)
        assert (reply.status, reply.headers["X-Retry-After"]) == (429, "1900000000")


async def test_the_edge_answers_html_with_any_status() -> None:
    async with running_hub() as client:
        client.hub.faults.add("GET", GROUPS, edge_page(200))
        reply = await client.send("GET", GROUPS)
        assert reply.headers["Content-Type"].startswith("text/html")
        assert "Just a moment" in reply.data


async def test_a_success_can_be_nonsense_after_the_effect() -> None:
    async with running_hub() as client:
        client.hub.faults.add("POST", GROUPS, nonsense(status=201))
        reply = await client.send("POST", GROUPS, BODY)
        assert (reply.status, reply.data) == (201, '{"results": [')
        assert made(client)
        client.hub.faults.add("GET", GROUPS, Respond(200, ["not", "a", "page"]))
        assert (await client.send("GET", GROUPS)).data == ["not", "a", "page"]


async def test_next_can_name_another_host() -> None:
    async with running_hub() as client:
        client.hub.faults.add("GET", GROUPS, ForeignNext("elsewhere.example", "https"))
        page = (await client.send("GET", f"{GROUPS}?page_size=1")).data
        assert page["next"] == f"https://elsewhere.example{GROUPS}?page_size=1&page=2"


async def test_tokens_can_expire_in_the_middle_of_a_list() -> None:
    async with running_hub() as client:
        client.hub.faults.add("GET", GROUPS, ExpireTokens(), skip=1)
        assert [(await client.send("GET", GROUPS)).status for _ in range(3)] == [200, 401, 401]


@pytest.mark.parametrize("after", [False, True])
async def test_a_held_request_waits_before_or_after_its_effect(after: bool) -> None:
    async with running_hub() as client:
        hold = client.hub.hold("POST", GROUPS, after=after)
        waiting = asyncio.create_task(client.send("POST", GROUPS, BODY))
        async with asyncio.timeout(5):
            await hold.arrived()
        assert made(client) is after
        assert (await client.send("GET", GROUPS)).status == 200
        hold.release()
        assert (await waiting).status == 201
        assert made(client)


async def test_stopping_lets_go_what_hangs_and_is_held() -> None:
    async with running_hub() as client:
        hold, hanging = client.hub.hold("GET", GROUPS), client.hub.hold("GET", "*/members")
        client.hub.faults.add("GET", "*/members", Hang())
        tasks = [asyncio.create_task(client.send("GET", path)) for path in (GROUPS, "/v2/orgs/acme/members")]
        await hold.arrived()
        await hanging.arrived()
        hanging.release()
        async with asyncio.timeout(3):
            await client.hub.stop()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(results[1], aiohttp.ClientError)


async def test_requests_are_recorded_with_status_and_effects() -> None:
    async with running_hub() as client:
        await client.send("POST", GROUPS, BODY)
        await client.send("POST", GROUPS, BODY)
        await client.send("GET", f"{GROUPS}?page=1")
        posts = client.hub.requests.made("POST", "*/groups")
        assert [post.status for post in posts] == [201, 400]
        assert [post.effects for post in posts] == [(1,), ()]
        assert posts[0].body == BODY
        assert client.hub.requests[-1].query == {"page": "1"}
        assert client.hub.requests[-1].caller == "user:acme-hubwarden"
