"""Requests as their cards see them, the ordinary and the longest and most hostile that there can be."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.principals import Principal, User, UserGroup
from bot.governance.approval.requirement import Requirement, Stage
from bot.governance.ledger.lifecycle import Status
from bot.governance.stored import KnownBeneficiary
from bot.governance.views import RequestView
from bot.operations.kit.base import Change, ItemResult, Operation
from bot.operations.kit.consequences import Harm, Risk
from bot.slack.blocks import Content
from sandbox.slack.block_kit.check import check_message, check_view, size_of
from sandbox.slack.block_kit.rules import Violation
from tests.operations.samples import HOSTILE, sample_values

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
AMPERSANDS = "&<>" * 333 + "&"
LONG_NAME = "a" * 255
TAGS = tuple(f"{number:05d}-{'t' * 122}" for number in range(5000))
PEOPLE = tuple(f"{number:03d}{'x' * 55}@{'y' * 60}.{'z' * 60}.example.com" for number in range(100))
APPROVERS = tuple(f"U{number:010d}" for number in range(10))


def one_stage(need: int, *, users: tuple[str, ...] = (), groups: tuple[str, ...] = ()) -> Requirement:
    """So many of these."""
    of: tuple[Principal, ...] = (*map(User, users), *map(UserGroup, groups))
    return Requirement((Stage(need, of),), timedelta(hours=24))


def approvals_of(*voters: str) -> tuple[Ballot, ...]:
    """A ballot of each."""
    return tuple(
        Ballot(id=number, voter=voter, choice=Choice.APPROVE, at=NOW) for number, voter in enumerate(voters, 1)
    )


def request_view(operation: Operation, status: Status = Status.PENDING, **more: Any) -> RequestView:
    """An ordinary request."""
    params = {name: value for name, value in sample_values(operation).items() if value not in (None, "")}
    view = RequestView(
        id=7,
        version=3,
        status=status,
        created_at=NOW,
        organization="acme",
        operation=operation.name,
        params=params,
        reason="joins on Monday",
        requester="U0ANN",
        rule="a platform lead agrees",
        requirement=one_stage(1, users=("U0OMAR",), groups=("S0LEADS",)),
        ballots=(),
        expires_at=NOW,
        changes=(Change("jane@example.com", None, "invited as member"),),
        notes=("Team platform has 3 members now.",),
        decided_by=None,
        decision_reason=None,
        settled_by=None,
        finished_at=None,
        summary=None,
        items=(),
        error=None,
        title="Invite jane@example.com as member",
    )
    return replace(view, **more)


def longest_view(operation: Operation, status: Status) -> RequestView:
    """As long as Docker and Slack permit, and full of what Slack counts five times."""
    return request_view(
        operation,
        status,
        id=999_999_999_999,
        version=99_999,
        organization="o" * 30,
        params={"organization": "o" * 30, "repository": LONG_NAME, "rules": ["<&>" * 83] * 5, "invitees": list(PEOPLE)},
        reason=AMPERSANDS,
        rule="&" * 120,
        requirement=one_stage(10, users=APPROVERS * 3, groups=tuple(f"S{number:010d}" for number in range(10))),
        ballots=approvals_of(*APPROVERS),
        changes=(
            Change("Rules", "<&>" * 416, "<&>" * 416),
            Change("5,000 tags immutable", "mutable", "immutable", items=TAGS),
            Change("5,000 tags mutable again", "immutable", "mutable", items=TAGS),
            *(Change(person, None, "invited as owner") for person in PEOPLE),
        ),
        notes=tuple(f"{person} has a pending invite already." for person in PEOPLE),
        decided_by="U0OMAR",
        decision_reason=AMPERSANDS,
        settled_by="U0LENA",
        finished_at=NOW,
        summary="&" * 600,
        items=tuple(ItemResult(person, number % 2 == 0, AMPERSANDS) for number, person in enumerate(PEOPLE)),
        error=AMPERSANDS,
        title=AMPERSANDS[:150],
        risks=(Risk(Harm.POWER, AMPERSANDS), *(Risk(Harm.FINAL, f"{number}: {AMPERSANDS}") for number in range(4))),
        decided_at=NOW + timedelta(hours=1),
        about=tuple(KnownBeneficiary((person,), APPROVERS[:2]) for person in PEOPLE),
    )


def hostile_view(operation: Operation, status: Status) -> RequestView:
    """Everything that came from people or from Docker Hub tries to be markup."""
    evil = "\n".join(HOSTILE[:9])
    return request_view(
        operation,
        status,
        params=dict(zip("abcdefghi", HOSTILE[:9], strict=True)) | {"list": list(HOSTILE[:9])},
        reason=evil,
        rule=evil,
        changes=(Change(evil, evil, evil, items=HOSTILE[:9]), Change(evil, None, evil), Change(evil, evil, None)),
        notes=HOSTILE[:9],
        decided_by="U0OMAR",
        decision_reason=evil,
        summary=evil,
        items=(ItemResult(evil, False, evil),),
        error=evil,
        title=evil,
        risks=(Risk(Harm.PUBLIC, evil),),
    )


def flaws(content: Content) -> list[Violation]:
    """What Slack would refuse in a message."""
    blocks = list(content.blocks)
    return check_message({"blocks": blocks}) + check_message({"blocks": blocks}, "response")


def view_flaws(view: dict[str, Any]) -> list[Violation | str]:
    """What Slack would refuse in a modal."""
    too_large = [f"{size_of(view):,} bytes"] if size_of(view) > 250_000 else []
    return [*check_view(view, kinds=("modal",)), *too_large]


def markup(value: Any) -> list[str]:
    """Every text that Slack reads as markup in a message or a view."""
    match value:
        case {"type": "mrkdwn", "text": str(text)}:
            return [text]
        case dict():
            return [text for part in value.values() for text in markup(part)]
        case list() | tuple():
            return [text for part in value for text in markup(part)]
        case _:
            return []


def every_text(value: Any) -> list[str]:
    """Every text that is shown, as markup or plain."""
    match value:
        case {"text": str(text)}:
            return [text]
        case dict():
            return [text for part in value.values() for text in every_text(part)]
        case list() | tuple():
            return [text for part in value for text in every_text(part)]
        case _:
            return []


# What our own texts may hold: people and groups of the row, and times.
OURS = re.compile(r"<@U0(?:ANN|OMAR|LENA)>|<!subteam\^S0LEADS>|<!date\^\d+\^\{date_short_pretty\} \{time\}\|[^<>|]+>")
UNSEEN = re.compile("[\u200b\u202a-\u202e\u2066-\u2069\x00]")


def assert_harmless(content: Content) -> None:
    """Nothing in the message is a mention, a link or an entity that is not ours."""
    for text in [content.text, *markup(list(content.blocks))]:
        assert re.search("[<>]", OURS.sub("", re.sub("^> ?", "", text, flags=re.MULTILINE))) is None, text
        assert re.search(r"&(?!amp;|lt;|gt;)", text) is None, text
    for text in [content.text, *every_text(list(content.blocks))]:
        assert UNSEEN.search(text) is None, text


def assert_whole_entities(content: Content) -> None:
    """No text was cut in the middle of an entity."""
    for text in [content.text, *markup(list(content.blocks))]:
        assert re.search(r"&(?!amp;|lt;|gt;)", text) is None
