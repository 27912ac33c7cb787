"""Somebody at a desk or with a phone: the workspace's page, and what one does there."""

import re

from playwright.async_api import Browser, Locator, Page, expect

from tests.axe import assert_accessible
from tests.conftest import ROOT
from tests.flows.house import House
from tests.journeys.hands import HANDS, Hands

ARTIFACTS = ROOT / "artifacts" / "journeys"
SIZES = {"1440": {"width": 1440, "height": 900}, "390": {"width": 390, "height": 844}}
PATIENCE = 15_000
# The side panel is not what these are about; it stays shut.
SHUT = "sessionStorage.setItem('sandbox-hub', 'no')"


class Desk:
    """One browser tab; every script that fails in it ends up in `errors`."""

    def __init__(self, page: Page, hands: Hands, house: House, *, way: str, size: str) -> None:
        self.page, self.hands, self.house = page, hands, house
        self.way, self.size = way, size
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)

    async def be(self, user: str, channel: str) -> None:
        """Open a conversation as somebody."""
        await self.page.goto(f"{self.house.slack.url}/?user={user}&channel={channel}")
        await expect(self.page.get_by_test_id("composer")).to_be_visible()

    async def at_home(self, user: str) -> None:
        """Open the app's Home as somebody."""
        await self.be(user, self.house.person(user).direct_channel)
        await self.hands.press(self.page.get_by_test_id("tab-home"))
        await expect(self.page.get_by_test_id("home")).to_be_visible()

    async def say(self, text: str) -> None:
        """Write in the conversation."""
        await self.hands.write(self.page.get_by_test_id("composer"), text)
        await self.page.keyboard.press("Enter")

    def message(self, text: str | re.Pattern[str]) -> Locator:
        """The newest message that says it."""
        return self.page.get_by_test_id("message").filter(has_text=text).last

    @property
    def modal(self) -> Locator:
        """The form in front."""
        return self.page.get_by_test_id("modal")

    async def sees(self, *words: str) -> Locator:
        """The newest message that says the first of the words, once it says all of them."""
        message = self.message(words[0])
        for word in words:
            await expect(message).to_contain_text(word, timeout=PATIENCE)
        return message

    async def press(self, place: Locator, action: str, *, confirm: bool = False) -> None:
        """Press the control with that action there, and answer its question with yes."""
        await self.hands.press(place.locator(f"[data-action-id={action}]").first)
        if confirm:
            await self.hands.press(self.page.get_by_test_id("confirm-yes"))

    async def confirmed(self, place: Locator, action: str) -> None:
        """The same, for a control that may ask back and may not."""
        await self.press(place, action)
        yes = self.page.get_by_test_id("confirm-yes")
        if await yes.count():
            await self.hands.press(yes)

    def field(self, block: str) -> Locator:
        """A field of the form."""
        return self.modal.locator(f"[data-block-id={block}]").locator("input, textarea").first

    async def fill(self, block: str, text: str) -> None:
        """Write into a field of the form."""
        await self.hands.write(self.field(block), text)

    async def choose(self, block: str, typed: str, value: str) -> None:
        """Choose in a searched menu of the form."""
        menu = self.modal.locator(f"[data-block-id={block}] [role=combobox]")
        await self.hands.choose(menu, typed, self.page.locator(f"[data-testid=option][data-value='{value}']"))

    async def send(self) -> None:
        """Send the form."""
        await self.hands.press(self.page.get_by_test_id("modal-submit"))

    async def leave(self) -> None:
        """Close the form, if one is in front."""
        if await self.page.get_by_test_id("modal-close").count():
            await self.hands.press(self.page.get_by_test_id("modal-close"))

    async def look(self, name: str) -> None:
        """Keep a picture; nothing may be wider than the screen, and axe may find nothing."""
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=ARTIFACTS / f"{name}-{self.size}-{self.way}.png")
        assert await self.page.evaluate("document.documentElement.scrollWidth") <= SIZES[self.size]["width"]
        await assert_accessible(self.page)


async def sit_down(browser: Browser, house: House, *, way: str, size: str) -> Desk:
    """A tab of that size, and those hands."""
    page = await browser.new_page(viewport=SIZES[size])  # type: ignore[arg-type]
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    await page.add_init_script(SHUT)
    return Desk(page, HANDS[way](page), house, way=way, size=size)
