"""Asking for something: the first contact, by text, by form, in direct messages."""

from playwright.async_api import expect

from tests.flows.house import APPROVALS, GENERAL
from tests.journeys.desk import Desk


async def test_first_contact(desk: Desk) -> None:
    ann = desk.house.ann
    await desk.be(ann.id, ann.direct_channel)
    await desk.say("hello")
    said = await desk.sees("Docker Hub")
    await expect(said.get_by_role("button").filter(visible=True).first).to_be_visible()
    await desk.look("01-first-contact")
    await desk.hands.press(desk.page.get_by_test_id("tab-home"))
    home = desk.page.get_by_test_id("home")
    await expect(home).to_contain_text("What you can do here")
    await desk.look("01-first-home")


async def test_a_request_by_text(desk: Desk) -> None:
    await desk.be("U0ANN", GENERAL)
    await desk.say('/hub invite send jane@example.com --team platform --reason "joins on Monday"')
    receipt = await desk.sees("Invite jane@example.com", "hub-approvals")
    await desk.look("02-text-receipt")
    # The receipt leads to the card.
    await desk.hands.press(receipt.get_by_role("link").last)
    card = await desk.house.card(1, "Waiting for approval")
    assert card.channel == APPROVALS


async def test_a_request_by_form(desk: Desk) -> None:
    await desk.be("U0ANN", GENERAL)
    await desk.say("/hub repo immutable set")
    await desk.choose("repository", "api", "api")
    await desk.fill("rules", "v.*")
    await desk.fill("reason", "releases do not change")
    await desk.look("03-form")
    await desk.send()
    await expect(desk.modal).to_contain_text("approval")
    await desk.look("03-form-answered")
    await desk.leave()
    await desk.house.card(1, "v2.0.0")


async def test_a_form_keeps_what_was_typed(desk: Desk) -> None:
    await desk.be("U0ANN", GENERAL)
    await desk.say("/hub invite")
    await desk.fill("invitees", "nobody-there")
    await desk.fill("reason", "joins on Monday")
    await desk.send()
    await expect(desk.modal).to_contain_text("nobody-there")
    await expect(desk.modal.locator("[data-block-id=reason] textarea")).to_have_value("joins on Monday")
    await desk.look("03-form-refused")


async def test_a_request_by_direct_message(desk: Desk) -> None:
    ann = desk.house.ann
    await desk.be(ann.id, ann.direct_channel)
    await desk.say("invite jane@example.com to platform because she joins on Monday")
    proposed = await desk.sees("jane@example.com", "Nothing is asked for")
    await desk.look("04-plain-words")
    await desk.hands.press(proposed.locator("button[data-action-id]").first)
    await expect(desk.modal.locator("[data-block-id=reason] textarea")).to_have_value("she joins on Monday")
    await desk.send()
    await expect(desk.modal).to_contain_text("approval")
    await desk.leave()
    await desk.house.card(1, "jane@example.com")


async def test_a_request_by_link(desk: Desk) -> None:
    await desk.be("U0ANN", GENERAL)
    await desk.say("https://hub.docker.com/r/acme/web needs a lock")
    unfolded = await desk.sees("acme/web", "immutable tags off")
    await desk.look("04-link")
    await desk.hands.press(unfolded.get_by_role("button", name="Ask for immutable tags"))
    await expect(desk.field("repository")).to_have_value("web")
    await desk.fill("rules", "v.*")
    await desk.fill("reason", "releases do not change")
    await desk.send()
    await expect(desk.modal).to_contain_text("approval")
    await desk.leave()
    await desk.house.card(1, "acme/web")


async def test_a_request_about_a_message(desk: Desk) -> None:
    desk.house.omar.say("jane@example.com joins us on Monday", channel=GENERAL)
    await desk.be("U0ANN", GENERAL)
    said = await desk.sees("jane@example.com joins")
    await desk.hands.press(said.get_by_test_id("message-menu"))
    await desk.hands.choose_item(desk.page.get_by_test_id("message-shortcut"))
    offered = desk.page.get_by_role("button", name="jane@example.com").last
    await expect(offered).to_be_visible()
    await desk.look("04-about-a-message")
    await desk.hands.press(offered)
    await expect(desk.field("invitees")).to_have_value("jane@example.com")
