"""What somebody is told directly of a request that waits for them, and of it when it does so no more: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.governance.approval.principals import BY_KIND, Principal
from bot.governance.ledger.lifecycle import Act, Status
from bot.governance.views import RequestView
from bot.operations.kit.base import Operation
from bot.slack.blocks import Block, Content, actions, button, content, context, section
from bot.slack.card import BUTTONS, DETAILS, headline, request_lines
from bot.slack.links import Links
from bot.slack.settings_view import settings_button
from bot.slack.text import escape, fit_plain, mentioned, moment
from bot.slack.texts import approver as texts

REMINDERS = {"half": texts.HALF, "last": texts.LAST}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who alone reads a message, and what was noted for them when it was asked for."""

    person: str
    payload: Mapping[str, Any] = field(default_factory=dict)


def ask_message(view: RequestView, operation: Operation, reader: Reader, links: Links) -> Content:
    """The request with its buttons, as long as it waits for the reader; then how it stands."""
    return message(view, operation, reader, links, lead=[], brief=False)


def reminder_message(view: RequestView, operation: Operation, reader: Reader, links: Links) -> Content:
    """That it still waits for the reader and until when; how it stands, once it does not."""
    said = REMINDERS.get(str(reader.payload.get("call")), texts.LAST).format(when=moment(view.expires_at))
    return message(view, operation, reader, links, lead=[section(said)] if waits_for(view, reader) else [], brief=True)


def message(
    view: RequestView, operation: Operation, reader: Reader, links: Links, *, lead: list[Block], brief: bool
) -> Content:
    """The request for its one reader."""
    why = why_you(principals_of(reader)) if waits_for(view, reader) else ""
    if view.status is Status.PENDING and reader.person in view.approvals:
        why = texts.HAS_APPROVED
    buttons = decide_buttons(view, operation) if waits_for(view, reader) else [details_button(view)]
    return content(
        *lead,
        *request_lines(view, operation, why_you=why, brief=brief),
        actions(f"direct-{view.id}-{view.version}", *buttons, settings_button()),
        context(foot_line(view, links)),
    )


def waits_for(view: RequestView, reader: Reader) -> bool:
    """Whether it still waits for the reader, as far as the request itself says."""
    return view.status is Status.PENDING and reader.person not in view.approvals


def principals_of(reader: Reader) -> tuple[Principal, ...]:
    """As what the reader may decide; what this version does not know is left out."""
    stored = reader.payload.get("as") or ()
    return tuple(BY_KIND[each["kind"]](each["id"]) for each in stored if each.get("kind") in BY_KIND)


def why_you(of: Iterable[Principal]) -> str:
    """Why it is theirs to decide; empty where nobody knows."""
    named = [principal.mention() for principal in of]
    if any(each.kind == "person" for each in named):
        return texts.NAMED
    return texts.OF_GROUP.format(groups=", ".join(map(mentioned, named))) if named else ""


def decide_buttons(view: RequestView, operation: Operation) -> list[Block]:
    """Approve and Deny, as on the card, and its details."""
    what = headline(view, operation)
    buttons = [*(BUTTONS[act](view, what) for act in (Act.APPROVE, Act.DENY)), details_button(view)]
    return [about(each, what) for each in buttons]


def about(pressed: Block, what: str) -> Block:
    """The button, of which there are several alike, as a screen reader has it: with what it is about."""
    return pressed | {"accessibility_label": fit_plain(f"{pressed['text']['text']}: {what}", 75)}


def details_button(view: RequestView) -> Block:
    """All there is to know."""
    return button("Details", DETAILS, str(view.id))


def foot_line(view: RequestView, links: Links) -> str:
    """Which request it is, in small type, and where its card is."""
    line = texts.FOOT.format(number=view.id, organization=escape(view.organization))
    link = links.message(view.card) if view.card else ""
    return f"{line} · {texts.CARD.format(link=link)}" if link else line
