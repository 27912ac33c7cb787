"""What is said at first contact, and of people who have left; and whom it is said to."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp

from bot.governance.greetings import greet_person
from bot.governance.people import DirectoryUnavailable
from bot.inbox.arrivals import Lane, NotStored
from bot.operations.kit.consequences import Prepared
from bot.slack.arrivals import Kind, as_before, in_lane, keep
from bot.slack.blocks import Block, Content, actions, content, header, section
from bot.slack.conversations import is_channel_id
from bot.slack.offers import again_button, inline, propose_button
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface
from bot.slack.text import code, mention, mention_group, one_line
from bot.slack.texts import greeting as texts

log = structlog.stdlib.get_logger(__name__)

# What somebody types who looks around; whoever asks for something right away has an answer of their own.
LOOKING_AROUND = frozenset({"", "help"})


def welcome_message(payload: Mapping[str, Any]) -> Content:
    """First contact with a channel, with the administrators, or with somebody."""
    organizations = ", ".join(code(str(each)) for each in payload["organizations"])
    approvals = channel_text(str(payload["approvals"]))
    match payload["to"]:
        case "channel":
            return content(section(texts.CHANNEL.format(organizations=organizations, approvals=approvals)))
        case "admins":
            steps = (section(line.format(approvals=approvals)) for line in texts.ADMINS)
            return content(header(texts.ADMINS_TITLE), *steps)
        case _:
            return content(
                section(texts.PERSON.format(organizations=organizations)), *person_blocks(payload, approvals)
            )


def person_blocks(payload: Mapping[str, Any], approvals: str) -> tuple[Block, ...]:
    """What somebody may do here; for who may do nothing, how to get the right."""
    if not payload.get("may"):
        who = ", ".join(mentioned(str(each)) for each in payload.get("administrators") or ()) or texts.SOMEBODY
        return (section(texts.PERSON_MAY_NOT.format(who=who)),)
    topics = ", ".join(texts.TOPICS.get(each, one_line(each)) for each in payload["may"])
    menu = again_button(texts.OPEN_MENU, "")
    may = section(f"{texts.PERSON_MAY.format(topics=topics, approvals=approvals)}\n{texts.PERSON_HOW}")
    return (may, actions("welcome", menu)) if menu else (may,)


def leaver_message(payload: Mapping[str, Any]) -> Content:
    """Somebody who has left Slack and not Docker Hub, with the form that off-boards them."""
    said = texts.LEFT.format(
        person=mention(str(payload["person"])),
        organization=code(str(payload["organization"])),
        docker_id=code(str(payload["docker_id"])),
    )
    wanted = inline(Prepared(str(payload["operation"]), payload["values"]), texts.LEFT_REASON)
    buttons = (actions("leaver", propose_button(texts.OFFBOARD, wanted)),) if wanted else ()
    return content(header(texts.LEFT_TITLE), section(f"{said}\n{texts.LEFT_DO}"), *buttons)


def channel_text(channel: str) -> str:
    """A channel as Slack links it, where its id is known."""
    return f"<#{channel}>" if is_channel_id(channel) else code(f"#{channel}")


def mentioned(who: str) -> str:
    """A person or a user group, by its id."""
    return mention_group(who) if who.startswith("S") else mention(who)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody looks around who has not done so in this process's time."""


def register(app: AsyncApp, surface: Surface) -> None:
    """Look at everything that arrives for who is new."""
    app.use(greeting_newcomers(surface))


def greeting_newcomers(surface: Surface) -> Callable[..., Awaitable[None]]:
    """A middleware that has whoever looks around for the first time greeted, after what they did is answered."""
    known: set[str] = set()

    async def greet(body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002  Bolt's name
        person = newcomer_in(body)
        if person and person not in known:
            with suppress(NotStored):
                await keep(surface, NEWCOMER, Newcomer(), key=person, address=ReplyAddress(person))
                known.add(person)
        await next()

    return greet


async def greet_newcomer(surface: Surface, address: ReplyAddress, _newcomer: Newcomer) -> None:
    """Tell them what they may do, unless they have been told before; where nobody knows who they are, another time."""
    try:
        if await greet_person(surface.context, address.user):
            surface.context.wake()
    except DirectoryUnavailable:
        log.info("greeting.not_known")


def newcomer_in(body: Mapping[str, Any]) -> str:
    """Who opened the app, or typed the command with nothing behind it; empty for everything else."""
    event = body.get("event") or {}
    if event.get("type") == "app_home_opened":
        return str(event.get("user") or "")
    is_looking = "command" in body and str(body.get("text") or "").strip() in LOOKING_AROUND
    return str(body.get("user_id") or "") if is_looking else ""


NEWCOMER = Kind(
    name="newcomer", sent=Newcomer, lane=in_lane(Lane.READS), work=greet_newcomer, resume=as_before(greet_newcomer)
)
KINDS = (NEWCOMER,)
