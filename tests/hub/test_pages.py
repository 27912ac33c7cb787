"""Lists of every shape, read to their end."""

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.hub.auth import BearerCredential
from bot.hub.client import Hub
from bot.hub.errors import HubProtocolError, HubUnavailable, NotFoundError

from .conftest import MakeHub
from .server import START, FakeHub, Rows, Seen, reply

if TYPE_CHECKING:
    from collections.abc import Callable

LIST = "/v2/orgs/{organization}/members"
SHAPES = ("count", "total", "logs", "resources", "Resources")
SIZES = (0, 1, 26, 100, 101, 5000)


def rows(number: int) -> Rows:
    return [{"id": n, "name": f"row {n}"} for n in range(number)]


class Lists:
    """One list in any of Hub's shapes; `before` runs ahead of each answer and may change the rows."""

    def __init__(self, fake: FakeHub, shape: str, content: Rows) -> None:
        self.fake, self.shape, self.content = fake, shape, content
        self.under_way = self.most_under_way = 0
        self.next_base = "http://elsewhere.example:1/other/path"
        self.cap = 100
        self.extra_count = 0
        self.before: Callable[[Seen], None] = lambda _seen: None
        fake.respond = self.respond

    async def respond(self, seen: Seen) -> web.StreamResponse:
        self.before(seen)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= 1
        if self.shape in {"resources", "Resources"}:
            return self._scim(seen)
        page, size = int(seen.query.get("page", 1)), min(self.cap, int(seen.query["page_size"]))
        here = self.content[(page - 1) * size : page * size]
        return reply({"logs": here}) if self.shape == "logs" else self._counted(seen, page, size, here)

    def _counted(self, seen: Seen, page: int, size: int, here: Rows) -> web.StreamResponse:
        if page > 1 and not here:
            return reply({"detail": "Invalid page."}, status=404)
        more = page * size < len(self.content)
        address = f"{self.next_base}?{_query({**seen.query, 'page': str(page + 1), 'page_size': str(size)})}"
        named = {self.shape: len(self.content) + self.extra_count}
        return reply({**named, "next": address if more else None, "previous": None, "results": here})

    def _scim(self, seen: Seen) -> web.StreamResponse:
        start, size = int(seen.query["startIndex"]), int(seen.query["count"])
        here = self.content[start - 1 : start - 1 + size]
        total = {"totalResults": len(self.content), "startIndex": start, "itemsPerPage": len(here)}
        return reply({**total, self.shape: here})


def _query(query: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in query.items())


def client(make_hub: MakeHub, fake: FakeHub, shape: str, **options: Any) -> Hub:
    if "esources" not in shape:
        return make_hub(**options)
    fake.check_tokens = False
    return make_hub(credential=BearerCredential(SecretStr("scim")), **options)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", SIZES)
async def test_every_row_of_every_shape_arrives_once_and_in_order(
    make_hub: MakeHub, fake: FakeHub, shape: str, size: int
) -> None:
    Lists(fake, shape, rows(size))
    pages = await client(make_hub, fake, shape).pages(LIST, organization="acme")
    assert pages.data == rows(size)
    assert pages.total == (None if shape == "logs" else size)
    assert pages.complete is True
    assert len(fake.seen) == (size // 100 + 1 if shape == "logs" else max(1, -(-size // 100)))
    assert json.loads(json.dumps(pages.as_json()))["complete"] is True


@pytest.mark.parametrize("size", SIZES)
async def test_invites_come_in_one_page(hub: Hub, fake: FakeHub, size: int) -> None:
    fake.one_after_another(reply({"data": rows(size)}))
    pages = await hub.pages(LIST, organization="acme")
    assert (pages.data, pages.total, pages.complete) == (rows(size), size, True)
    assert len(fake.seen) == 1


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("limit", [1, 99, 100, 101, 249])
async def test_a_limit_cuts_the_list_and_says_so(make_hub: MakeHub, fake: FakeHub, shape: str, limit: int) -> None:
    Lists(fake, shape, rows(250))
    pages = await client(make_hub, fake, shape).pages(LIST, limit=limit, organization="acme")
    assert (pages.data, pages.complete) == (rows(limit), False)


@pytest.mark.parametrize("shape", [*SHAPES, "data"])
@pytest.mark.parametrize(("size", "limit"), [(1, 1), (100, 100), (101, 101), (250, 250), (250, 999)])
async def test_a_limit_that_cuts_nothing_leaves_the_list_complete(
    make_hub: MakeHub, fake: FakeHub, shape: str, size: int, limit: int
) -> None:
    if shape == "data":
        fake.one_after_another(reply({"data": rows(size)}))
    else:
        Lists(fake, shape, rows(size))
    pages = await client(make_hub, fake, shape).pages(LIST, limit=limit, organization="acme")
    assert (pages.data, pages.complete) == (rows(size), True)


async def test_a_small_limit_asks_for_few_rows(hub: Hub, fake: FakeHub) -> None:
    Lists(fake, "count", rows(5000))
    await hub.pages(LIST, limit=20, organization="acme")
    assert [seen.query["page_size"] for seen in fake.seen] == ["21"]


async def test_next_is_taken_for_its_query_alone(hub: Hub, fake: FakeHub) -> None:
    lists = Lists(fake, "count", rows(300))
    lists.next_base = "http://evil.example/v2/steal"
    pages = await hub.pages(LIST, query={"search": "a"}, organization="acme")
    assert pages.data == rows(300)
    assert {seen.path for seen in fake.seen} == {"/v2/orgs/acme/members"}
    assert {seen.query["search"] for seen in fake.seen} == {"a"}


@pytest.mark.parametrize("address", ["http://[", "http://h/?page_size=100", 7, "http://h/p"])
async def test_a_next_that_leads_nowhere_is_a_protocol_error(hub: Hub, fake: FakeHub, address: object) -> None:
    fake.one_after_another(reply({"count": 2, "next": address, "results": rows(1)}))
    with pytest.raises(HubProtocolError, match="leads nowhere"):
        await hub.pages(LIST, organization="acme")


async def test_a_next_that_leads_in_a_circle_is_a_protocol_error(hub: Hub, fake: FakeHub) -> None:
    fake.one_after_another(
        reply({"count": None, "next": "/?cursor=a", "results": rows(1)}),
        reply({"count": None, "next": "/?cursor=b", "results": rows(1)}),
        reply({"count": None, "next": "/?cursor=a", "results": rows(1)}),
    )
    with pytest.raises(HubProtocolError, match="circle"):
        await hub.pages(LIST, organization="acme")


async def test_a_server_that_sends_fewer_rows_than_asked_is_followed_page_by_page(hub: Hub, fake: FakeHub) -> None:
    async def respond(seen: Seen) -> web.StreamResponse:
        page = int(seen.query.get("page", 1))
        following = f"/?page={page + 1}" if page < 4 else None
        return reply({"count": 100, "next": following, "results": rows(100)[(page - 1) * 25 : page * 25]})

    fake.respond = respond
    assert (await hub.pages(LIST, organization="acme")).data == rows(100)
    assert len(fake.seen) == 4


async def test_pages_are_read_side_by_side_within_the_bound(make_hub: MakeHub, fake: FakeHub) -> None:
    lists = Lists(fake, "count", rows(2000))
    arrived, together = 0, asyncio.Event()

    async def respond(seen: Seen) -> web.StreamResponse:
        nonlocal arrived
        if "page" in seen.query:
            arrived += 1
            if arrived == 5:
                together.set()
            await together.wait()
        return await lists.respond(seen)

    fake.respond = respond
    assert len((await make_hub(concurrency=5).pages(LIST, organization="acme")).data) == 2000
    assert len(fake.seen) == 20


async def test_no_more_pages_are_under_way_than_the_bound(make_hub: MakeHub, fake: FakeHub) -> None:
    lists = Lists(fake, "count", rows(3000))
    await make_hub(concurrency=3).pages(LIST, organization="acme")
    assert lists.most_under_way <= 3


async def test_a_token_that_expires_in_the_middle_of_a_list_is_renewed_once(hub: Hub, fake: FakeHub) -> None:
    lists = Lists(fake, "count", rows(2500))

    def before(seen: Seen) -> None:
        if seen.query.get("page") == "9" and len(fake.tokens) == 1:
            fake.revoked = set(fake.tokens)

    lists.before = before
    pages = await hub.pages(LIST, organization="acme")
    assert pages.data == rows(2500)
    assert len(fake.logins) <= 2


@pytest.mark.parametrize("change", ["added at the start", "removed at the start", "removed until a page is gone"])
async def test_a_list_that_moved_while_it_was_read_is_read_again(hub: Hub, fake: FakeHub, change: str) -> None:
    lists = Lists(fake, "count", rows(201 if change.endswith("gone") else 250))
    changed = False

    def before(seen: Seen) -> None:
        nonlocal changed
        if seen.query.get("page") in {"2", "3"} and not changed:
            changed = True
            lists.content = [{"id": -1}, *lists.content] if change.startswith("added") else lists.content[1:]

    lists.before = before
    pages = await hub.pages(LIST, organization="acme")
    assert changed
    assert pages.data == lists.content
    assert pages.total == len(lists.content)
    assert pages.complete is True


async def test_one_row_gone_and_another_come_is_noticed_by_the_row_seen_twice(make_hub: MakeHub, fake: FakeHub) -> None:
    lists = Lists(fake, "count", rows(250))
    changed = False

    def before(seen: Seen) -> None:
        nonlocal changed
        if "page" in seen.query and not changed:
            changed = True
            lists.content = [{"id": -1}, *lists.content[:-1]]

    lists.before = before
    assert (await make_hub(concurrency=1).pages(LIST, organization="acme")).data == lists.content


async def test_a_row_missed_is_noticed_though_the_number_of_rows_is_right(make_hub: MakeHub, fake: FakeHub) -> None:
    lists = Lists(fake, "count", rows(250))
    changes: dict[str, Rows] = {"2": rows(250)[1:], "3": [*rows(250)[1:], {"id": 999}]}

    def before(seen: Seen) -> None:
        lists.content = changes.pop(seen.query.get("page", "1"), lists.content)

    lists.before = before
    pages = await make_hub(concurrency=1).pages(LIST, organization="acme")
    assert pages.data == lists.content
    assert rows(250)[100] in pages.data


async def test_rows_that_hub_counts_and_hides_do_not_lead_past_the_last_page(hub: Hub, fake: FakeHub) -> None:
    async def respond(seen: Seen) -> web.StreamResponse:
        if seen.query.get("page", "1") == "1":
            return reply({"count": 150, "next": "/?page=2&page_size=100", "results": rows(150)[:40]})
        return reply({"count": 150, "next": None, "results": rows(150)[100:]})

    fake.respond = respond
    pages = await hub.pages(LIST, organization="acme")
    assert (len(pages.data), pages.total) == (90, 150)
    assert {seen.query.get("page", "1") for seen in fake.seen} == {"1", "2"}


async def test_a_count_that_is_simply_wrong_does_not_stop_the_reading(hub: Hub, fake: FakeHub) -> None:
    lists = Lists(fake, "count", rows(150))
    lists.extra_count = 3
    pages = await hub.pages(LIST, organization="acme")
    assert (pages.data, pages.total, pages.complete) == (rows(150), 153, True)
    assert len(fake.seen) == 4


async def test_a_list_that_never_holds_still_is_an_error_not_half_a_list(hub: Hub, fake: FakeHub) -> None:
    lists = Lists(fake, "count", rows(250))
    number = 0

    def before(_seen: Seen) -> None:
        nonlocal number
        number -= 1
        lists.content = [{"id": number}, *lists.content]

    lists.before = before
    with pytest.raises(HubProtocolError, match="changed during each of 4 readings"):
        await hub.pages(LIST, organization="acme")


async def test_a_page_that_stays_missing_is_an_error_not_half_a_list(hub: Hub, fake: FakeHub) -> None:
    async def respond(seen: Seen) -> web.StreamResponse:
        if "page" in seen.query:
            return reply({"detail": "Invalid page."}, status=404)
        return reply({"count": 150, "next": "/?page=2", "results": rows(100)})

    fake.respond = respond
    with pytest.raises(HubProtocolError, match="changed"):
        await hub.pages(LIST, organization="acme")


async def test_equal_rows_of_a_log_are_events_of_their_own(hub: Hub, fake: FakeHub) -> None:
    same = [{"action": "repo.tag.push", "timestamp": "2026-01-15T12:00:00Z"}] * 250
    Lists(fake, "logs", same)
    query = {"to": START, "action": None}
    assert len((await hub.pages("/v2/auditlogs/{account}", query=query, account="acme")).data) == 250
    assert {seen.query["to"] for seen in fake.seen} == {"2026-01-15T12:00:00Z"}


async def test_a_list_of_a_go_service_that_is_null_is_empty(hub: Hub, fake: FakeHub) -> None:
    fake.one_after_another(reply({"logs": None}), reply({"count": 0, "results": None}), reply({"totalResults": 0}))
    for _ in range(3):
        assert (await hub.pages(LIST, organization="acme")).data == []


@pytest.mark.parametrize(
    "data", [{"rows": []}, [], "text", None, {"results": {}}, {"totalResults": "x"}, {"totalResults": 3}]
)
async def test_an_answer_that_is_no_list_is_a_protocol_error(hub: Hub, fake: FakeHub, data: object) -> None:
    fake.one_after_another(reply(data))
    with pytest.raises(HubProtocolError):
        await hub.pages(LIST, organization="acme")


async def test_a_list_that_is_not_there_is_not_found(hub: Hub, fake: FakeHub) -> None:
    fake.one_after_another(reply({"detail": "no such organization"}, status=404))
    with pytest.raises(NotFoundError, match="no such organization"):
        await hub.pages(LIST, organization="acme")


async def test_one_page_that_fails_for_good_ends_the_reading_with_its_own_error(
    make_hub: MakeHub, fake: FakeHub
) -> None:
    lists = Lists(fake, "count", rows(1000))

    async def respond(seen: Seen) -> web.StreamResponse:
        return reply(status=500) if seen.query.get("page") == "4" else await lists.respond(seen)

    fake.respond = respond
    with pytest.raises(HubUnavailable):
        await make_hub(max_pause=0.0).pages(LIST, organization="acme")


@pytest.mark.parametrize(("query", "limit"), [({"page": 2}, None), ({"startIndex": 5}, None), ({}, 0), ({}, -1)])
async def test_a_list_is_read_from_its_start_and_for_a_row_at_least(
    hub: Hub, query: dict[str, int], limit: int | None
) -> None:
    with pytest.raises(ValueError, match=r"start|limit"):
        await hub.pages(LIST, query=query, limit=limit, organization="acme")


async def test_the_callers_page_size_is_kept(hub: Hub, fake: FakeHub) -> None:
    Lists(fake, "logs", rows(60))
    assert (await hub.pages(LIST, query={"page_size": 25}, organization="acme")).data == rows(60)
    assert [seen.query["page_size"] for seen in fake.seen] == ["25"] * 3


async def test_a_cancelled_reading_leaves_nothing_behind(hub: Hub, fake: FakeHub) -> None:
    lists = Lists(fake, "count", rows(2000))
    arrived, never = asyncio.Event(), asyncio.Event()

    async def respond(seen: Seen) -> web.StreamResponse:
        if "page" in seen.query:
            arrived.set()
            await never.wait()
        return await lists.respond(seen)

    fake.respond = respond
    reading = asyncio.create_task(hub.pages(LIST, organization="acme"))
    await arrived.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    never.set()
    assert len(asyncio.all_tasks()) < 40
