"""axe-core in a page: what it finds is named, with the element that it is about."""

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.async_api import Page

# axe's own WCAG 2 A and AA rules, and its best practices.
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN = "([context, tags]) => axe.run(context, {runOnly: tags, resultTypes: ['violations']})"


@cache
def source() -> str:
    """axe-core, as its Python package brings it."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


async def findings(page: Page, context: str = "body") -> list[str]:
    """What axe finds there: rule, what it asks for, and where."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(source())  # the page's own policy lets no script tag in
    found: dict[str, Any] = await page.evaluate(RUN, [context, list(TAGS)])
    # What a scrolled list shows half of is no small target: the rest of it is a scroll away.
    return [
        f"{one['id']}: {one['help']}: {node['html'][:160]} ({node.get('failureSummary', '')})"
        for one in found["violations"]
        for node in one["nodes"]
        if "partially obscured" not in node.get("failureSummary", "")
    ]


async def assert_accessible(page: Page, context: str = "body") -> None:
    """Fail with everything that axe finds."""
    found = await findings(page, context)
    assert found == [], "\n".join(found)
