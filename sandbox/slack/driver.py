"""A person at the keyboard, for tests: the same acts as in the browser, and waiting for what the screen shows."""

import copy
import json
from collections.abc import Callable
from typing import Any, TypeVar

from sandbox.slack.block_kit.check import blocks_in, derive_text, elements_in
from sandbox.slack.interactions.actions import Control, Place, find_element, press, suggest
from sandbox.slack.interactions.commands import run_command
from sandbox.slack.interactions.events import open_home, run_message_shortcut, run_shortcut, say_as_person
from sandbox.slack.interactions.links import compose_as_person
from sandbox.slack.interactions.messages import delete_as_person, edit_as_person, react_as_person, share_as_person
from sandbox.slack.interactions.seen import NotPossibleError, Seen
from sandbox.slack.interactions.submissions import close_view, submit_view
from sandbox.slack.interactions.values import all_options, takes_many
from sandbox.slack.parts import Parts
from sandbox.slack.workspace.state import Composed, Json, Message, User
from sandbox.slack.workspace.threads import replies_to
from sandbox.slack.workspace.views import View

T = TypeVar("T")
MessagePredicate = Callable[[Message], bool]
ViewPredicate = Callable[[View], bool]


def words_of(place: Place) -> str:
    """Everything that can be read there: the text, and every text in the blocks."""
    return "\n".join([str(place.body.get("text", "")), json.dumps(blocks_in(place.body), ensure_ascii=False)])


def frozen(message: Message) -> Message:
    """The message as it is now, for a click on a screen that has not caught up with a later change."""
    return Message(message.channel, message.ts, copy.deepcopy(message.body), message.only_for)


class Person:
    """One person's screen and hands; acts that the client does not offer raise NotPossibleError."""

    def __init__(self, parts: Parts, user_id: str) -> None:
        self.id = user_id
        self._parts = parts

    @property
    def user(self) -> User:
        """The account."""
        return self._parts.workspace.users[self.id]

    @property
    def view(self) -> View | None:
        """The modal in front."""
        return self._parts.views.top(self.id)

    @property
    def home(self) -> View | None:
        """The app's Home tab as published."""
        return self._parts.views.homes.get(self.id)

    @property
    def toasts(self) -> list[str]:
        """The toasts and the failures beside elements, oldest first."""
        seen = (one for one in self._parts.feed.notices if one.reaches(self.id))
        return [str(one.event["text"]) for one in seen if one.event["type"] in ("toast", "action_failed")]

    @property
    def direct_channel(self) -> str:
        """The id of the direct messages with the bot."""
        return self._parts.workspace.direct_channel(self.id, self._parts.app.bot_user_id).id

    def messages(self, channel: str) -> list[Message]:
        """What the person sees in a channel, oldest first, ephemeral messages included."""
        return self._parts.workspace.visible_messages(channel, self.id)

    def replies(self, message: Message) -> list[Message]:
        """The thread below a message, oldest first, without what is for one person alone."""
        return replies_to(self._parts.workspace.channels[message.channel], message)

    def ephemerals(self, channel: str = "") -> list[Message]:
        """The messages that only this person sees, oldest first."""
        channels = self._parts.workspace.channels.values()
        shown = [one for place in channels if channel in ("", place.id) for one in place.messages.values()]
        return sorted((one for one in shown if one.only_for == self.id), key=lambda one: one.ts)

    async def command(self, line: str, *, channel: str = "") -> Seen:
        """Type a slash command, in the first channel unless told; answers what the app says at once, or the failure."""
        channel = channel or next(iter(self._parts.workspace.channels))
        return await run_command(self._parts, self.id, channel=channel, line=line)

    def say(self, text: str, *, channel: str = "", thread_ts: str = "", broadcast: bool = False) -> Message:
        """Write a message, without a channel to the bot directly; `thread_ts` names the message that it replies to."""
        place = channel or self.direct_channel
        return say_as_person(self._parts, self.id, channel=place, text=text, thread_ts=thread_ts, broadcast=broadcast)

    def compose(self, text: str, *, channel: str = "") -> Composed:
        """Write a message and do not send it yet; its links are told, and what the app makes of them is kept there."""
        return compose_as_person(self._parts, self.id, channel=channel or self.direct_channel, text=text)

    def edit(self, message: Message, text: str) -> None:
        """Change a message of one's own."""
        edit_as_person(self._parts, self.id, channel=message.channel, ts=message.ts, text=text)

    def delete(self, message: Message) -> None:
        """Delete a message of one's own."""
        delete_as_person(self._parts, self.id, channel=message.channel, ts=message.ts)

    def react(self, message: Message, name: str, *, remove: bool = False) -> None:
        """Put a reaction to a message, or take it away."""
        react_as_person(self._parts, self.id, channel=message.channel, ts=message.ts, name=name, remove=remove)

    def share(self, name: str, content: bytes, *, channel: str = "", text: str = "") -> Message:
        """Share a file; without a channel, with the bot directly."""
        place = channel or self.direct_channel
        return share_as_person(self._parts, self.id, channel=place, name=name, content=content, text=text)

    async def click(
        self, place: Place, what: str, *, value: Any = None, confirm: bool = True, state: Json | None = None
    ) -> Seen:
        """Press the element with that action_id or text, or choose `value` in it; `confirm` answers its dialog."""
        control, element = self._find(place, what)
        if "confirm" in element and not confirm:
            return Seen(ok=False, error="cancelled")
        return await press(self._parts, self.id, control=control, value=value, state=state)

    async def options(
        self, place: Place, what: str, typed: str = "", *, block_id: str = "", state: Json | None = None
    ) -> list[Json]:
        """The options that an external menu shows for what is typed, those in groups included.

        `state` is what else was entered: `{block_id: {action_id: value}}`.
        """
        control, _ = self._find(place, what, block_id)
        seen = await suggest(self._parts, self.id, control=control, typed=typed, state=state)
        if not seen.ok:
            raise NotPossibleError(seen.error)
        return list(all_options(seen.answer))

    async def submit(self, view: View, values: Json | None = None) -> Seen:
        """Fill in the modal and send it; `values` is `{block_id: value}`, or `{block_id: {action_id: value}}`.

        An external menu's value is what is typed into it: it is looked up, and the option with that value or text is
        taken, as a person would; the inputs are filled in the order in which they are given.
        """
        entered: Json = {}
        for block_id, given in (values or {}).items():
            entered[block_id] = await self._entered(view, block_id, given, before=entered)
        return await submit_view(self._parts, self.id, view_id=view.id, entered=entered)

    async def close(self, view: View, *, everything: bool = False) -> None:
        """Close a modal, or all of them."""
        await close_view(self._parts, self.id, view_id=view.id, everything=everything)

    async def shortcut(self, callback_id: str) -> Seen:
        """Pick a global shortcut."""
        return await run_shortcut(self._parts, self.id, callback_id)

    async def message_shortcut(self, message: Message, callback_id: str) -> Seen:
        """Pick a shortcut in a message's menu."""
        return await run_message_shortcut(self._parts, self.id, callback_id, channel=message.channel, ts=message.ts)

    def open_home(self, tab: str = "home") -> None:
        """Open the app's Home tab."""
        open_home(self._parts, self.id, tab=tab)

    async def wait_for_message(
        self,
        channel: str,
        wanted: MessagePredicate | str = "",
        timeout: float = 15,  # noqa: ASYNC109
    ) -> Message:
        """The newest message in the channel that fits, or that contains the text, as soon as there is one."""
        fits = _message_test(wanted)
        return await self._await(lambda: _newest(self.messages(channel), fits), timeout, f"{wanted!r} in {channel}")

    async def wait_for_reply(
        self,
        message: Message,
        wanted: MessagePredicate | str = "",
        timeout: float = 15,  # noqa: ASYNC109
    ) -> Message:
        """The newest message in the thread below this one that fits, or that contains the text."""
        fits = _message_test(wanted)
        place = f"the thread of {message.ts} in {message.channel}"
        return await self._await(lambda: _newest(self.replies(message), fits), timeout, f"{wanted!r} in {place}")

    async def wait_for_ephemeral(
        self,
        wanted: MessagePredicate | str = "",
        *,
        channel: str = "",
        timeout: float = 15,  # noqa: ASYNC109
    ) -> Message:
        """The newest message for this person alone that fits, or that contains the text."""
        fits = _message_test(wanted)
        return await self._await(lambda: _newest(self.ephemerals(channel), fits), timeout, f"{wanted!r} for one alone")

    async def wait_for_view(self, wanted: ViewPredicate | str = "", timeout: float = 15) -> View:  # noqa: ASYNC109
        """The modal in front, as soon as it fits, or contains the text."""
        return await self._await(lambda: _fitting(self.view, wanted), timeout, f"{wanted!r} in a modal")

    async def wait_for_home(self, wanted: ViewPredicate | str = "", timeout: float = 15) -> View:  # noqa: ASYNC109
        """The Home tab, as soon as it fits, or contains the text."""
        return await self._await(lambda: _fitting(self.home, wanted), timeout, f"{wanted!r} on Home")

    async def wait_until(self, holds: Callable[[], bool], timeout: float = 15) -> None:  # noqa: ASYNC109
        """Return once it holds; looked at after every change in the workspace."""
        await self._await(lambda: holds() or None, timeout, "that to hold")

    def sees(self, place: Place) -> str:
        """The readable text of a message or view."""
        return derive_text(place.body.get("blocks", [])) or str(place.body.get("text", ""))

    async def _await(self, look: Callable[[], T | None], timeout: float, what: str) -> T:  # noqa: ASYNC109
        try:
            return await self._parts.feed.wait(look, timeout=timeout)
        except TimeoutError as late:
            screen = [
                words_of(one)[:300]
                for place in self._parts.workspace.channels_of(self.id)
                for one in self.messages(place.id)
            ]
            broken = [f"{one.title}: {one.detail[:300]}" for one in self._parts.inspector.violations]
            raise TimeoutError(
                f"{self.id} waited {timeout} s for {what}; messages: {screen[-8:]}; "
                f"modal: {self.view and self.view.body}; toasts: {self.toasts[-3:]}; broken rules: {broken[-3:]}"
            ) from late

    def _find(self, place: Place, what: str, block_id: str = "") -> tuple[Control, Json]:
        found = list(elements_in(blocks_in(place.body)))
        named = [(block, element) for block, element in found if what in _names(block, element)]
        if block_id:
            named = [one for one in named if one[0]["block_id"] == block_id]
        if len(named) != 1:
            known = [element["action_id"] for _, element in found]
            raise NotPossibleError(f"{len(named)} elements are {what!r}; there are {known}.")
        block, element = named[0]
        control = Control(place, block["block_id"], element["action_id"])
        find_element(self._parts, self.user, control)
        return control, element

    async def _entered(self, view: View, block_id: str, given: Any, *, before: Json) -> Json:
        elements = {
            one["action_id"]: one for block, one in elements_in(view.body["blocks"]) if block["block_id"] == block_id
        }
        if not elements:
            raise NotPossibleError(f"There is no block {block_id}; there are {list(view.values)}.")
        if not isinstance(given, dict) or not set(given) <= set(elements):
            given = {next(iter(elements)): given}
        looked_up = {}
        for action_id, one in given.items():
            control = Control(view, block_id, action_id)
            looked_up[action_id] = await self._looked_up(control, elements[action_id]["type"], one, before=before)
        return looked_up

    async def _looked_up(self, control: Control, kind: str, given: Any, *, before: Json) -> Any:
        if not kind.endswith("external_select") or given in (None, [], ""):
            return given
        if takes_many(kind):
            return [await self._pick(control, one, before=before) for one in given]
        return await self._pick(control, given, before=before)

    async def _pick(self, control: Control, typed: Any, *, before: Json) -> Json:
        if isinstance(typed, dict):
            return typed
        place, block_id = control.place, control.block_id
        shown = await self.options(place, control.action_id, str(typed), block_id=block_id, state=before)
        for option in shown:
            if typed in (option["value"], option["text"]["text"]):
                return option
        raise NotPossibleError(f"{typed!r} is not among {[one['text']['text'] for one in shown]}.")


def _names(block: Json, element: Json) -> tuple[str, ...]:
    """What a test may call an element by: its action_id, its words, or its block where it is an input."""
    block_name = block["block_id"] if block["type"] == "input" else ""
    return (element["action_id"], element.get("text", {}).get("text", ""), block_name)


def _message_test(wanted: MessagePredicate | str) -> MessagePredicate:
    return (lambda message: wanted in words_of(message)) if isinstance(wanted, str) else wanted


def _newest(messages: list[Message], fits: MessagePredicate) -> Message | None:
    return next((one for one in reversed(messages) if fits(one)), None)


def _fitting(view: View | None, wanted: ViewPredicate | str) -> View | None:
    if view is None:
        return None
    fits = (
        wanted in words_of(view) + json.dumps(view.body, ensure_ascii=False)
        if isinstance(wanted, str)
        else wanted(view)
    )
    return view if fits else None
