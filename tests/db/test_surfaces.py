"""Queries on preferences, homes, proposals, acknowledgements, groups of alerts and traits."""

import asyncio
from datetime import timedelta

from bot.db import acknowledgements, alert_groups, homes, preferences, proposals, traits
from bot.db.batches import until_none_is_left
from bot.db.session import Database
from bot.db.surfaces import Proposal
from tests.db.rows import NOW

HOUR = timedelta(hours=1)


async def test_preferences_are_kept_one_a_person_and_the_last_ones_count(database: Database) -> None:
    async with database.begin() as session:
        assert await preferences.get(session, "U1") is None
        await preferences.put(session, "U1", wants={"ask"}, quiet_from=None, quiet_until=None, now=NOW)
        await preferences.put(
            session, "U1", wants={"results", "ask"}, quiet_from="22:00", quiet_until="07:00", now=NOW + HOUR
        )
    async with database.begin() as session:
        row = await preferences.get(session, "U1")
        each = await preferences.get_each(session, ["U1", "U2"])
    assert row is not None
    assert (row.wants, row.quiet_from, row.quiet_until, row.changed_at) == (
        ["ask", "results"],
        "22:00",
        "07:00",
        NOW + HOUR,
    )
    assert set(each) == {"U1"}


async def test_homes_that_were_opened_lately_come_last_opened_first(database: Database) -> None:
    async with database.begin() as session:
        for number, person in enumerate(("U1", "U2", "U3")):
            await homes.opened(session, person, NOW + number * HOUR)
        await homes.shown(session, "U1", "d" * 64)
        await homes.opened(session, "U1", NOW + 3 * HOUR)
        assert await homes.since(session, NOW + 2 * HOUR, limit=10) == ["U1", "U3"]
        assert await homes.since(session, NOW, limit=1) == ["U1"]
        assert await homes.digest_of(session, "U1") == "d" * 64, "opening it changes nothing of what it shows"
        assert await homes.digest_of(session, "U2") is None
        assert await homes.digest_of(session, "U9") is None


async def test_what_a_home_shows_is_forgotten_where_that_is_not_known_any_more(database: Database) -> None:
    async with database.begin() as session:
        await homes.opened(session, "U1", NOW)
        await homes.shown(session, "U1", "d" * 64)
        await homes.shown(session, "U1", None)
        assert await homes.digest_of(session, "U1") is None


async def test_old_proposals_are_swept_and_the_others_stay(database: Database) -> None:
    def proposal(token: str, hours: int) -> Proposal:
        return Proposal(
            token=token,
            maker="U1",
            operation="invite.send",
            params={"invitees": "a@x.example"},
            reason="",
            created_at=NOW + hours * HOUR,
        )

    async with database.begin() as session:
        for number in range(120):
            proposals.add(session, proposal(f"old{number}", 0))
        proposals.add(session, proposal("new", 1))
    assert await until_none_is_left(database.begin, lambda session: proposals.sweep_some(session, NOW)) == 120
    async with database.begin() as session:
        assert await proposals.get(session, "old1") is None
        kept = await proposals.get(session, "new")
    assert kept is not None
    assert (kept.params, kept.maker) == ({"invitees": "a@x.example"}, "U1")


async def test_of_two_who_acknowledge_together_one_does(database: Database) -> None:
    async def acknowledge(person: str) -> bool:
        async with database.begin() as session:
            return await acknowledgements.add(session, "alert:1:r", person, NOW)

    assert sorted(await asyncio.gather(acknowledge("U1"), acknowledge("U2"))) == [False, True]
    async with database.begin() as session:
        first = await acknowledgements.get(session, "alert:1:r")
        assert first is not None
        assert not await acknowledgements.add(session, "alert:1:r", first.person, NOW + HOUR)
        assert (await acknowledgements.get(session, "alert:2:r")) is None
    assert first.at == NOW


async def test_a_group_stands_in_place_of_the_one_before(database: Database) -> None:
    def row(rule: str, key: str, count: int) -> dict[str, object]:
        return {"rule": rule, "message_key": key, "began_at": NOW, "last_at": NOW, "count": count}

    async with database.begin() as session:
        await alert_groups.keep_each(session, [])
        await alert_groups.keep_each(session, [{"organization": "acme", **row("r", "alert:1:r", 1)}])
        await alert_groups.keep_each(session, [{"organization": "beta", **row("r", "alert:2:r", 1)}])
        both = [{"organization": "acme", **row("r", "alert:9:r", 3)}, {"organization": "acme", **row("q", "x", 2)}]
        await alert_groups.keep_each(session, both)
    async with database.begin() as session:
        found = await alert_groups.of_organization(session, "acme")
    assert [(group.rule, group.message_key, group.count) for group in found] == [("q", "x", 2), ("r", "alert:9:r", 3)]


async def test_traits_are_the_workspaces_own(database: Database) -> None:
    async with database.begin() as session:
        await traits.note(session, "blocks:table", "before it was known", NOW)
    database.belong_to("T0ACME")
    async with database.begin() as session:
        assert await traits.get(session, "blocks:table") is None
        await traits.note(session, "blocks:table", "refused", NOW)
        await traits.note(session, "blocks:table", "refused twice", NOW + HOUR)
        await traits.note(session, "blocks_x", "another", NOW)
    async with database.begin() as session:
        found = await traits.beginning(session, "blocks:")
        assert {name: (trait.value, trait.noted_at) for name, trait in found.items()} == {
            "blocks:table": ("refused twice", NOW + HOUR)
        }
        assert set(await traits.beginning(session, "blocks_")) == {"blocks_x"}, "an underscore stands for itself"
        await traits.forget(session, "blocks:table")
        assert await traits.get(session, "blocks:table") is None


async def test_of_two_who_note_a_trait_first_one_does(database: Database) -> None:
    async def greet() -> bool:
        async with database.begin() as session:
            return await traits.note_first(session, "greeted", "yes", NOW)

    assert sorted(await asyncio.gather(greet(), greet())) == [False, True]


async def test_what_is_known_of_a_workspace_is_found_by_who_only_reads(database: Database) -> None:
    database.belong_to("T0ACME")
    async with database.begin() as session:
        await traits.note(session, "event:app_mention", "", NOW)
    async with database.reading() as session:
        assert list(await traits.beginning(session, "event:")) == ["event:app_mention"]
