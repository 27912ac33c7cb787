"""Links to Docker Hub that people share: shown with what whoever shares them may see, and everybody there, too."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from pydantic import ValidationError
from pydantic_core import PydanticCustomError
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.errors import UserError
from bot.governance.people import DirectoryUnavailable
from bot.governance.requests.read import read
from bot.inbox.arrivals import Lane
from bot.operations.kit.base import Answer, Cell, Intent
from bot.operations.kit.consequences import Prepared
from bot.operations.kit.pages import Place, read_place
from bot.slack.arrivals import Kind, as_before, in_lane
from bot.slack.blocks import Block, actions, section
from bot.slack.client import TROUBLE, cursor_after, short
from bot.slack.offers import inline, propose_buttons
from bot.slack.presses import keep_or_tell
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface
from bot.slack.text import fit, fit_plain, moment, one_line
from bot.slack.texts import link as texts

log = structlog.stdlib.get_logger(__name__)

POSTED = "conversations_history"
SHOW = "repo.show"
# So many links of a message are shown; so many people are looked at before the channel counts as one with outsiders.
LINKS, PEOPLE = 3, 1000
NAME, DESCRIPTION, LABEL = 120, 300, 40
SHOWN = {
    "visibility": "Visibility",
    "tags": "Tags",
    "immutable": "Immutable tags",
    "pulls": "Pulls",
    "updated": "Updated",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedLinks:
    """Addresses of Docker Hub's in a message: where it stands, and how Slack wants to be answered."""

    channel: str
    ts: str
    urls: tuple[str, ...]
    is_member: bool


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie a shared link to what follows from it."""

    async def links_shared(event: dict[str, Any], body: dict[str, Any]) -> None:
        # What is still being written stands nowhere yet, and who will read it is not known.
        if event.get("source", POSTED) != POSTED or not event.get("user"):
            return
        shared = SharedLinks(
            channel=str(event["channel"]),
            ts=str(event["message_ts"]),
            urls=tuple(str(link["url"]) for link in event["links"])[:LINKS],
            is_member=bool(event.get("is_bot_user_member")),
        )
        key = str(body.get("event_id") or event.get("event_ts"))
        await keep_or_tell(surface, SHARED, shared, key=key, address=ReplyAddress(str(event["user"])))

    app.event("link_shared")(links_shared)


async def unfold(surface: Surface, address: ReplyAddress, shared: SharedLinks) -> None:
    """Hang below the message what it leads to; nothing where whoever shared it may not see that."""
    shown: dict[str, dict[str, Any]] = {}
    for url in shared.urls:
        place = place_in(url)
        if place is None or place.organization not in surface.context.organizations:
            continue
        try:
            answer = await facts_for(surface, place, address.user)
        except (UserError, DirectoryUnavailable) as error:
            log.info("links.not_shown", error=type(error).__name__)
            continue
        facts = facts_in(answer)
        if facts.get("Visibility") != "public" and not await are_all_insiders(surface, shared):
            continue
        shown[url] = {"blocks": unfolded(place, facts)}
    if not shown:
        return
    try:
        await surface.replies.client.chat_unfurl(channel=shared.channel, ts=shared.ts, unfurls=shown)
    except TROUBLE as error:
        log.info("links.not_unfolded", error=short(error))


def place_in(url: str) -> Place | None:
    """The repository that an address of Docker Hub's leads to; None for anything else."""
    try:
        place = read_place(url, "repository")
    except PydanticCustomError:
        return None
    return place if place and place.organization and place.repository else None


async def facts_for(surface: Surface, place: Place, person: str) -> Answer:
    """What the person may read of the repository; raises `UserError`, and what Slack's directory raises."""
    operation = surface.operation(SHOW)
    try:
        values = {"organization": place.organization, "repository": place.repository}
        params = operation.params.model_validate(values)
    except ValidationError:
        raise UserError from None
    return (await read(surface.context, Intent(operation, params), person)).answer


def facts_in(answer: Answer) -> Mapping[str, str]:
    """The rows of a repository's answer, by what they are; moments as Slack shows each reader their own."""
    return {str(row[0]): fact(row[1]) for row in answer.rows}


def fact(cell: Cell) -> str:
    """A cell's text, made harmless."""
    return moment(cell) if isinstance(cell, datetime) else one_line(str(cell))


def unfolded(place: Place, facts: Mapping[str, str]) -> list[Block]:
    """The repository in three lines, and buttons that begin a request."""
    name = texts.TITLE.format(organization=place.organization, repository=place.repository)
    given = {name: facts.get(title, "?") for name, title in SHOWN.items()}
    line, about = texts.FACTS.format(**given), fit(facts.get("Description", ""), DESCRIPTION)
    lines = [f"*{one_line(fit_plain(name, NAME))}*", *([about] if about.strip("– ") else []), line]
    return [section("\n".join(lines)), actions("link", *buttons_for(place, facts))]


def buttons_for(place: Place, facts: Mapping[str, str]) -> list[Block]:
    """What can be asked for there; a form, filled in, opens for whoever presses."""
    values = {"organization": place.organization, "repository": place.repository}
    is_public = facts.get("Visibility") == "public"
    visibility = texts.MAKE_PRIVATE if is_public else texts.MAKE_PUBLIC
    wanted = [(visibility, Prepared("repo.visibility", {**values, "visibility": "private" if is_public else "public"}))]
    if not facts.get("Immutable tags", "").startswith("on"):
        wanted.append((texts.IMMUTABLE, Prepared("repo.immutable.set", values)))
    if place.tag:
        label = fit_plain(texts.DELETE_TAG.format(tag=place.tag), LABEL)
        wanted.append((label, Prepared("tag.delete", {**values, "tag": place.tag})))
    values_of = [(label, inline(prepared)) for label, prepared in wanted]
    return propose_buttons((label, value) for label, value in values_of if value)


async def are_all_insiders(surface: Surface, shared: SharedLinks) -> bool:
    """Whether nobody reads the channel but people of ours who are no guests; False where that is not certain."""
    client = surface.replies.client
    if not shared.is_member:
        return False
    try:
        channel = (await client.conversations_info(channel=shared.channel))["channel"]
        if any(channel.get(key) for key in ("is_ext_shared", "is_shared", "is_org_shared", "is_pending_ext_shared")):
            return False
        members: list[str] = []
        cursor = ""
        while True:
            answer = await client.conversations_members(channel=shared.channel, limit=200, cursor=cursor or None)
            members += answer["members"]
            cursor = cursor_after(answer)
            if len(members) > PEOPLE:
                return False
            if not cursor:
                break
        people = [await surface.directory.person(member) for member in members]
    except (*TROUBLE, SlackApiError, DirectoryUnavailable) as error:
        log.info("links.readers_not_known", error=short(error))
        return False
    return not any(person.is_guest for person in people if person.is_active and not person.is_bot)


SHARED = Kind(name="links", sent=SharedLinks, lane=in_lane(Lane.READS), work=unfold, resume=as_before(unfold))
KINDS = (SHARED,)
