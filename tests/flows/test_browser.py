"""The story of the README in headless Chromium, by clicking; its pictures in artifacts/ are for people to look at."""

from playwright.async_api import Browser, Page, expect

from sandbox.slack import SlackSandbox
from tests.conftest import ROOT
from tests.flows.house import ALERTS, APPROVALS, GENERAL, House

ARTIFACTS = ROOT / "artifacts"
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE = 10_000


class Workspace:
    """One browser tab with the sandbox's page; every console error ends up in `errors`."""

    def __init__(self, page: Page, slack: SlackSandbox) -> None:
        self.page = page
        self.slack = slack
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)

    async def be(self, user: str, channel: str) -> None:
        """Open a channel as somebody."""
        await self.page.goto(f"{self.slack.url}/?user={user}&channel={channel}")
        await expect(self.page.get_by_test_id("composer")).to_be_visible()

    async def type(self, text: str) -> None:
        """Write in the channel."""
        await self.page.get_by_test_id("composer").fill(text)
        await self.page.keyboard.press("Enter")

    async def press(self, action: str, *, confirm: bool = False) -> None:
        """Press a button in the newest message that has it."""
        await self.page.locator(f"button[data-action-id={action}]").last.click()
        if confirm:
            await self.page.get_by_test_id("confirm-yes").click()

    async def reads(self, text: str) -> None:
        """Wait until a message says it."""
        message = self.page.get_by_test_id("message").filter(has_text=text).last
        await expect(message).to_be_visible(timeout=PATIENCE)

    async def picture(self, name: str) -> None:
        """Keep a picture."""
        ARTIFACTS.mkdir(exist_ok=True)
        await self.page.screenshot(path=ARTIFACTS / f"{name}.png")


async def open_tab(browser: Browser, house: House, size: dict[str, int] | None = None) -> Workspace:
    """A new tab of a given size."""
    page = await browser.new_page(viewport=size or WIDE)  # type: ignore[arg-type]
    page.set_default_timeout(PATIENCE)
    return Workspace(page, house.slack)


async def test_an_invite_by_clicking(house: House, browser: Browser) -> None:
    tab = await open_tab(browser, house)
    await tab.be("U0ANN", GENERAL)
    await tab.type('/hub invite send jane@example.com --team platform --reason "joins on Monday"')
    await tab.reads("Waits for 1 approval in #hub-approvals")
    await tab.picture("1-asked")
    await tab.page.locator(f"[data-channel-id={APPROVALS}]").click()
    await tab.reads("Request 1: Invite people")
    await tab.press("approve", confirm=True)
    await tab.reads("You asked for request 1 yourself")
    await tab.picture("2-own-approval-refused")

    await tab.page.get_by_test_id("identity-switch").click()
    await tab.page.locator("[data-testid=identity][data-user-id=U0OMAR]").click()
    await tab.reads("Waiting for approval")
    await tab.picture("3-card")
    await tab.press("approve")
    await tab.picture("4-confirm")
    await tab.page.get_by_test_id("confirm-yes").click()
    await tab.reads("approved by @Omar Haddad")
    await tab.page.locator("[data-testid=hub-tab][data-tab=invites]").click()
    await expect(tab.page.get_by_test_id("hub-panel")).to_contain_text("jane@example.com")
    await tab.picture("5-done")
    assert tab.errors == []
    assert house.slack.violations == []


async def test_a_form_from_the_menu_shows_what_becomes_immutable(house: House, browser: Browser) -> None:
    tab = await open_tab(browser, house)
    await tab.be("U0ANN", GENERAL)
    await tab.type("/hub")
    await expect(tab.page.get_by_test_id("modal")).to_be_visible()
    await tab.picture("6-menu")
    await tab.page.get_by_test_id("modal-close").click()

    await tab.type("/hub repo immutable set")
    modal = tab.page.get_by_test_id("modal")
    await expect(modal).to_contain_text("Set immutable tags")
    repository = modal.locator("[data-block-id=repository] [role=combobox]")
    await repository.click()
    await repository.fill("api")
    await tab.page.locator("[data-testid=option][data-value=api]").click()
    await modal.locator("[data-block-id=rules] textarea").fill("v.*")
    await modal.locator("[data-block-id=reason] textarea").fill("releases do not change")
    await tab.picture("7-form")
    await tab.page.get_by_test_id("modal-submit").click()
    await expect(modal).to_contain_text("waits for 1 approval")
    await tab.picture("8-form-answered")
    await tab.page.get_by_test_id("modal-close").click()
    await tab.page.locator(f"[data-channel-id={APPROVALS}]").click()
    await tab.reads("v2.0.0")
    await tab.picture("9-immutable-card")
    assert tab.errors == []


async def test_what_happens_meanwhile_in_docker_hub_is_told(house: House, browser: Browser) -> None:
    tab = await open_tab(browser, house)
    await tab.be("U0OMAR", ALERTS)
    await tab.page.get_by_test_id("meanwhile").click()
    run = tab.page.locator("[data-testid=meanwhile-run][data-action=make_owner]")
    await run.scroll_into_view_if_needed()
    await run.click()
    await tab.reads("owner")
    spend = tab.page.locator("[data-testid=meanwhile-run][data-action=spend_rate_limit]")
    await spend.scroll_into_view_if_needed()
    await spend.click()
    await tab.reads("nearly spent")
    await tab.picture("10-alerts")
    assert tab.errors == []


async def test_an_approver_on_a_phone_can_read_and_decide(house: House, browser: Browser) -> None:
    await house.ann.command("/hub team member add platform samok --reason 'joins the platform team'")
    await house.card(1, "samok")
    tab = await open_tab(browser, house, PHONE)
    await tab.be("U0LENA", APPROVALS)
    await tab.reads("Request 1: Add to team")
    await tab.picture("11-phone-card")
    width = await tab.page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    await tab.press("approve", confirm=True)
    await tab.reads("approved by @Lena Fischer")
    await tab.picture("12-phone-done")
    assert tab.errors == []
