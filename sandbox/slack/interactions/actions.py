"""Block actions and the menus whose options the app supplies."""

from dataclasses import dataclass
from typing import Any

from sandbox.slack.block_kit.check import blocks_in, elements_in
from sandbox.slack.block_kit.objects import MENU_OPTIONS, OPTION_GROUPS
from sandbox.slack.block_kit.rules import Report, record
from sandbox.slack.interactions.payloads import (
    active_user,
    around_attachment,
    around_message,
    around_view,
    common,
    deliver_interaction,
    joined_channel,
    response_address,
)
from sandbox.slack.interactions.seen import NotPossibleError, Seen
from sandbox.slack.interactions.values import STATELESS, InvalidValueError, Values, changed_state, read_value
from sandbox.slack.parts import Parts
from sandbox.slack.transport.envelopes import Acked
from sandbox.slack.workspace.state import Json, Message, User
from sandbox.slack.workspace.views import View

ACTION_FAILED = "This action did not work: the app did not respond."
OPTIONS_FAILED = "The options could not be loaded."
MIN_QUERY_LENGTH = 3
SHOWN_OF_BUTTON = ("text", "value", "url", "style")
Place = Message | View
EMPTY_OPTIONS: Json = {"options": []}


@dataclass(frozen=True, slots=True)
class Control:
    """An element by the names it has in a message or a view."""

    place: Place
    block_id: str
    action_id: str

    def names(self) -> Json:
        """Its names as payloads have them."""
        return {"block_id": self.block_id, "action_id": self.action_id}


async def press(parts: Parts, user_id: str, *, control: Control, value: Any = None, state: Json | None = None) -> Seen:
    """Press a button or choose in a menu; `state` is what else was entered there. Raises NotPossibleError."""
    user = active_user(parts, user_id)
    place = control.place
    block, element = find_element(parts, user, control)
    _enter(place, user, state or {})
    try:
        chosen = read_value(element, value)
    except InvalidValueError as problem:
        raise NotPossibleError(str(problem)) from problem
    if element["type"] not in STATELESS:
        _values(place, user).setdefault(control.block_id, {})[control.action_id] = chosen
    if block["type"] == "input" and not block.get("dispatch_action"):
        return Seen(ok=True)
    payload = _payload(parts, user, place, _action(parts, block, element, chosen))
    outcome = await deliver_interaction(parts, payload)
    if isinstance(outcome, Acked):
        return Seen(ok=True)
    failed = {"type": "action_failed", "container": payload["container"], **control.names(), "text": ACTION_FAILED}
    parts.feed.publish(failed, to=[user.id])
    return Seen(ok=False, error=ACTION_FAILED)


async def suggest(parts: Parts, user_id: str, *, control: Control, typed: str, state: Json | None = None) -> Seen:
    """The options of an external menu for what the person typed; `state` is what else was entered there.

    Raises NotPossibleError.

    https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload
    """
    user = active_user(parts, user_id)
    place = control.place
    _, element = find_element(parts, user, control)
    if not element["type"].endswith("external_select"):
        raise NotPossibleError(f"{control.action_id} is no external menu.")
    if len(typed) < element.get("min_query_length", MIN_QUERY_LENGTH):
        return Seen(ok=True, answer=EMPTY_OPTIONS)
    _enter(place, user, state or {})
    around = around_view(parts, place) if isinstance(place, View) else _around(parts, place, control.block_id)
    payload = {**common(parts, user, "block_suggestion"), **around, **control.names(), "value": typed}
    outcome = await deliver_interaction(parts, payload, accepts_payload=True)
    if not isinstance(outcome, Acked):
        return Seen(ok=False, error=OPTIONS_FAILED)
    return _checked_options(parts, outcome.payload)


def find_element(parts: Parts, user: User, control: Control) -> tuple[Json, Json]:
    """The block and the element, where the person can see them; raises NotPossibleError."""
    place = control.place
    if isinstance(place, View):
        if place.user != user.id or parts.views.find(place.id) is not place:
            raise NotPossibleError("That view is not open.")
    else:
        joined_channel(parts, user, place.channel)
        if place.only_for not in (None, user.id) or place.ts not in parts.workspace.channels[place.channel].messages:
            raise NotPossibleError("That message is not there.")
    for block, element in elements_in(blocks_in(place.body)):
        if (block["block_id"], element["action_id"]) == (control.block_id, control.action_id):
            return block, element
    raise NotPossibleError(f"There is no {control.action_id} in {control.block_id}.")


def read_state(place: Place, entered: Json) -> Values:
    """What the page or a test says was entered, as values; raises InvalidValueError."""
    elements = {(b["block_id"], e["action_id"]): e for b, e in elements_in(blocks_in(place.body))}
    values: Values = {}
    for block_id, actions in entered.items():
        for action_id, raw in actions.items():
            element = elements.get((block_id, action_id))
            if element is None:
                raise InvalidValueError(f"There is no {action_id} in {block_id}.")
            if element["type"] not in STATELESS:
                values.setdefault(block_id, {})[action_id] = read_value(element, raw)
    return values


def _enter(place: Place, user: User, entered: Json) -> None:
    values = _values(place, user)
    try:
        for block_id, actions in read_state(place, entered).items():
            # Files are uploaded when the modal is sent.
            kept = {action_id: value for action_id, value in actions.items() if value["type"] != "file_input"}
            values.setdefault(block_id, {}).update(kept)
    except InvalidValueError as problem:
        raise NotPossibleError(str(problem)) from problem


def _values(place: Place, user: User) -> Values:
    if isinstance(place, View):
        return place.values
    place.values[user.id] = changed_state(place.values.get(user.id, {}), blocks_in(place.body))
    return place.values[user.id]


def _payload(parts: Parts, user: User, place: Place, action: Json) -> Json:
    shared = common(parts, user, "block_actions")
    if isinstance(place, View):
        trigger = parts.triggers.mint(user.id, view_id=place.id)
        return {**shared, **around_view(parts, place), "trigger_id": trigger, "actions": [action]}
    return {
        **shared,
        **_around(parts, place, action["block_id"]),
        "trigger_id": parts.triggers.mint(user.id),
        "state": {"values": _values(place, user)},
        "response_url": response_address(parts, "actions", user, place.channel, place.ts),
        "actions": [action],
    }


def _around(parts: Parts, message: Message, block_id: str) -> Json:
    for attachment in message.body.get("attachments", ()):
        if any(block["block_id"] == block_id for block, _ in elements_in(attachment.get("blocks", []))):
            return around_attachment(parts, message, attachment)
    return around_message(parts, message)


def _action(parts: Parts, block: Json, element: Json, chosen: Json) -> Json:
    action: Json = {
        "type": element["type"],
        "block_id": block["block_id"],
        "action_id": element["action_id"],
        "action_ts": parts.workspace.next_ts(),
    }
    if element["type"] == "button":
        return {**action, **{key: element[key] for key in SHOWN_OF_BUTTON if key in element}}
    placeholder = {"placeholder": element["placeholder"]} if "placeholder" in element else {}
    return {**action, **placeholder, **chosen}


def _checked_options(parts: Parts, answer: Any) -> Seen:
    report = Report()
    given = answer if isinstance(answer, dict) else {}
    rules = {"options": MENU_OPTIONS} if "options" in given else {"option_groups": OPTION_GROUPS}
    if given != EMPTY_OPTIONS:
        record(rules)(given, "", report)
    if report.violations:
        parts.inspector.violation("Options that Slack refuses", [one.as_text() for one in report.violations])
        return Seen(ok=False, error=OPTIONS_FAILED)
    return Seen(ok=True, answer=given)
