"""Views: the stack of modals that each person has open, and each person's Home tab."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.block_kit.check import check_view, complete_blocks, size_of
from sandbox.slack.block_kit.limits import VIEW_BYTES
from sandbox.slack.errors import ApiError
from sandbox.slack.interactions.values import Values, changed_state
from sandbox.slack.page.feed import Feed
from sandbox.slack.workspace.state import Json, fresh_id

# https://docs.slack.dev/surfaces/modals
MOST_STACKED = 3
DEFAULTS: Json = {
    "private_metadata": "",
    "callback_id": "",
    "external_id": "",
    "clear_on_close": False,
    "notify_on_close": False,
}
WORDS: Json = {"close": None, "submit": None}


@dataclass(eq=False, slots=True)
class View:
    """A modal or a Home tab; `body` is what the app gave, `values` what the person has entered, by block and action."""

    id: str
    user: str
    body: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    values: Values = field(default_factory=dict)
    origin_channel: str = ""

    @property
    def kind(self) -> str:
        """`modal` or `home`."""
        return str(self.body["type"])


class Views:
    """Opens, pushes, updates, publishes and closes views, and tells the person's screen of it."""

    def __init__(self, now: Callable[[], float], feed: Feed) -> None:
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self._now = now
        self._feed = feed

    def find(self, view_id: str) -> View | None:
        """The view with that id, while it is open."""
        return next((one for one in self._all() if one.id == view_id), None)

    def find_external(self, external_id: str) -> View | None:
        """The view with that id of the app's own."""
        return next((one for one in self._all() if external_id and one.body["external_id"] == external_id), None)

    def top(self, user: str) -> View | None:
        """The modal in front of that person."""
        stack = self.stacks.get(user)
        return stack[-1] if stack else None

    def open(self, user: str, definition: Any, *, channel: str = "") -> View:
        """Open a modal; whatever the person had open goes. Raises `invalid_arguments`, `view_too_large` and kin."""
        body = self._checked(definition, "modal")
        view_id = fresh_id("V")
        view = View(view_id, user, body, self._fresh_hash(), view_id, None, changed_state({}, body["blocks"]), channel)
        self.stacks[user] = [view]
        self._feed.publish({"type": "view_open", "view": show_screen(view)}, to=[user])
        return view

    def push(self, user: str, definition: Any) -> View:
        """Put a modal onto the stack; raises `push_limit_reached` at three."""
        stack = self.stacks.get(user)
        if not stack:
            raise ApiError("not_found")
        if len(stack) >= MOST_STACKED:
            raise ApiError("push_limit_reached")
        body = self._checked(definition, "modal")
        below = stack[-1]
        view = View(fresh_id("V"), user, body, self._fresh_hash(), below.root_id, below.id)
        view.values, view.origin_channel = changed_state({}, body["blocks"]), below.origin_channel
        stack.append(view)
        self._feed.publish({"type": "view_push", "view": show_screen(view)}, to=[user])
        return view

    def update(self, view: View, definition: Any, *, given_hash: str = "") -> View:
        """Replace a view's contents, keeping what was entered; raises `hash_conflict` where the hash is stale."""
        if given_hash and given_hash != view.hash:
            raise ApiError("hash_conflict")
        view.body = self._checked(definition, view.kind, of=view)
        view.hash = self._fresh_hash()
        view.values = changed_state(view.values, view.body["blocks"])
        kind = "home" if view.kind == "home" else "view_update"
        self._feed.publish({"type": kind, "view": show_screen(view)}, to=[view.user])
        return view

    def publish(self, user: str, definition: Any, *, given_hash: str = "") -> View:
        """Set the person's Home tab; raises `hash_conflict`."""
        if known := self.homes.get(user):
            return self.update(known, definition, given_hash=given_hash)
        body = self._checked(definition, "home")
        view_id = fresh_id("V")
        view = View(view_id, user, body, self._fresh_hash(), view_id, None, changed_state({}, body["blocks"]))
        self.homes[user] = view
        self._feed.publish({"type": "home", "view": show_screen(view)}, to=[user])
        return view

    def close(self, view: View) -> None:
        """Take one modal off its stack."""
        stack = self.stacks.get(view.user, [])
        if view in stack:
            stack.remove(view)
            self._feed.publish({"type": "view_close", "view_id": view.id}, to=[view.user])

    def clear(self, user: str) -> list[View]:
        """Close all of the person's modals; answers them, bottom first."""
        stack = self.stacks.pop(user, [])
        self._feed.publish({"type": "view_clear"}, to=[user])
        return stack

    def _all(self) -> list[View]:
        return [*(one for stack in self.stacks.values() for one in stack), *self.homes.values()]

    def _fresh_hash(self) -> str:
        return f"{int(self._now())}.{secrets.token_hex(4)}"

    def _checked(self, definition: Any, kind: str, *, of: View | None = None) -> Json:
        """The definition with its defaults; violations are `invalid_arguments`, as people saw of views.open."""
        if not isinstance(definition, dict):
            raise ApiError("invalid_arguments", {"response_metadata": {"messages": ["[ERROR] view must be an object"]}})
        if size_of(definition) > VIEW_BYTES:
            raise ApiError("view_too_large")
        if found := check_view(definition, kinds=(kind,)):
            texts = [f"[ERROR] {one.as_text()}" for one in found]
            raise ApiError("invalid_arguments", {"response_metadata": {"messages": texts}})
        external = self.find_external(definition.get("external_id", ""))
        if external is not None and external is not of:
            raise ApiError("duplicate_external_id")
        given = {key: value for key, value in definition.items() if value is not None}
        return {**DEFAULTS, **(WORDS if kind == "modal" else {}), **given, "blocks": complete_blocks(given["blocks"])}


def show_screen(view: View) -> Json:
    """The view as a screen needs it."""
    return {
        **view.body,
        "id": view.id,
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "state": {"values": view.values},
    }
