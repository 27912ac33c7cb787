"""`make gallery`: run the stories, draw everything that the bot said, and keep it as one page."""

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import async_playwright

from bot.db.migrate import upgrade
from sandbox.slack.page.state import describe_state
from tests.conftest import CHROMIUM_ARGUMENTS, ROOT
from tests.flows.house import House
from tests.gallery.exhibits import Collector, Exhibit
from tests.gallery.room import draw, kept, opened
from tests.gallery.stories import STORIES, Story

ARTIFACTS = ROOT / "artifacts"
SIZES = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


async def run(house: House, stories: Sequence[Story]) -> list[Exhibit]:
    """Run these stories, one after another; answers all that was shown."""
    collector = Collector(house)
    for story in stories:
        collector.story = (story.__doc__ or story.__name__).strip()
        began = time.monotonic()
        await story(house)
        found = sum(one.story == collector.story for one in collector.exhibits)
        print(f"  {story.__name__:22}{found:4} exhibits, {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201
    collector.close()
    return collector.exhibits


async def main() -> Path:
    """Make the gallery; answers where it is."""
    ARTIFACTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/gallery.sqlite"
        await asyncio.to_thread(upgrade, url)
        house = House(url)
        await house.start()
        house.slack.limits.enabled = False
        try:
            exhibits = await run(house, STORIES)
            state = describe_state(house.slack.parts, "U0OMAR")
        finally:
            await house.stop()
    target = ARTIFACTS / "gallery.html"
    async with opened(exhibits, state) as address, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(CHROMIUM_ARGUMENTS)
        )
        for name, size in SIZES.items():
            page = await browser.new_page(viewport=size)  # type: ignore[arg-type]
            await draw(page, address, len(exhibits))
            await page.screenshot(path=ARTIFACTS / f"gallery-{name}.png", full_page=False)
            if name == "wide":
                target.write_text(await kept(page), encoding="utf-8")
        await browser.close()
    return target


if __name__ == "__main__":
    print(f"The gallery: {asyncio.run(main())}")  # noqa: T201
    sys.exit(0)
