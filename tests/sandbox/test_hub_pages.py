"""Pages of every list of the sandbox's Docker Hub."""

import time
from typing import Any

import pytest

from sandbox.clock import Clock
from sandbox.hub import build_state
from sandbox.hub.content.state import State
from tests.sandbox.hub_client import Client, running_hub

MANY = 5000
LISTS = {
    "/v2/orgs/acme/members": "members",
    "/v2/orgs/acme/groups": "teams",
    "/v2/namespaces/acme/repositories": "repositories",
    "/v2/namespaces/acme/repositories/api/tags": "tags",
    "/v2/access-tokens": "personal_tokens",
    "/v2/orgs/acme/access-tokens": "organization_tokens",
}


def state(**sizes: int) -> State:
    return build_state(Clock(), **sizes)


async def all_rows(client: Client, path: str) -> list[dict[str, Any]]:
    """Follow `next` from the first page to the last."""
    rows: list[dict[str, Any]] = []
    address = f"{path}?page_size=100"
    while address:
        page = await client.get(address)
        rows += page["results"]
        address = str(page["next"] or "").removeprefix(client.hub.url)
    return rows


@pytest.mark.parametrize(("path", "size"), LISTS.items())
@pytest.mark.parametrize("count", [26, 100, 101])
async def test_following_next_reads_every_row_once(path: str, size: str, count: int) -> None:
    async with running_hub(state(**{size: count})) as client:
        rows = await all_rows(client, path)
        keys = {str(row.get("id") or row.get("uuid") or row.get("name")) for row in rows}
        assert len(rows) == len(keys) == count


async def test_five_thousand_of_everything_are_made_in_well_under_a_second() -> None:
    began = time.process_time()
    made = state(members=MANY, repositories=MANY, tags=MANY, events=MANY, invites=MANY, teams=MANY)
    assert time.process_time() - began < 2
    assert len(made.organizations["acme"].members) == MANY


async def test_five_thousand_repositories_are_read_to_the_end() -> None:
    async with running_hub(state(repositories=MANY)) as client:
        assert len(await all_rows(client, "/v2/namespaces/acme/repositories")) == MANY


async def test_next_is_an_absolute_address_that_keeps_the_query() -> None:
    async with running_hub() as client:
        page = await client.get("/v2/orgs/acme/members?page=2&page_size=5&search=a")
        assert page["next"] == f"{client.hub.url}/v2/orgs/acme/members?page=3&page_size=5&search=a"
        assert page["previous"] == f"{client.hub.url}/v2/orgs/acme/members?page=1&page_size=5&search=a"


async def test_no_next_is_null_where_the_contract_lets_it_be_and_empty_elsewhere() -> None:
    async with running_hub() as client:
        assert (await client.get("/v2/orgs/acme/groups"))["next"] == ""
        assert (await client.get("/v2/namespaces/acme/repositories/web/tags"))["next"] is None
        client.hub.state.options.no_page = "null"
        assert (await client.get("/v2/orgs/acme/groups"))["next"] is None
        client.hub.state.options.no_page = "missing"
        assert "next" not in await client.get("/v2/orgs/acme/groups")


async def test_a_page_size_over_the_most_is_cut_in_silence_or_refused_where_the_contract_bounds_it() -> None:
    async with running_hub(state(tags=150)) as client:
        assert len((await client.get("/v2/namespaces/acme/repositories/api/tags?page_size=500"))["results"]) == 100
        assert (await client.send("GET", "/v2/namespaces/acme/repositories?page_size=500")).status == 400
        assert (await client.send("GET", "/v2/orgs/acme/access-tokens?page_size=0")).status == 400


async def test_a_page_after_the_last_is_not_there() -> None:
    async with running_hub() as client:
        assert (await client.send("GET", "/v2/orgs/acme/groups?page=9")).status == 404
        assert (await client.send("GET", "/v2/orgs/acme/groups?page=x")).status == 404
        assert (await client.get("/v2/auditlogs/acme?page=999"))["logs"] == []


async def test_the_log_has_no_total_and_its_last_page_is_short() -> None:
    async with running_hub(state(events=101)) as client:
        pages = [await client.get(f"/v2/auditlogs/acme?page_size=50&page={page}") for page in (1, 2, 3)]
        assert [len(page["logs"]) for page in pages] == [50, 50, 1]
        assert all(page.keys() == {"logs"} for page in pages)


async def test_invites_are_one_page_without_a_cursor() -> None:
    async with running_hub(state(invites=300)) as client:
        page = await client.get("/v2/orgs/acme/invites")
        assert page.keys() == {"data"}
        assert len(page["data"]) == 300


async def test_repositories_come_in_the_order_that_was_asked_for() -> None:
    async with running_hub() as client:
        path = "/v2/namespaces/acme/repositories?page_size=100"
        names = [row["name"] for row in (await client.get(f"{path}&ordering=-name"))["results"]]
        assert names == sorted(names, reverse=True)
        pulls = [row["pull_count"] for row in (await client.get(f"{path}&ordering=pull_count"))["results"]]
        assert pulls == sorted(pulls)
        assert (await client.send("GET", f"{path}&ordering=size")).status == 400
        assert {r["name"] for r in (await client.get(f"{path}&name=base"))["results"]} == {"base-images"}
