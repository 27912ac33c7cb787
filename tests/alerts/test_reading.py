from datetime import timedelta

from bot.alerts.reading import HISTORY, AuditLog, digest_of, fewest, is_shifted, number
from bot.hub.client import Hub

from .far_side import ORGANIZATION, START, Clock, FarSide, row


def test_a_page_that_begins_with_a_row_of_an_earlier_one_may_have_shifted() -> None:
    assert is_shifted(["a", "b", "b", "c"], size=2)
    assert is_shifted(["a", "b", "c", "d", "a"], size=2)


def test_a_page_that_repeats_nothing_has_not_shifted() -> None:
    assert not is_shifted(["a", "a", "b", "b"], size=2)
    assert not is_shifted([], size=2)


def test_of_several_readings_the_lowest_count_is_right() -> None:
    a, b, c = (digest_of(text) for text in "abc")
    assert fewest([["a", "b", "b"], ["a", "a", "b", "b"], ["a", "b", "b", "c"]]) == {a: 1, b: 2, c: 1}


def test_identical_entries_are_numbered_from_the_oldest() -> None:
    rows = [row(START, name="acme/web"), row(START), row(START)]
    numbered = number(rows, fewest([rows]), ORGANIZATION, otherwise=START)
    assert [each.raw for each in numbered] == [rows[2], rows[1], rows[0]]
    assert [(each.entry.name, each.ordinal) for each in numbered] == [("acme/api", 0), ("acme/api", 1), ("acme/web", 0)]


def test_the_order_of_keys_does_not_matter() -> None:
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})


async def test_every_page_is_asked_with_the_same_ends_of_the_window(far: FarSide, hub: Hub, clock: Clock) -> None:
    for number_ in range(250):
        far.happen(name=f"acme/r{number_}")
    far.before_page = lambda _: clock.advance(7)
    entries = await AuditLog(hub).window(ORGANIZATION, since=START - timedelta(minutes=5), until=START)
    assert len(entries) == 250
    windows = {(query["from"], query["to"], query["page_size"]) for query in far.queries}
    assert windows == {("2026-11-23T11:55:00Z", "2026-11-23T12:00:00Z", "100")}
    assert [query.get("page", "1") for query in far.queries] == ["1", "2", "3"]


async def test_an_entry_that_comes_in_while_paging_makes_no_other_one_two(far: FarSide, hub: Hub) -> None:
    for number_ in range(150):
        far.happen(name=f"acme/r{number_}", seconds_ago=60)

    def arrive_late(page: int) -> None:
        if page == 2:
            far.happen(name=f"acme/late{len(far.rows)}", seconds_ago=1)

    far.before_page = arrive_late
    entries = await AuditLog(hub).window(ORGANIZATION, since=START - timedelta(minutes=5), until=START)
    assert len({each.digest for each in entries}) == len(entries) >= 150
    assert {each.ordinal for each in entries} == {0}


async def test_identical_entries_on_both_sides_of_a_page_stay_two(far: FarSide, hub: Hub) -> None:
    for number_ in range(198):
        far.happen(name=f"acme/r{number_}", seconds_ago=60 - (30 if number_ < 99 else 0))
    far.happen(name="acme/twice", seconds_ago=45)
    far.happen(name="acme/twice", seconds_ago=45)
    entries = await AuditLog(hub).window(ORGANIZATION, since=START - timedelta(minutes=5), until=START)
    assert len(entries) == 200
    assert [each.ordinal for each in entries if each.entry.name == "acme/twice"] == [0, 1]


async def test_entries_are_oldest_first_whatever_page_they_came_on(far: FarSide, hub: Hub) -> None:
    for number_ in range(120):
        far.happen(name=f"acme/r{number_}", seconds_ago=number_)
    entries = await AuditLog(hub).window(ORGANIZATION, since=START - timedelta(minutes=5), until=START)
    assert [each.entry.name for each in entries] == [f"acme/r{number_}" for number_ in reversed(range(120))]


async def test_what_is_older_than_the_window_is_left_out_even_if_docker_sends_it(far: FarSide, hub: Hub) -> None:
    far.odd = [{**row(START), "timestamp": f"2026-11-23T11:{at}Z"} for at in ("59:00.5", "58:59.9", "00:00")]
    entries = await AuditLog(hub).window(ORGANIZATION, since=START - timedelta(minutes=1), until=START)
    assert [each.entry.at.microsecond for each in entries] == [500_000]


async def test_a_long_history_is_read_to_a_thousand_pushes(far: FarSide, hub: Hub) -> None:
    for number_ in range(HISTORY + 50):
        far.happen(data={"tag": f"v1.0.{number_}"}, seconds_ago=number_)
    far.happen(action="repo.tag.delete")
    far.happen(name="acme/web")
    pushes = await AuditLog(hub).history(ORGANIZATION, action="repo.tag.push", name="acme/api", until=START)
    assert len(pushes) == HISTORY
    assert pushes[0].data["tag"] == "v1.0.0"


async def test_a_filter_that_docker_hub_ignores_makes_nothing_a_push_of_this_repository(far: FarSide, hub: Hub) -> None:
    far.odd = [row(START, "repo.tag.delete"), row(START, name="acme/web"), row(START)]
    pushes = await AuditLog(hub).history(ORGANIZATION, action="repo.tag.push", name="acme/api", until=START)
    assert [(each.action, each.name) for each in pushes] == [("repo.tag.push", "acme/api")]
