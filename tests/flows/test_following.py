"""Following a request without its card: by its number, in direct messages, and by reminders."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.governance.preferences import Preferences
from bot.governance.requests.reminding import settle_wants
from sandbox.slack import Person, words_of
from tests.flows.conftest import OpenHouse
from tests.flows.house import APPROVALS, House
from tests.flows.steps import agree, ask, refusal, write_policy

TEAM = "/hub team member add platform annberg"
TWO_AGREE = (
    '{name: two agree, operations: ["*"], approvals: 2, approvers: {users: [U0OMAR, U0LENA, U0MIRA]}, expires: 8h}'
)
# A Tuesday far ahead, at ten in Zurich.
TEN = datetime(2027, 3, 2, 9, tzinfo=UTC)


async def wants(house: House, person: Person, *what: str) -> None:
    """The person has settled what they want to be told."""
    await settle_wants(house.bot.context, person.id, Preferences(frozenset(what)))


def at_ten(house: House) -> None:
    """It is ten o'clock on a working day."""
    house.clock.advance((TEN - house.clock.datetime()).total_seconds())


async def test_a_request_is_looked_at_and_decided_by_its_number(house: House) -> None:
    await ask(house, TEAM)
    seen = await house.omar.command("/hub request 1")
    assert seen.ok
    shown = await house.omar.wait_for_ephemeral("Waiting for approval")
    assert "for the release" in words_of(shown)
    assert "There is no request 1 that you may see." in await refusal(
        house.person("U0SAM"), "/hub approve 1", "request 1"
    )
    assert "somebody else has to approve it" in await refusal(house.ann, "/hub approve 1", "request 1")
    assert "is approved" in await refusal(house.omar, "/hub approve 1", "is approved")
    await house.card(1, "Done")
    assert "Too late" in await refusal(house.omar, '/hub deny 1 "no"', "Too late")


async def test_a_denial_and_a_cancellation_by_number(house: House) -> None:
    await ask(house, TEAM)
    assert "was denied" in await refusal(house.lena, '/hub deny 1 "not this week"', "was denied")
    await house.card(1, "not this week")
    await ask(house, TEAM, number=2)
    assert "was cancelled" in await refusal(house.ann, "/hub cancel 2", "was cancelled")
    await house.card(2, "Cancelled")


async def test_the_buttons_below_a_request_that_was_looked_at_do_what_the_cards_do(house: House) -> None:
    await ask(house, TEAM)
    assert (await house.omar.command("/hub request 1")).ok
    shown = await house.omar.wait_for_ephemeral("Waiting for approval")
    assert (await house.omar.click(shown, "approve")).ok
    await house.card(1, "Done")
    await house.omar.wait_for_ephemeral(lambda message: "Approved" in words_of(message))


async def test_who_wants_that_is_asked_directly_and_decides_there(house: House) -> None:
    await wants(house, house.omar, "ask")
    await ask(house, TEAM)
    asked = await house.told(house.omar, "You can decide it", "annberg")
    assert (await house.omar.click(asked, "approve")).ok
    await house.card(1, "Done")
    over = await house.told(house.omar, "Done")
    assert over.ts == asked.ts
    assert "You can decide it" not in words_of(over)
    assert len(house.lena.messages(house.lena.direct_channel)) == 0


async def test_only_who_can_still_act_is_reminded_twice_and_no_more(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house(policy=write_policy(tmp_path, TWO_AGREE), before=at_ten)
    await wants(house, house.lena, "results")
    card = await ask(house, TEAM)
    await agree(house, card)
    mira = house.person("U0MIRA")
    house.clock.advance(timedelta(hours=4, minutes=1).total_seconds())
    half = await house.told(mira, "Half of its time is over")
    house.clock.advance(timedelta(hours=3, minutes=15).total_seconds())
    await house.told(mira, "its time is nearly over")
    assert (await mira.click(half, "approve")).ok
    await house.card(1, "Done")
    await house.told(mira, "Done")
    assert house.lena.messages(house.lena.direct_channel) == []
    assert "still waits" not in str([words_of(each) for each in house.omar.messages(house.omar.direct_channel)])
    assert len(mira.messages(mira.direct_channel)) == 2
    stands = [each for each in house.omar.messages(APPROVALS) if each.body.get("thread_ts", each.ts) == each.ts]
    assert len(stands) == 1, "and the channel stayed quiet"


async def test_results_are_told_to_whom_they_are_wanted_by(house: House) -> None:
    await wants(house, house.ann)
    await agree(house, await ask(house, TEAM))
    await house.card(1, "Done")
    await agree(house, await ask(house, TEAM.replace("annberg", "samok"), number=2, person=house.person("U0SAM")))
    await house.told(house.person("U0SAM"), "Your request is done")
    assert "Your request is done" not in str([words_of(each) for each in house.ann.messages(house.ann.direct_channel)])
