"""views.*: modals and the Home tab; and the view object as answers and payloads show it."""

from sandbox.slack.errors import ApiError, invalid_arguments
from sandbox.slack.web_api.limits import TIER_4
from sandbox.slack.web_api.method import Call, Method
from sandbox.slack.workspace.state import Json
from sandbox.slack.workspace.view_objects import show_view
from sandbox.slack.workspace.views import View


def open_view(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.open"""
    definition = call.arguments.structure("view")
    trigger = call.parts.triggers.take(_trigger_id(call))
    return _answer(call, call.parts.views.open(trigger.user, definition))


def push_view(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.push"""
    definition = call.arguments.structure("view")
    trigger = call.parts.triggers.take(_trigger_id(call))
    return _answer(call, call.parts.views.push(trigger.user, definition))


def update_view(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.update"""
    view_id, external_id = call.arguments.text("view_id"), call.arguments.text("external_id")
    if not (view_id or external_id):
        raise invalid_arguments("missing required field: view_id or external_id")
    views = call.parts.views
    view = views.find(view_id) if view_id else views.find_external(external_id)
    if view is None:
        raise ApiError("not_found")
    definition = call.arguments.structure("view")
    return _answer(call, views.update(view, definition, given_hash=call.arguments.text("hash")))


def publish_view(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.publish"""
    user = call.parts.workspace.users.get(call.arguments.required("user_id"))
    if user is None or user.deleted:
        raise invalid_arguments("user_id is invalid")
    if not call.parts.app.home_tab:
        raise ApiError("not_enabled")
    definition = call.arguments.structure("view")
    return _answer(call, call.parts.views.publish(user.id, definition, given_hash=call.arguments.text("hash")))


def _trigger_id(call: Call) -> str:
    pointer = call.arguments.text("interactivity_pointer")
    return pointer or call.arguments.required("trigger_id")


def _answer(call: Call, view: View) -> Json:
    return {"view": show_view(view, call.parts)}


METHODS = (
    Method("views.open", open_view, TIER_4),
    Method("views.push", push_view, TIER_4),
    Method("views.update", update_view, TIER_4),
    Method("views.publish", publish_view, TIER_4),
)
