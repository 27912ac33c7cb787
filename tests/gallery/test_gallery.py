"""A part of the gallery: what is drawn is all said in the text, is drawn whole, and fits a phone."""

import pytest
from playwright.async_api import Browser

from bot.slack.spoken import missing_from
from sandbox.slack.page.state import describe_state
from tests.axe import findings
from tests.flows.conftest import house  # noqa: F401  a fixture
from tests.flows.house import House
from tests.gallery.__main__ import run
from tests.gallery.exhibits import Exhibit
from tests.gallery.room import draw, kept, opened
from tests.gallery.stories import alerts, approved, denied_and_cancelled, in_part

STORIES = (approved, denied_and_cancelled, in_part, alerts)
# A form and a Home have no text of their own.
VIEWS = {"form", "home"}


def missing(exhibits: list[Exhibit]) -> list[tuple[str, str]]:
    """What blocks of messages say and their texts do not."""
    return [
        (one.title, said)
        for one in exhibits
        if one.surface not in VIEWS
        for said in missing_from(one.text, one.body.get("blocks", []))
    ]


async def test_the_gallery_shows_and_says_everything(house: House, browser: Browser) -> None:  # noqa: F811
    house.slack.limits.enabled = False
    exhibits = await run(house, STORIES)
    assert {"card", "result", "answer", "form", "alert"} <= {one.surface for one in exhibits}
    assert missing(exhibits) == []
    state = describe_state(house.slack.parts, "U0OMAR")
    page = await browser.new_page(viewport={"width": 390, "height": 844})
    async with opened(exhibits, state) as address:
        await draw(page, address, len(exhibits))
        assert await page.locator(".exhibit").count() == len(exhibits)
        assert await page.get_by_text("Unsupported").count() == 0
        wide = "[...document.querySelectorAll('.shown')].filter((one) => one.scrollWidth > one.clientWidth + 1)"
        assert await page.evaluate(f"{wide}.map((one) => one.textContent.slice(0, 80))") == []
        assert await findings(page, "main") == []
        alone = await kept(page)
    assert "<script" not in alone
    assert "<link" not in alone.replace('<link rel="icon"', "")
    await page.set_content(alone)
    assert await page.locator(".exhibit").count() == len(exhibits)


@pytest.mark.parametrize("surface", ["card", "answer"])
def test_what_is_not_said_is_found(surface: str) -> None:
    body = {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "*Not said*"}}]}
    assert missing([Exhibit("x", surface, "Title", "Said", body)]) == [("Title", "*Not said*")]
