"""The app's home, from opening it on: what waits is decided there, and it is right after every change."""

from functools import partial
from pathlib import Path

from bot.db import messages, preferences
from sandbox.slack import View, words_of
from tests.db.rows import message_of
from tests.flows.conftest import OpenHouse
from tests.flows.house import House
from tests.flows.races_records import looked_for, opened
from tests.flows.steps import agree, ask, write_policy

TEAM = "/hub team member add platform annberg"


async def test_what_waits_is_approved_on_home_and_gone_from_there(house: House) -> None:
    await ask(house, TEAM)
    house.omar.open_home()
    home = await house.omar.wait_for_home("Waiting for you (1)")
    assert "annberg" in words_of(home)
    assert (await house.omar.click(home, "approve")).ok
    await house.card(1, "Done")
    await house.omar.wait_for_home("Nothing waits for you.")


async def test_what_waits_is_denied_on_home_with_a_reason(house: House) -> None:
    await ask(house, TEAM)
    house.omar.open_home()
    home = await house.omar.wait_for_home("Waiting for you (1)")
    assert (await house.omar.click(home, "deny")).ok
    form = await house.omar.wait_for_view("Nothing will be changed")
    assert (await house.omar.submit(form, {"reason": "not this week"})).ok
    await house.card(1, "not this week")
    await house.omar.wait_for_home("Nothing waits for you.")


async def test_a_home_that_is_open_follows_what_others_do(house: House) -> None:
    house.ann.open_home()
    await house.ann.wait_for_home("You have asked for nothing lately.")
    house.lena.open_home()
    await house.lena.wait_for_home("Nothing waits for you.")
    card = await ask(house, TEAM)
    await house.ann.wait_for_home(lambda view: "Waiting for approval" in words_of(view))
    await house.lena.wait_for_home("Waiting for you (1)")
    await agree(house, card)
    await house.ann.wait_for_home(lambda view: "Done" in words_of(view))
    await house.lena.wait_for_home("Nothing waits for you.")


async def test_ones_own_request_is_cancelled_on_home(house: House) -> None:
    await ask(house, TEAM)
    house.ann.open_home()
    home = await house.ann.wait_for_home(lambda view: "Waiting for approval" in words_of(view))
    assert (await house.ann.click(home, "cancel")).ok
    await house.card(1, "Cancelled")
    await house.ann.wait_for_home(lambda view: "Cancelled" in words_of(view))


async def test_a_press_that_comes_too_late_says_so_in_front_of_home(house: House) -> None:
    card = await ask(house, TEAM)
    house.omar.open_home()
    home = await house.omar.wait_for_home("Waiting for you (1)")
    away = house.slack.faults.add("views.publish", status=503, times=1000)
    await agree(house, card, house.lena)
    await house.card(1, "Done")
    assert (await house.omar.click(home, "approve")).ok
    assert "Too late" in words_of(await house.omar.wait_for_view("Nothing was done"))
    away.times = 0
    await house.omar.wait_for_home("Nothing waits for you.", timeout=15)


async def test_somebody_without_any_right_hears_how_to_get_one(open_house: OpenHouse, tmp_path: Path) -> None:
    rule = '{name: leads alone, operations: ["*"], approvals: 0, requesters: {users: [U0LENA]}}'
    house = await open_house(policy=write_policy(tmp_path, rule, head="administrators: {users: [U0MIRA]}"))
    house.ann.open_home()
    said = words_of(await house.ann.wait_for_home("No rule of the policy lets you"))
    assert "U0MIRA" in said
    assert "Latest alerts" not in said
    house.lena.open_home()
    assert "Latest alerts" in words_of(await house.lena.wait_for_home("kinds of change"))


async def test_a_quick_action_opens_its_form(house: House) -> None:
    house.ann.open_home()
    home = await house.ann.wait_for_home("What you can do here")
    assert (await house.ann.click(home, "quick_0")).ok
    assert "Invite people" in words_of(await house.ann.wait_for_view("Invite people"))


async def test_what_changes_nothing_on_a_home_asks_slack_for_nothing(house: House) -> None:
    house.ann.open_home()
    await house.ann.wait_for_home("You have asked for nothing lately.")
    for _ in range(4):
        house.ann.open_home()
    await ask(house, TEAM, person=house.person("U0SAM"))
    await looked_for(partial(is_delivered, house, "home:U0ANN", 5))
    assert len(house.slack.calls_of("views.publish")) == 1


async def is_delivered(house: House, key: str, version: int) -> bool | None:
    """True as soon as so many versions of the message were asked for, and the last of them was delivered."""
    async with opened(house.database_url) as database, database.begin() as session:
        message = await message_of(session, key)
    is_it = message is not None and message.wanted >= version and message.state == messages.SENT
    return True if is_it else None


async def test_settings_are_kept_and_shown_again(house: House) -> None:
    house.omar.open_home()
    home = await house.omar.wait_for_home("What you can do here")
    form = await settings(house, home)
    assert form.values["wants"]
    wrong = await house.omar.submit(form, {"wants": ["ask"], "quiet_from": "22:00"})
    assert "fill in both" in str(wrong.errors)
    assert (await house.omar.submit(form, {"wants": ["ask"], "quiet_from": "22:00", "quiet_until": "07:00"})).ok
    kept = await house.omar.wait_for_view("This is kept")
    await house.omar.close(kept)
    await looked_for(partial(has_settled, house, "U0OMAR"))
    again = await settings(house, home)
    assert "22:00" in str(again.body)
    assert again.body["blocks"][1]["element"]["initial_options"][0]["value"] == "ask"


async def has_settled(house: House, user: str) -> bool | None:
    """True as soon as what the person settled is kept."""
    async with opened(house.database_url) as database, database.begin() as session:
        return True if await preferences.get(session, user) else None


async def settings(house: House, home: View) -> View:
    """Omar's form of what he wants to be told."""
    assert (await house.omar.click(home, "settings")).ok
    return await house.omar.wait_for_view("Tell me directly")
