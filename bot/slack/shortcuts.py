"""What can be asked about a message, in its menu: the names and addresses in it, each with a form that is filled in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.inbox.arrivals import Lane
from bot.operations.kit.consequences import Prepared
from bot.phrases import plain
from bot.slack.arrivals import Interruption, Kind, in_lane
from bot.slack.blocks import Content, actions, content, section
from bot.slack.links_shared import place_in
from bot.slack.manifest import ABOUT_THIS
from bot.slack.markup import undone
from bot.slack.modals import picker_view
from bot.slack.offers import again_button, inline, open_again, propose_buttons
from bot.slack.presses import keep_or_tell
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface
from bot.slack.text import fit_plain
from bot.slack.texts import link as texts

# What a button shows of itself, about.
LABEL = 40
MOST = 5
LONGEST_MESSAGE = 4000
ADDRESS = re.compile(r"(?:https?://)?(?:hub|app)\.docker\.com/[^\s<>|]+", re.IGNORECASE)
MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutMessage:
    """A message that somebody wants to ask about; `trigger` opens one form, within three seconds."""

    text: str
    trigger: str


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie the menu to what follows from it."""

    async def asked_about(ack: AsyncAck, body: dict[str, Any]) -> None:
        message = AboutMessage(
            text=str((body.get("message") or {}).get("text") or "")[:LONGEST_MESSAGE], trigger=str(body["trigger_id"])
        )
        address = ReplyAddress(body["user"]["id"], (body.get("channel") or {}).get("id"), body.get("response_url"))
        await keep_or_tell(surface, ASKED, message, key=message.trigger, address=address)
        await ack()

    app.shortcut(ABOUT_THIS)(asked_about)


async def offer_forms(surface: Surface, address: ReplyAddress, message: AboutMessage) -> None:
    """A button for each thing that the message names; where it names nothing, the menu of everything."""
    found = suggestions(plain(undone(message.text)), surface.organizations)
    if not found:
        view = picker_view(channel=address.channel)
        await surface.views.open(message.trigger, view, address, again=open_again(""))
        return
    await surface.replies.answer(address, suggestions_message(found))


async def offer_menu(
    surface: Surface, address: ReplyAddress, message: AboutMessage, _interruption: Interruption
) -> None:
    """After a restart the menu can no longer be opened: a button does."""
    found = suggestions(plain(undone(message.text)), surface.organizations)
    if found:
        await surface.replies.answer(address, suggestions_message(found))
    else:
        await surface.views.offer(address, again=open_again(""))


def suggestions(text: str, organizations: tuple[str, ...]) -> list[tuple[str, Prepared]]:
    """What may be meant by the names and addresses in a text, each with its label; nothing of other organizations."""
    return list(dict(suggested(text, organizations)).items())[:MOST]


def suggested(text: str, organizations: tuple[str, ...]) -> Iterator[tuple[str, Prepared]]:
    """The same, as they stand in the text."""
    for address in ADDRESS.findall(text):
        place = place_in(address if "://" in address else f"https://{address}")
        if place is None or place.organization not in organizations:
            continue
        values = {"organization": place.organization, "repository": place.repository}
        yield label(texts.SHOW, place.repository), Prepared("repo.show", values)
        yield label(texts.VISIBILITY, place.repository), Prepared("repo.visibility", values)
        if place.tag:
            tag = Prepared("tag.delete", {**values, "tag": place.tag})
            yield label(texts.DELETE_TAG.replace("{tag}", "{name}"), place.tag), tag
    for mail in MAIL.findall(ADDRESS.sub(" ", text)):
        yield label(texts.INVITE, mail), Prepared("invite.send", {"organization": organizations[0], "invitees": mail})


def label(template: str, name: str) -> str:
    """A button's words, no longer than it shows."""
    return fit_plain(template.format(name=name), LABEL)


def suggestions_message(found: list[tuple[str, Prepared]]) -> Content:
    """The buttons, and one for everything else."""
    values = ((name, inline(prepared)) for name, prepared in found)
    buttons = propose_buttons((name, value) for name, value in values if value)
    menu = again_button(texts.SOMETHING_ELSE, "")
    return content(section(texts.FOUND), actions("about", *buttons, *([menu] if menu else [])))


ASKED = Kind(name="about_message", sent=AboutMessage, lane=in_lane(Lane.COMMANDS), work=offer_forms, resume=offer_menu)
KINDS = (ASKED,)
