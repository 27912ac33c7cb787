"""What is kept of Docker Hub's audit log: everything, as it came, once."""

import json
from typing import Any

import pytest

from bot.alerts.archive import Archive, description_of, raw_text, store
from bot.alerts.entries import NumberedEntry, StoredEntry
from bot.alerts.reading import digest_of, fewest, number
from bot.db.models import HubEvent
from bot.db.session import Database

from .conftest import MakePoller, stored
from .far_side import ORGANIZATION, START, Clock, FarSide, row

HOSTILE = "a\x00b\ud800c\udfff \u202e\u2028 🐳 '; DROP TABLE hub_events; -- {actor} <!channel>"
DEEP: dict[str, Any] = {"a": {"b": {"c": {"d": {"e": {"f": [{"g": "bottom"}]}}}}}}


def numbered(*rows: Any, organization: str = ORGANIZATION) -> list[NumberedEntry]:
    """Rows, oldest first, as they are read."""
    newest_first = list(reversed(rows))
    return number(newest_first, fewest([newest_first]), organization, otherwise=START)


async def keep(database: Database, *rows: Any, organization: str = ORGANIZATION) -> list[StoredEntry]:
    async with database.begin() as session:
        return await store(session, numbered(*rows, organization=organization), now=START)


async def only(database: Database) -> HubEvent:
    [event] = await stored(database)
    return event


@pytest.mark.parametrize(
    "raw",
    [
        row(START, action_description="x" * 10_000),
        row(START, data=DEEP),
        row(START, name=HOSTILE, actor=HOSTILE, action_description=HOSTILE, data={HOSTILE: [HOSTILE, {"k": HOSTILE}]}),
        row(START, data={"a.b": 1, "a": {"b": 2}, "big": 2**70, "none": None, "half": 0.1, "on": True}),
        row(START, name="n" * 5_000, actor="a" * 5_000, action="x" * 5_000, data={"k" * 3_000: "v" * 30_000}),
        {"timestamp": "no moment", "one_day": "a field that Docker adds"},
        ["no", {"entry": "at all"}],
        "text",
        7,
        None,
    ],
    ids=["long", "deep", "hostile", "types", "over every limit", "other keys", "list", "text", "number", "null"],
)
async def test_an_entry_is_kept_as_docker_hub_sent_it(database: Database, raw: Any) -> None:
    assert len(await keep(database, raw)) == 1
    event = await only(database)
    assert event.raw is not None
    assert json.loads(event.raw) == raw
    assert digest_of(json.loads(event.raw)) == event.digest


async def test_the_keys_of_an_entry_stay_in_dockers_order(database: Database) -> None:
    await keep(database, {"z": 1, "a": {"y": 2, "b": 3}})
    assert (await only(database)).raw == '{"z":1,"a":{"y":2,"b":3}}'


async def test_a_description_of_ten_thousand_characters_is_kept_whole(database: Database) -> None:
    text = "changed the role of annberg " + "🐳" * 9_972
    assert len(text) == 10_000
    [kept] = await keep(database, row(START, action_description=text))
    assert (await only(database)).description == text
    assert len(kept.entry.description) < len(text)


async def test_a_description_that_no_database_holds_is_readable_beside_the_raw_one(database: Database) -> None:
    await keep(database, row(START, action_description="a\x00b\ud800c"))
    event = await only(database)
    assert event.description == "a\ufffdb\ufffdc"
    assert event.raw is not None
    assert json.loads(event.raw)["action_description"] == "a\x00b\ud800c"


@pytest.mark.parametrize("raw", [None, [], {}, {"action_description": None}])
def test_an_entry_without_a_description_has_an_empty_one(raw: Any) -> None:
    assert description_of(raw) == ""


def test_raw_text_is_ascii_only() -> None:
    assert raw_text({"k": HOSTILE}).isascii()
    assert "\x00" not in raw_text({"k": HOSTILE})


async def test_what_is_looked_up_is_flat_and_in_limits(database: Database) -> None:
    await keep(database, row(START, name="n" * 600, data={**DEEP, "long": "v" * 3_000}))
    event = await only(database)
    assert event.name == "n" * 511 + "…"
    assert event.data["a.b.c.d"] == '{"e":{"f":[{"g":"bottom"}]}}'
    assert event.data["long"] == "v" * 1_999 + "…"


async def test_what_is_kept_already_is_not_answered_again(database: Database) -> None:
    first, second = row(START, name="acme/api"), row(START, name="acme/web")
    assert [each.entry.name for each in await keep(database, first)] == ["acme/api"]
    assert [each.entry.name for each in await keep(database, first, second)] == ["acme/web"]
    assert await keep(database, first, second) == []


async def test_new_entries_are_answered_in_their_order_with_the_numbers_of_their_rows(database: Database) -> None:
    rows = [row(START, name=f"acme/r{each}", seconds=each) for each in range(250)]
    kept = await keep(database, *rows)
    assert [each.entry.name for each in kept] == [f"acme/r{each}" for each in range(250)]
    assert {each.id: each.entry.name for each in kept} == {each.id: each.name for each in await stored(database)}


async def test_identical_entries_are_kept_apart_and_so_are_organizations(database: Database) -> None:
    same = row(START)
    assert [each.key[1] for each in await keep(database, same, same)] == [0, 1]
    assert len(await keep(database, same, organization="other")) == 1
    assert len(await stored(database)) == 3


async def test_what_is_missing_is_what_was_never_kept(database: Database) -> None:
    same = row(START)
    await keep(database, same, row(START, name="acme/web"))
    await keep(database, row(START, name="acme/elsewhere"), organization="other")
    asked = numbered(same, same, row(START, name="acme/web"), row(START, name="acme/elsewhere"))
    missing = await Archive(database).missing(ORGANIZATION, asked)
    assert [(each.entry.name, each.ordinal) for each in missing] == [("acme/api", 1), ("acme/elsewhere", 0)]


async def test_a_poll_keeps_what_it_reads_whole(
    make_poller: MakePoller, far: FarSide, clock: Clock, database: Database
) -> None:
    poller = make_poller()
    await poller.poll()
    clock.advance(60)
    far.happen("repo.delete", data=DEEP, action_description="x" * 10_000)
    assert await poller.poll() == 1
    event = await only(database)
    assert event.raw is not None
    sent = json.loads(event.raw)
    assert (sent["data"], sent["action_description"], event.description) == (DEEP, "x" * 10_000, "x" * 10_000)
