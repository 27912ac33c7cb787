"""Queries on addresses and ties: who is the same human, and who was first."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.db import humans
from bot.db.session import Database

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def test_sharing_an_address_is_passed_on_however_far(database: Database) -> None:
    chain = [pair for n in range(30) for pair in ((f"U{n}", f"{n}@x.example"), (f"U{n + 1}", f"{n}@x.example"))]
    async with database.begin() as session:
        await humans.add_addresses(session, [*chain, ("U999", "else@x.example")], NOW)
        assert await humans.same_human(session, ["U15"]) == {f"U{n}" for n in range(31)}
        assert await humans.same_human(session, ["U999", "U888"]) == {"U999", "U888"}
        assert await humans.same_human(session, []) == frozenset()


async def test_whoever_had_an_address_first_stands_first(database: Database) -> None:
    async with database.begin() as session:
        await humans.add_addresses(session, [("U2", "a@x.example")], NOW)
        await humans.add_addresses(session, [("U1", "a@x.example"), ("U2", "a@x.example")], NOW + timedelta(hours=1))
        assert await humans.holders(session, "a@x.example") == ["U2", "U1"]
        assert await humans.holders(session, "b@x.example") == []


async def test_thousands_of_addresses_are_kept_at_once(database: Database) -> None:
    seen = [(f"U{n}", f"{n}@x.example") for n in range(1500)]
    async with database.begin() as session:
        await humans.add_addresses(session, seen, NOW)
        await humans.add_addresses(session, seen, NOW)
        assert await humans.holders(session, "1499@x.example") == ["U1499"]


async def test_of_two_who_tie_a_docker_id_together_one_does(database: Database) -> None:
    async def tie(person: str) -> bool:
        async with database.begin() as session:
            return await humans.tie(session, "annberg", person, how="e-mail", now=NOW)

    assert sorted(await asyncio.gather(tie("U1"), tie("U2"))) == [False, True]
    async with database.begin() as session:
        tied = await humans.tied_to(session, "annberg")
        assert tied is not None
        assert await humans.ties_of(session, [tied, "U9"]) == ["annberg"]
        assert await humans.ties_of(session, ["U9"]) == []
        assert await humans.tied_to(session, "samok") is None
