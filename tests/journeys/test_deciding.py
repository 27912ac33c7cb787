"""Deciding: on a card, on Home, with a no and a second attempt, in part, and when time runs out."""

from playwright.async_api import expect

from sandbox.hub.wire.faults import Respond
from tests.flows.house import APPROVALS, GENERAL
from tests.flows.steps import agree, ask
from tests.journeys.desk import Desk

TEAM = "/hub team member add platform samok"


async def test_approving_a_card(desk: Desk) -> None:
    await ask(desk.house, TEAM)
    await desk.be("U0OMAR", APPROVALS)
    card = await desk.sees("Waiting for approval", "samok")
    await desk.look("05-card")
    await desk.confirmed(card, "approve")
    await desk.sees("Done", "samok")
    await expect(desk.page.locator("[data-action-id=approve]")).to_have_count(0)
    await desk.look("05-card-done")
    assert "samok" in desk.house.hub.state.organization.teams["platform"].members


async def test_what_is_final_is_said_before_it_is_approved(desk: Desk) -> None:
    await ask(desk.house, "/hub repo delete web")
    await desk.be("U0OMAR", APPROVALS)
    card = await desk.sees("Delete repository acme/web", "does not come back")
    await desk.look("05-risk")
    await desk.press(card, "approve")
    confirm = desk.page.get_by_test_id("confirm")
    await expect(confirm).to_contain_text("does not come back")
    await desk.look("05-risk-confirm")
    await desk.hands.press(desk.page.get_by_test_id("confirm-yes"))
    await desk.sees("1 of 2")


async def test_approving_on_home(desk: Desk) -> None:
    await ask(desk.house, TEAM)
    await desk.at_home("U0OMAR")
    home = desk.page.get_by_test_id("home")
    await expect(home).to_contain_text("Waiting for you (1)")
    await desk.look("06-home")
    await desk.confirmed(home, "approve")
    await desk.house.card(1, "Done")
    await expect(home).to_contain_text("Nothing waits for you.")
    await desk.look("06-home-done")


async def test_a_denial_and_a_second_attempt(desk: Desk) -> None:
    await ask(desk.house, TEAM)
    await desk.be("U0OMAR", APPROVALS)
    await desk.press(await desk.sees("Waiting for approval"), "deny")
    await desk.fill("reason", "Sam moves to data next week")
    await desk.look("07-deny")
    await desk.send()
    await desk.sees("Denied", "Sam moves to data next week")
    ann = desk.house.ann
    await desk.be(ann.id, ann.direct_channel)
    told = await desk.sees("Sam moves to data next week")
    await desk.look("07-denied")
    await desk.press(told, "propose")
    await desk.fill("reason", "until then he helps platform")
    await desk.send()
    await expect(desk.modal).to_contain_text("approval")
    await desk.leave()
    await desk.house.card(2, "until then he helps platform")


async def test_a_failure_in_part_and_the_rest_again(desk: Desk) -> None:
    house = desk.house
    card = await ask(house, "/hub invite send jane@example.com bob@example.com")
    # What would change is looked up once more before it is done; then one after another.
    rows = [{"invitee": "bob@example.com", "status": "invalid_email_or_docker_id"}]
    house.hub.faults.add("POST", "/v2/invites/bulk", Respond(202, {"invitees": {"invitees": rows}}), skip=2)
    await agree(house, card)
    ann = house.ann
    await desk.be(ann.id, ann.direct_channel)
    told = await desk.sees("done in part", "1 invited", "1 failed")
    await desk.look("08-in-part")
    await desk.press(told, "propose")
    await expect(desk.field("invitees")).to_have_value("bob@example.com")
    await desk.look("08-retry")


async def test_a_request_whose_time_runs_out(desk: Desk) -> None:
    house = desk.house
    await ask(house, TEAM)
    await desk.be("U0OMAR", APPROVALS)
    await desk.sees("Waiting for approval")
    house.clock.advance(25 * 3600)
    await house.card(1, "Expired")
    await desk.sees("Expired")
    await desk.look("09-expired")
    ann = house.ann
    await desk.be(ann.id, ann.direct_channel)
    told = await desk.sees("no denial")
    await desk.look("09-expired-told")
    await desk.press(told, "propose")
    await expect(desk.field("username")).to_have_value("samok")


async def test_a_request_is_followed_by_its_number(desk: Desk) -> None:
    await ask(desk.house, TEAM)
    await desk.be("U0LENA", GENERAL)
    await desk.say("/hub request 1")
    shown = await desk.sees("samok", "Waiting for approval")
    await desk.look("10-looked-at")
    await desk.confirmed(shown, "approve")
    await desk.house.card(1, "Done")
