"""What happens afterwards and besides: alerts, a token, somebody who leaves."""

from playwright.async_api import expect

from tests.flows.house import ALERTS, APPROVALS, GENERAL
from tests.flows.steps import agree
from tests.flows.test_alerts import read_once_more
from tests.journeys.desk import Desk


async def test_an_alert_is_looked_after_and_taken_back(desk: Desk) -> None:
    house = desk.house
    await read_once_more(house)
    house.clock.advance(5)
    await house.hub.act_outside("make_owner", username="annberg")
    house.clock.advance(5)
    await desk.be("U0LENA", ALERTS)
    alert = await desk.sees("Somebody became an owner", "What to do")
    await desk.look("11-alert")
    await desk.press(alert, "alert_acknowledge")
    await desk.sees("looks after it")
    await desk.press(alert, "propose")
    await expect(desk.field("username")).to_have_value("annberg")
    await desk.look("11-alert-revert")
    await desk.send()
    await expect(desk.modal).to_contain_text("approval")
    await desk.leave()
    await house.card(1, "Make annberg a member")


async def test_a_token_is_shown_once_to_who_asked(desk: Desk) -> None:
    ann = desk.house.ann
    await desk.be(ann.id, ann.direct_channel)
    await desk.say('/hub pat create scanner repo:read --reason "scans at night"')
    await agree(desk.house, await desk.house.card(1, "Waiting for approval"))
    await desk.sees("dckr_pat_")
    await desk.look("12-token")
    await desk.page.reload()
    await desk.sees("scanner")
    await expect(desk.message("dckr_pat_")).to_have_count(0)


async def test_somebody_leaves(desk: Desk) -> None:
    await desk.be("U0ANN", GENERAL)
    await desk.say('/hub offboard chiaraweber --reason "leaves on Friday"')
    await desk.sees("Offboard chiaraweber")
    card = await desk.house.card(1, "Waiting for approval")
    for person in (desk.house.omar, desk.house.lena):
        assert (await person.click(card, "approve")).ok
    await desk.house.card(1, "Done", timeout=20)
    await desk.be("U0OMAR", APPROVALS)
    await desk.sees("Offboard chiaraweber", "Done")
    await desk.look("13-offboarded")
    assert "chiaraweber" not in desk.house.hub.state.organization.members
