"""What Slack was told that we got is never lost: killed at any moment, the bot answers each word once, or tells."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.db import inbox
from sandbox.slack import Message, Person, words_of
from sandbox.slack.interactions.seen import Seen
from tests.flows.house import APPROVALS, GENERAL, House
from tests.flows.races_process import ProcessHouse, running
from tests.flows.races_records import Records, looked_for, opened

MOMENTS = 20
LONGEST = 0.25
RESTARTED = "Hubwarden was restarted"


@pytest.fixture
async def killable(database_url: str, tmp_path: Path) -> AsyncIterator[ProcessHouse]:
    """A bot to be killed, on either database."""
    async with running(database_url, tmp_path / "bot.log") as house:
        yield house


@dataclass(frozen=True, slots=True)
class Round:
    """What four people did at once, and whether Slack was told that it was got."""

    number: int
    newcomer: str
    write: Seen
    read: Seen
    form: Seen
    press: Seen


async def act(house: ProcessHouse, number: int, newcomer: str) -> Round:
    """One asks for a change, one reads, one wants a form, and one agrees to request `number`."""
    card = await house.card(number, "Waiting for approval")
    sam, mira = house.person("U0SAM"), house.person("U0MIRA")
    done = await asyncio.gather(
        house.ann.command(f"/hub team create {newcomer} --reason x"),
        sam.command("/hub team list"),
        mira.command("/hub team member add platform"),
        house.omar.click(card, "approve"),
    )
    return Round(number, newcomer, *done)


async def settled(house: ProcessHouse) -> Records:
    """The records once nothing that arrived is left."""
    async with opened(house.database_url) as database:

        async def look() -> bool | None:
            async with database.begin() as session:
                return (await inbox.depth(session))[0] == 0 or None

        await looked_for(look, seconds=30)
    return await house.quiet()


def heard(person: Person) -> Sequence[Message]:
    """All that the person alone was told."""
    return [*person.ephemerals(), *person.messages(person.direct_channel)]


def said(messages: Sequence[Message], *words: str) -> int:
    """How many of them say all of the words."""
    return sum(all(word in words_of(one) for word in words) for one in messages)


async def check(house: ProcessHouse, done: Round, before: dict[str, int]) -> None:
    """Each that was acknowledged is answered once or told, recorded once, and counted once."""
    records = await settled(house)
    asked = [one for one in records.requests.values() if one.params["team"] == done.newcomer]
    assert len(asked) == 1 if done.write.ok else len(asked) <= 1
    if asked:
        mine = f'"Request {asked[0].id}"'
        answers = said(heard(house.ann), mine) - said(heard(house.ann), mine, RESTARTED)
        assert answers <= 1, "answered twice"
        assert said(heard(house.ann), mine) >= done.write.ok
    new = {name: len(heard(house.person(name))) - before[name] for name in ("U0SAM", "U0MIRA")}
    assert 1 <= new["U0SAM"] <= 2 if done.read.ok else new["U0SAM"] <= 1
    if done.form.ok:
        mira = house.person("U0MIRA")
        assert mira.view is not None or said(heard(mira), RESTARTED, "the form") or new["U0MIRA"]
    votes = records.votes[done.number]
    assert votes == ["U0OMAR"] if done.press.ok else votes in ([], ["U0OMAR"])


async def prepare(house: ProcessHouse, team: str) -> int:
    """A request that waits for one approval; answers its number, which need not be the next: PostgreSQL leaves gaps."""
    assert (await house.ann.command(f"/hub team create {team} --reason x")).ok
    card = await house.omar.wait_for_message(APPROVALS, lambda message: team in words_of(message))
    return int(words_of(card).partition("Request ")[2].partition(" ")[0])


async def test_killed_at_any_moment_each_command_is_answered_once_or_told_and_each_press_counts_once(
    killable: ProcessHouse, pytestconfig: pytest.Config
) -> None:
    house, dice = killable, random.Random(7)  # noqa: S311  any moments will do, and the same in each run
    for each in range(pytestconfig.getoption("--kill-rounds")):
        number = await prepare(house, f"before-{each}")
        await settled(house)
        before = {name: len(heard(house.person(name))) for name in ("U0SAM", "U0MIRA")}
        acting = asyncio.create_task(act(house, number, f"killed-{each}"))
        await asyncio.sleep(LONGEST * dice.randrange(MOMENTS) / MOMENTS)
        await house.kill()
        done = await acting
        await house.start_bot()
        await check(house, done, before)
        if (view := house.person("U0MIRA").view) is not None:
            await house.person("U0MIRA").close(view)


async def test_one_persons_seventy_slow_reads_hold_up_nobodys_approval(house: House) -> None:
    await house.ann.command("/hub team member add platform samok --reason x")
    card = await house.card(1, "Waiting for approval")
    slow = house.hub.hold("GET", "/v2/orgs/acme/groups", times=None)
    await asyncio.gather(*(house.person("U0SAM").command("/hub team list") for _ in range(70)))
    assert (await house.omar.click(card, "approve")).ok
    await house.card(1, "Done")
    assert house.person("U0SAM").ephemerals(GENERAL) == [], "not one of the reads has been answered"
    slow.release()
