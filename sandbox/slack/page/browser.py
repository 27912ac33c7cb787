"""The browser's side of the workspace: its page, what it asks, what the person does there, and the stream of events."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.slack.interactions.actions import Control, Place, press, suggest
from sandbox.slack.interactions.commands import run_command
from sandbox.slack.interactions.events import open_home, run_message_shortcut, run_shortcut, say_as_person
from sandbox.slack.interactions.messages import delete_as_person, edit_as_person, react_as_person
from sandbox.slack.interactions.seen import NotPossibleError, Seen
from sandbox.slack.interactions.submissions import close_view, submit_view
from sandbox.slack.page import trouble
from sandbox.slack.page.feed import Notice
from sandbox.slack.page.hub_panel import HubPanel
from sandbox.slack.page.state import describe_state
from sandbox.slack.parts import Parts
from sandbox.slack.workspace.state import Json, first
from sandbox.slack.workspace.views import show_screen

CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGE_HEADERS = {"Cache-Control": "no-store", "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Act = Callable[[Json], Awaitable[Json]]


def leads_here(host: str) -> bool:
    """Whether a host is this machine, by a name that nobody else can give it."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


class Browser:
    """Serves `/`, `/web/…` and `/browser/…`."""

    def __init__(self, parts: Parts, *, hub: HubPanel | None, web_root: Path | None) -> None:
        self._parts, self._hub, self._web_root = parts, hub, web_root
        self._streams: set[web.WebSocketResponse] = set()
        if hub is not None:
            hub.on_change(lambda: parts.feed.publish({"type": "hub"}))

    def routes(self) -> list[web.RouteDef]:
        """The routes of the page."""
        acts: dict[str, Act] = {
            "message": self._send_message,
            "action": self._act,
            "view/submit": self._submit,
            "view/close": self._close,
            "options": self._suggest,
            "shortcut": self._run_shortcut,
            "home": self._open_home,
            "hub/act": self._act_in_hub,
            "clock": self._move_clock,
            "faults": self._order_trouble,
            "message/shortcut": self._run_message_shortcut,
            "message/edit": self._edit_message,
            "message/delete": self._delete_message,
            "reaction": self._react,
        }
        return [
            web.get("/", self._page),
            web.get("/web/{path:.+}", self._file),
            web.get("/browser/state", self._state),
            web.get("/browser/history", self._history),
            web.get("/browser/stream", self._stream),
            web.get("/browser/hub", self._show_hub),
            web.get("/browser/inspector", self._inspect),
            web.get("/browser/faults", self._show_troubles),
            *(web.post(f"/browser/{name}", _json_handler(act)) for name, act in acts.items()),
        ]

    async def stop(self) -> None:
        """Close the pages' streams."""
        await asyncio.gather(*(one.close() for one in tuple(self._streams)))

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse what pages that are not ours send: any website that is open beside ours could, the tokens are known.

        Also under a name of its own that it lets lead here.
        """
        origin = request.headers.get("Origin")
        if origin and origin.partition("://")[2] != request.host:
            raise web.HTTPForbidden(text="another origin")
        if not (leads_here(request.host) or self._parts.base_url.partition("://")[2] == request.host):
            raise web.HTTPForbidden(text="another host")
        return await handler(request)

    async def _page(self, _request: web.Request) -> web.StreamResponse:
        return self._serve("index.html")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return self._serve(request.match_info["path"])

    def _serve(self, name: str) -> web.StreamResponse:
        if self._web_root is None:
            raise web.HTTPNotFound(text="this workspace has no page")
        root = self._web_root.resolve()
        path = (root / name).resolve()
        if not path.is_relative_to(root) or not path.is_file() or path.suffix not in CONTENT_TYPES:
            raise web.HTTPNotFound(text="no such file")
        return web.Response(
            body=path.read_bytes(), headers={**PAGE_HEADERS, "Content-Type": CONTENT_TYPES[path.suffix]}
        )

    async def _state(self, request: web.Request) -> web.Response:
        user = self._viewer(request)
        if request.query.get("loaded") == "anew":
            self._parts.workspace.forget_ephemerals(user)
        return web.json_response(describe_state(self._parts, user))

    async def _history(self, request: web.Request) -> web.Response:
        user, channel_id = self._viewer(request), request.query.get("channel", "")
        channel = self._parts.workspace.channels.get(channel_id)
        if channel is None or user not in channel.members:
            raise web.HTTPNotFound(text="no such channel")
        messages = self._parts.workspace.visible_messages(channel_id, user)
        return web.json_response({"messages": [one.body for one in messages]})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        user = self._viewer(request)
        socket = web.WebSocketResponse(heartbeat=20, timeout=1)
        await socket.prepare(request)
        queue: asyncio.Queue[Json] = asyncio.Queue()

        def listen(notice: Notice) -> None:
            if notice.reaches(user):
                # As text at once: a message object may change again before it is sent.
                queue.put_nowait(json.loads(json.dumps(notice.event)))

        queue.put_nowait({"type": "hello", "now": self._parts.clock.now()})
        unsubscribe = self._parts.feed.subscribe(listen)
        writer = asyncio.create_task(_write(socket, queue))
        self._streams.add(socket)
        try:
            async for _ in socket:
                pass
        finally:
            unsubscribe()
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            self._streams.discard(socket)
        return socket

    async def _show_hub(self, _request: web.Request) -> web.Response:
        if self._hub is None:
            raise web.HTTPNotFound(text="no Docker Hub here")
        return web.json_response(self._hub.snapshot())

    async def _inspect(self, _request: web.Request) -> web.Response:
        return web.json_response(self._parts.inspector.as_json())

    async def _send_message(self, sent: Json) -> Json:
        text = str(sent["text"])
        if text.startswith("/") and not sent.get("thread_ts"):  # Slack runs no command in a thread
            return _shown(await run_command(self._parts, sent["user"], channel=sent["channel"], line=text))
        parent, broadcast = str(sent.get("thread_ts") or ""), bool(sent.get("broadcast"))
        say_as_person(
            self._parts, sent["user"], channel=sent["channel"], text=text, thread_ts=parent, broadcast=broadcast
        )
        return {"ok": True}

    async def _edit_message(self, sent: Json) -> Json:
        text = str(sent["text"])
        edit_as_person(self._parts, sent["user"], channel=sent["channel"], ts=sent["ts"], text=text)
        return {"ok": True}

    async def _delete_message(self, sent: Json) -> Json:
        delete_as_person(self._parts, sent["user"], channel=sent["channel"], ts=sent["ts"])
        return {"ok": True}

    async def _react(self, sent: Json) -> Json:
        name, remove = str(sent["name"]), not sent["added"]
        place = {"channel": sent["channel"], "ts": sent["ts"]}
        react_as_person(self._parts, sent["user"], **place, name=name, remove=remove)
        return {"ok": True}

    async def _act(self, sent: Json) -> Json:
        state = (sent.get("state") or {}).get("values")
        control = self._control(sent)
        return _shown(await press(self._parts, sent["user"], control=control, value=sent.get("value"), state=state))

    async def _submit(self, sent: Json) -> Json:
        entered = sent.get("values") or {}
        return _shown(await submit_view(self._parts, sent["user"], view_id=sent["view_id"], entered=entered))

    async def _close(self, sent: Json) -> Json:
        everything = bool(sent.get("all"))
        await close_view(self._parts, sent["user"], view_id=sent["view_id"], everything=everything)
        return {"ok": True}

    async def _suggest(self, sent: Json) -> Json:
        typed = str(sent.get("value") or "")
        state = (sent.get("state") or {}).get("values")
        seen = await suggest(self._parts, sent["user"], control=self._control(sent), typed=typed, state=state)
        return seen.answer if seen.ok else {"error": seen.error}

    async def _run_shortcut(self, sent: Json) -> Json:
        return _shown(await run_shortcut(self._parts, sent["user"], sent["callback_id"]))

    async def _run_message_shortcut(self, sent: Json) -> Json:
        names = {"channel": sent["channel"], "ts": sent["ts"]}
        return _shown(await run_message_shortcut(self._parts, sent["user"], sent["callback_id"], **names))

    async def _show_troubles(self, _request: web.Request) -> web.Response:
        return web.json_response({"actions": trouble.described()})

    async def _order_trouble(self, sent: Json) -> Json:
        text = trouble.turn(self._parts, sent["name"], sent.get("args") or {})
        self._parts.inspector.note("rule", "out", f"Ordered here: {text}", "")
        return {"ok": True, "text": text}

    async def _open_home(self, sent: Json) -> Json:
        open_home(self._parts, sent["user"])
        view = self._parts.views.homes.get(sent["user"])
        return {"ok": True, "view": show_screen(view) if view else None}

    async def _act_in_hub(self, sent: Json) -> Json:
        if self._hub is None:
            raise NotPossibleError("There is no Docker Hub here.")
        try:
            return {"ok": True, "text": await self._hub.act_outside(sent["name"], **(sent.get("args") or {}))}
        except ValueError as problem:
            raise NotPossibleError(str(problem)) from problem

    async def _move_clock(self, sent: Json) -> Json:
        self._parts.clock.advance(float(sent["advance"]))
        now = self._parts.clock.now()
        self._parts.feed.publish({"type": "clock", "now": now})
        return {"ok": True, "now": now}

    def _control(self, sent: Json) -> Control:
        return Control(self._place(sent["container"]), sent["block_id"], sent["action_id"])

    def _place(self, container: Json) -> Place:
        if container["type"] == "view":
            place: Place | None = self._parts.views.find(container["view_id"])
        else:
            channel = self._parts.workspace.channels.get(container["channel_id"])
            place = channel.messages.get(container["message_ts"]) if channel else None
        if place is None:
            raise NotPossibleError("That is not there any more.")
        return place

    def _viewer(self, request: web.Request) -> str:
        """Who looks; the first person where nobody is named."""
        users = self._parts.workspace.users
        named = request.query.get("user")
        user = users.get(named) if named else first(one for one in users.values() if not (one.is_bot or one.deleted))
        if user is None or user.is_bot:
            raise web.HTTPNotFound(text="no such person")
        return user.id


async def _write(socket: web.WebSocketResponse, queue: asyncio.Queue[Json]) -> None:
    while True:
        await socket.send_json(await queue.get())


def _shown(seen: Seen) -> Json:
    if seen.ok:
        return {"ok": True}
    return {"ok": False, **({"errors": seen.errors} if seen.errors else {"error": seen.error})}


def _json_handler(act: Act) -> Handler:
    """The act on a JSON body; other content types are refused, as another site's form would send one."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="JSON only")
        try:
            return web.json_response(await act(json.loads(await request.text())))
        except NotPossibleError as refusal:
            return web.json_response({"ok": False, "error": str(refusal)})
        except (KeyError, TypeError, ValueError) as problem:
            return web.json_response({"ok": False, "error": f"Not understood: {problem!r}"}, status=400)

    return handle
