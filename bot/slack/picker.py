"""The menu of everything: opened by the global shortcut, searched by what people call things, turned into a form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.inbox.arrivals import Lane
from bot.intents.search import found_by
from bot.operations.kit.base import Operation
from bot.slack.arrivals import Interruption, Kind, as_before, in_lane
from bot.slack.blocks import Block
from bot.slack.help import meant_by
from bot.slack.inputs import OPTION_TEXT, option, plain_text
from bot.slack.manifest import SHORTCUT
from bot.slack.modals import PICK, form_view, metadata_in, picker_view
from bot.slack.offers import open_again
from bot.slack.presses import Press, keep_or_tell, pressed
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface
from bot.slack.texts.help import TOPICS

# Slack takes as many options of a menu: https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
MOST_FOUND = 100


@dataclass(frozen=True, slots=True)
class Chosen:
    """The shortcut was chosen; `trigger` opens one form, within three seconds."""

    trigger: str


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie the shortcut and the menu to what they do."""

    async def shortcut_chosen(ack: AsyncAck, body: dict[str, Any]) -> None:
        chosen = Chosen(str(body["trigger_id"]))
        await keep_or_tell(surface, CHOSEN, chosen, key=chosen.trigger, address=ReplyAddress(body["user"]["id"]))
        await ack()

    async def menu_opened(ack: AsyncAck, body: dict[str, Any]) -> None:
        typed = str(body.get("value") or "")
        if typed.strip():
            await ack(options=[entry(each) for each in found_by(surface.vocabulary.operations, typed)[:MOST_FOUND]])
        else:
            await ack(option_groups=groups(surface.vocabulary.operations))

    app.shortcut(SHORTCUT)(shortcut_chosen)
    app.options(PICK)(menu_opened)
    app.action(PICK)(pressed(surface, PICKED))


def groups(operations: Sequence[Operation]) -> list[Block]:
    """Everything, by topic, those that people use most first."""
    topics = ((topic.title, meant_by(operations, topic.name)) for topic in TOPICS)
    return [
        {"label": plain_text(title, OPTION_TEXT), "options": [entry(each) for each in members]}
        for title, members in topics
        if members
    ]


def entry(operation: Operation) -> Block:
    """An operation in the menu."""
    return option(operation.title, operation.summary) | {"value": operation.name}


async def open_picker(surface: Surface, address: ReplyAddress, chosen: Chosen) -> None:
    """Open the menu."""
    view = picker_view(channel=None)
    await surface.views.open(chosen.trigger, view, address, again=open_again(""))


async def offer_picker(surface: Surface, address: ReplyAddress, _chosen: Chosen, _interruption: Interruption) -> None:
    """The menu that a restart has cost, behind a button."""
    await surface.views.offer(address, again=open_again(""))


async def open_picked_form(surface: Surface, _address: ReplyAddress, press: Press) -> None:
    """Turn the picker, which takes no trigger, into the form of what was picked."""
    operation = surface.operation(press.value)
    channel = metadata_in(press.metadata)["channel"]
    view = form_view(operation, {}, "", organizations=surface.organizations, channel=channel)
    await surface.views.update(str(press.view), view)


CHOSEN = Kind(name="shortcut", sent=Chosen, lane=in_lane(Lane.COMMANDS), work=open_picker, resume=offer_picker)
PICKED = Kind(
    name=PICK, sent=Press, lane=in_lane(Lane.COMMANDS), work=open_picked_form, resume=as_before(open_picked_form)
)
KINDS = (CHOSEN, PICKED)
