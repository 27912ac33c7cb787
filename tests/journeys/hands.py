"""Two pairs of hands: one that points and clicks, one that has a keyboard only."""

from typing import Protocol

from playwright.async_api import Locator, Page, expect

MOST_TABS = 400
IS_OTHER_TAB = "(node) => node.getAttribute('role') === 'tab' && node.tabIndex < 0"
IS_REACHED = "(node) => node.contains(document.activeElement)"
LIES_BEFORE = """(node) => {
  const here = document.activeElement;
  return here !== document.body && Boolean(here.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING);
}"""


class Hands(Protocol):
    """What a person does to a control; each returns once it is done."""

    async def press(self, what: Locator) -> None:
        """A button, a tab, a link."""

    async def write(self, where: Locator, text: str) -> None:
        """Into a field, in place of what stands there."""

    async def choose(self, menu: Locator, typed: str, option: Locator) -> None:
        """In a menu that is searched by typing."""

    async def choose_item(self, item: Locator) -> None:
        """Of a menu that is open."""


class Mouse:
    """Points and clicks, and types where it has clicked."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def press(self, what: Locator) -> None:
        """Click."""
        await what.click()

    async def write(self, where: Locator, text: str) -> None:
        """Click, select what is there, and type."""
        await where.click()
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.insert_text(text)

    async def choose(self, menu: Locator, typed: str, option: Locator) -> None:
        """Click the menu, type, and click the option."""
        await menu.click()
        await menu.press_sequentially(typed)
        await option.click()

    async def choose_item(self, item: Locator) -> None:
        """Click it."""
        await item.click()


class Keyboard:
    """Tab, Shift+Tab, Enter, the arrows and letters; nothing is ever clicked, and no focus given by script."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def reach(self, what: Locator) -> None:
        """Go there with Tab, the shorter way; raises AssertionError where Tab does not lead there."""
        await expect(what).to_be_visible()
        if await what.evaluate(IS_OTHER_TAB):
            await self.turn_to(what)
            return
        key = "Shift+Tab" if await what.evaluate(LIES_BEFORE) else "Tab"
        for _ in range(MOST_TABS):
            if await what.evaluate(IS_REACHED):
                return
            await self.page.keyboard.press(key)
        raise AssertionError(f"{MOST_TABS} times {key}, and the keyboard is not at {what}")

    async def turn_to(self, tab: Locator) -> None:
        """Of tabs, Tab leads to the one that is open, and the arrows to the others."""
        tabs = tab.locator("xpath=..")
        await self.reach(tabs.locator("[role=tab][aria-selected=true]"))
        for _ in range(await tabs.locator("[role=tab]").count()):
            if await tab.evaluate(IS_REACHED):
                return
            await self.page.keyboard.press("ArrowRight")
        raise AssertionError(f"the arrows do not lead to {tab}")

    async def press(self, what: Locator) -> None:
        """Go there, and press Enter."""
        await self.reach(what)
        await self.page.keyboard.press("Enter")

    async def write(self, where: Locator, text: str) -> None:
        """Go there, select what is there, and type."""
        await self.reach(where)
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.insert_text(text)

    async def choose(self, menu: Locator, typed: str, option: Locator) -> None:
        """Go there, type, wait for the option to be the first, and press Enter."""
        await self.reach(menu)
        await self.page.keyboard.type(typed)
        await expect(option).to_be_visible()
        await self.page.keyboard.press("Enter")

    async def choose_item(self, item: Locator) -> None:
        """Go down to it with the arrow, and press Enter."""
        await expect(item).to_be_visible()
        for _ in range(MOST_TABS):
            if await item.evaluate(IS_REACHED):
                break
            await self.page.keyboard.press("ArrowDown")
        await self.page.keyboard.press("Enter")


HANDS: dict[str, type[Mouse] | type[Keyboard]] = {"mouse": Mouse, "keyboard": Keyboard}
