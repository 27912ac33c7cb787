"""Modals sent and closed by the person: https://docs.slack.dev/surfaces/modals"""

import base64
from collections.abc import Iterator
from typing import Any

from sandbox.slack.errors import ApiError
from sandbox.slack.interactions.actions import read_state
from sandbox.slack.interactions.payloads import active_user, common, deliver_interaction, response_address
from sandbox.slack.interactions.seen import TROUBLE, NotPossibleError, Seen
from sandbox.slack.interactions.values import InvalidValueError, chosen_value, refuse_value
from sandbox.slack.parts import Parts
from sandbox.slack.transport.envelopes import Acked
from sandbox.slack.workspace.objects import show_file
from sandbox.slack.workspace.state import File, Json, User, fresh_id
from sandbox.slack.workspace.view_objects import show_view
from sandbox.slack.workspace.views import View

ADDRESSED = ("conversations_select", "channels_select")


async def submit_view(parts: Parts, user_id: str, *, view_id: str, entered: Json) -> Seen:
    """Press the modal's submit button; `entered` is `{block_id: {action_id: value}}`. Raises NotPossibleError."""
    user, view = _own_view(parts, user_id, view_id)
    if view.body.get("submit") is None:
        raise NotPossibleError("That modal has no submit button.")
    entered = {block: dict(actions) for block, actions in entered.items()}
    _take_files(parts, user, view, entered)
    try:
        for block_id, actions in read_state(view, entered).items():
            view.values.setdefault(block_id, {}).update(actions)
    except InvalidValueError as problem:
        raise NotPossibleError(str(problem)) from problem
    if errors := {block["block_id"]: text for block, text in _refusals(view)}:
        return Seen(ok=False, errors=errors)
    payload = _payload(parts, user, view)
    outcome = await deliver_interaction(parts, payload, accepts_payload=True)
    if not isinstance(outcome, Acked):
        return Seen(ok=False, error=TROUBLE)
    return _follow(parts, view, outcome.payload or {})


async def close_view(parts: Parts, user_id: str, *, view_id: str, everything: bool = False) -> None:
    """Press the modal's close button, or close the whole stack; tells the app where the view asks for it.

    Nobody waits for the app: the modal is gone, whatever it answers.
    """
    user, view = _own_view(parts, user_id, view_id)
    if everything or view.body["clear_on_close"]:
        closed = parts.views.clear(user.id)
        cleared = True
    else:
        parts.views.close(view)
        closed, cleared = [view], False
    for one in closed:
        if one.body["notify_on_close"]:
            shown = {"view": show_view(one, parts), "is_cleared": cleared}
            parts.sockets.spawn(_tell_closed(parts, {**common(parts, user, "view_closed"), **shown}))


async def _tell_closed(parts: Parts, payload: Json) -> None:
    await deliver_interaction(parts, payload)


def _own_view(parts: Parts, user_id: str, view_id: str) -> tuple[User, View]:
    user = active_user(parts, user_id)
    view = parts.views.find(view_id)
    if view is None or view.user != user.id or view.kind != "modal":
        raise NotPossibleError("That modal is not open.")
    return user, view


def _inputs(view: View) -> Iterator[tuple[Json, Json, Json]]:
    """Every input block with its element and its current value."""
    for block in view.body["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            yield block, element, view.values[block["block_id"]][element["action_id"]]


def _refusals(view: View) -> Iterator[tuple[Json, str]]:
    for block, element, state in _inputs(view):
        if text := refuse_value(block, element, state):
            yield block, text


def _payload(parts: Parts, user: User, view: View) -> Json:
    addresses = [
        {
            "block_id": block["block_id"],
            "action_id": element["action_id"],
            "channel_id": chosen_value(state),
            "response_url": response_address(parts, "app", user, chosen_value(state)),
        }
        for block, element, state in _inputs(view)
        if element["type"] in ADDRESSED and element.get("response_url_enabled") and chosen_value(state)
    ]
    return {
        **common(parts, user, "view_submission"),
        "trigger_id": parts.triggers.mint(user.id, view_id=view.id),
        "view": show_view(view, parts),
        "response_urls": addresses,
    }


def _follow(parts: Parts, view: View, answer: Json) -> Seen:
    try:
        match answer.get("response_action"):
            case None:
                parts.views.close(view)
            case "clear":
                parts.views.clear(view.user)
            case "update":
                parts.views.update(view, answer.get("view"))
            case "push":
                parts.views.push(view.user, answer.get("view"))
            case "errors":
                return _show_errors(parts, view, answer.get("errors"))
            case other:
                return _misunderstood(parts, f"Unknown response_action {other}", answer)
    except ApiError as refusal:
        return _misunderstood(parts, f"A submission was answered with {refusal.code}", {**answer, **refusal.extra})
    return Seen(ok=True)


def _show_errors(parts: Parts, view: View, errors: Any) -> Seen:
    fields = {block["block_id"] for block, _, _ in _inputs(view)}
    formed = isinstance(errors, dict) and bool(errors) and all(isinstance(one, str) for one in errors.values())
    if not formed or not set(errors) <= fields:
        return _misunderstood(parts, "errors may name input blocks only", errors)
    return Seen(ok=False, errors=dict(errors))


def _misunderstood(parts: Parts, title: str, answer: Any) -> Seen:
    parts.inspector.violation(title, answer)
    return Seen(ok=False, error=TROUBLE)


def _take_files(parts: Parts, user: User, view: View, entered: Json) -> None:
    """Upload what the person attached: `[{name, content}]`, the content in base64, becomes Slack's file objects."""
    for block in view.body["blocks"]:
        element = block.get("element", {})
        given = entered.get(block["block_id"], {}).get(element.get("action_id"))
        if element.get("type") == "file_input" and given:
            entered[block["block_id"]][element["action_id"]] = [_upload(parts, user, one) for one in given]


def _upload(parts: Parts, user: User, given: Json) -> Json:
    content = base64.b64decode(given["content"])
    now = parts.workspace.seconds()
    file = File(fresh_id("F"), given["name"], len(content), user.id, now, content=content, completed=True)
    parts.workspace.files[file.id] = file
    return show_file(file, parts)
