"""The gallery's room: a page that draws the exhibits with the workspace's own scripts, and one file of all of it."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Page

from sandbox.servers import WEB
from tests.gallery.exhibits import Exhibit

HERE = Path(__file__).parent
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
STYLES = re.compile(r'<link rel="stylesheet" href="(/[\w/.]+)">')
SCRIPTS = re.compile(r"<script\b[^>]*></script>")


@asynccontextmanager
async def opened(exhibits: Sequence[Exhibit], state: dict[str, Any]) -> AsyncIterator[str]:
    """Serve the gallery on loopback; answers its address."""
    content = json.dumps({"state": state, "exhibits": [asdict(one) for one in exhibits]}, ensure_ascii=False)
    app = web.Application()
    app.router.add_get("/exhibits.json", _said(content, "application/json"))
    app.router.add_get("/", _file(HERE / "gallery.html", "text/html"))
    app.router.add_get("/gallery.css", _file(HERE / "gallery.css", "text/css"))
    # The script imports its neighbours of the workspace's page by their places in the repository.
    app.router.add_get("/tests/gallery/gallery.js", _file(HERE / "gallery.js", "text/javascript"))
    app.router.add_static("/sandbox/web", WEB)
    app.router.add_static("/web", WEB)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}/"
    finally:
        await runner.cleanup()


async def draw(page: Page, address: str, count: int) -> None:
    """Have everything drawn; raises playwright's TimeoutError where it is not."""
    await page.goto(address)
    await page.wait_for_selector(f"body[data-drawn='{count}']", timeout=60_000)


async def kept(page: Page) -> str:
    """The page as one file that needs nothing beside it."""
    drawn = await page.content()

    def style(match: re.Match[str]) -> str:
        path = match.group(1)
        source = WEB / path.removeprefix("/web/") if path.startswith("/web/") else HERE / path.removeprefix("/")
        return f"<style>{source.read_text(encoding='utf-8')}</style>"

    return SCRIPTS.sub("", STYLES.sub(style, drawn))


def _file(path: Path, kind: str) -> Handler:
    return _said(path.read_text(encoding="utf-8"), kind)


def _said(text: str, kind: str) -> Handler:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=text, content_type=kind, charset="utf-8")

    return handle
