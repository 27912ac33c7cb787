"""The sandbox's page in Chromium, with an app that only posts: what is drawn, heard, pressed; and axe finds nothing."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.hub import HubSandbox
from sandbox.servers import WEB
from sandbox.slack import SlackSandbox
from tests.axe import assert_accessible
from tests.sandbox.slack_support import actions, button, manifest, section

GENERAL = "C0GENERAL"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[SlackSandbox]:
    """A workspace with its page, and a Docker Hub beside."""
    hub = HubSandbox(clock=clock)
    sandbox = SlackSandbox(clock=clock, manifest=manifest(), hub=hub, web_root=WEB)
    sandbox.limits.enabled = False  # the pace is not what this is about
    await hub.start()
    await sandbox.start()
    yield sandbox
    await sandbox.stop()
    await hub.stop()


@pytest.fixture(params=[WIDE, PHONE], ids=["1440", "390"])
async def page(request: pytest.FixtureRequest, browser: Browser, slack: SlackSandbox) -> AsyncIterator[Page]:
    """Ann's page, at each width; no script may fail in it."""
    page = await browser.new_page(viewport=request.param)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.set_default_timeout(5_000)
    await page.goto(f"{slack.url}/?user=U0ANN&channel={GENERAL}")
    await expect(page.get_by_test_id("composer")).to_be_visible()
    yield page
    assert errors == []


async def post_card(client: AsyncWebClient) -> str:
    posted = await client.chat_postMessage(
        channel=GENERAL,
        text="Invite jane as *owner*. Waiting for approval :hourglass:",
        blocks=[section("*Invite jane*, drawn"), actions(button("approve", "Approve"), button("deny", "Deny"))],
    )
    return str(posted["ts"])


async def test_a_screen_reader_hears_the_text_and_can_press(page: Page, client: AsyncWebClient) -> None:
    await post_card(client)
    message = page.get_by_test_id("message").last
    await expect(message).to_contain_text("Invite jane, drawn")
    await page.get_by_test_id("aloud").click()
    await expect(page.get_by_test_id("aloud")).to_have_attribute("aria-pressed", "true")
    await expect(message).not_to_contain_text("drawn")
    await expect(message.locator(".aloud")).to_have_text("Invite jane as owner. Waiting for approval hourglass")
    await expect(message.get_by_role("button", name="Approve")).to_be_visible()
    await assert_accessible(page)
    await page.reload()
    await expect(page.get_by_test_id("message").last.locator(".aloud")).to_be_visible()


async def test_replies_stand_in_their_thread(page: Page, client: AsyncWebClient) -> None:
    ts = await post_card(client)
    for said in ("Asked", "Approved by Omar"):
        await client.chat_postMessage(channel=GENERAL, text=said, thread_ts=ts)
    thread = page.get_by_test_id("thread")
    await expect(thread).to_contain_text("2 replies")
    await expect(page.get_by_text("Approved by Omar")).to_have_count(0)
    await thread.click()
    await expect(page.get_by_text("Approved by Omar")).to_be_visible()
    await client.chat_postMessage(channel=GENERAL, text="Done", thread_ts=ts)
    await expect(thread).to_contain_text("3 replies")
    await expect(page.get_by_text("Done", exact=True)).to_be_visible()
    await assert_accessible(page)
    await thread.click()
    await expect(page.get_by_text("Done", exact=True)).to_be_hidden()


async def test_a_messages_menu_works_by_keyboard(page: Page, client: AsyncWebClient) -> None:
    await post_card(client)
    menu = page.get_by_test_id("message-menu").last
    await menu.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem").first).to_be_focused()
    await assert_accessible(page)
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("thread-composer")).to_be_focused()
    await expect(page.get_by_test_id("thread")).to_contain_text("No replies yet")


async def test_a_person_replies_reacts_and_takes_back(page: Page, slack: SlackSandbox, client: AsyncWebClient) -> None:
    ts = await post_card(client)
    await page.get_by_test_id("message-menu").last.click()
    await page.get_by_test_id("reply-in-thread").click()
    await page.get_by_test_id("thread-composer").fill("Is it urgent?")
    await page.keyboard.press("Enter")
    reply = page.get_by_test_id("message").filter(has_text="Is it urgent?")
    await expect(reply).to_be_visible()
    parent = slack.workspace.channels[GENERAL].messages[ts]
    assert parent.body["reply_count"] == 1
    await page.get_by_test_id("message-menu").first.click()
    await page.locator("[data-testid=react][data-name=eyes]").click()
    reaction = page.get_by_role("button", name="eyes, 1: Ann Berg")
    await expect(reaction).to_have_attribute("aria-pressed", "true")
    await assert_accessible(page)
    await reaction.click()
    await expect(reaction).to_have_count(0)
    await reply.get_by_test_id("message-menu").click()
    await page.get_by_test_id("delete-message").click()
    await expect(reply).to_have_count(0)


async def test_what_one_alone_sees_goes_with_a_reload(page: Page, client: AsyncWebClient) -> None:
    await client.chat_postEphemeral(channel=GENERAL, user="U0ANN", text="For you alone")
    mine = page.get_by_test_id("message").filter(has_text="For you alone")
    await expect(mine).to_be_visible()
    await expect(mine.get_by_test_id("message-menu")).to_have_count(0)
    await page.reload()
    await expect(page.get_by_test_id("composer")).to_be_visible()
    await expect(mine).to_have_count(0)


async def test_trouble_is_ordered_in_the_inspector(page: Page, slack: SlackSandbox) -> None:
    await page.get_by_test_id("inspector-toggle").click()
    await page.get_by_test_id("trouble").locator("summary").click()
    order = page.locator("[data-testid=trouble-run][data-action=edit_window_closed]")
    await order.click()
    await expect(page.locator("form[data-action=edit_window_closed]")).to_contain_text("edit_window_closed.")
    await assert_accessible(page)
    assert slack.faults.take("chat.update", after_effect=False) is not None
