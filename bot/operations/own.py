"""Reads over our own tables: which requests there are, and what happened to one."""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from pydantic import Field

from bot.db import ballots, requests, trail
from bot.db.models import OperationRequest, StoredBallot, TrailRecord
from bot.db.session import Database
from bot.errors import RequestNotFound
from bot.operations.kit.base import Answer, Cell, Operation, Params, Read, Viewer
from bot.operations.kit.fields import Organization
from bot.operations.kit.text import count
from bot.phrases import Mention

# As many as are looked through for those that concern somebody, newest first.
SEARCHED = 1000
HUBWARDEN = "hubwarden"

State: TypeAlias = Literal[
    "any", "pending", "approved", "executing", "succeeded", "failed", "unknown", "denied", "cancelled", "expired"
]


class RequestList(Params):
    """Which requests to list."""

    organization: Organization
    whose: Literal["all", "mine", "waiting"] = Field(
        "all", title="Whose", description="All that you may see, those that you asked for, or those that wait for you"
    )
    state: State = Field("any", title="State", description="Only those that stand there")
    operation: str = Field("", title="Operation", description="Only what asks for this, such as invite.send")
    limit: int = Field(100, title="At most", description="How many at the most, newest first", ge=1, le=SEARCHED)


class RequestHistory(Params):
    """Whose history to show."""

    organization: Organization
    request: int = Field(title="Request", description="Its number", ge=1, le=10**12)


async def list_requests(database: Database, viewer: Viewer, params: RequestList) -> Answer:
    """The requests that the viewer may see, newest first."""
    async with database.begin() as session:
        rows = await requests.search(
            session,
            params.organization,
            statuses=states_of(params),
            requester=viewer.id if params.whose == "mine" else None,
            operation=params.operation or None,
            limit=SEARCHED,
        )
        given = await ballots.of_requests(session, [row.id for row in rows])
    # Who is in a group is asked of Slack, so outside of the transaction.
    seen = [row for row in rows if await is_wanted(row, voters_of(given, row.id), viewer, params)]
    shown = seen[: params.limit]
    columns = ("Request", "Asked", "State", "Operation", "What", "Who", "Reason")
    note = note_for(viewer, len(rows), len(seen), len(shown))
    return Answer(f"Requests of {params.organization}", columns, tuple(map(row_of, shown)), len(shown), note)


def states_of(params: RequestList) -> tuple[str, ...]:
    """The states that are looked through; none stands for all."""
    if params.whose == "waiting":
        return ("pending",) if params.state in {"any", "pending"} else (params.state,)
    return () if params.state == "any" else (params.state,)


def voters_of(given: Sequence[StoredBallot], request_id: int) -> frozenset[str]:
    """Who has said something to the request."""
    return frozenset(ballot.voter for ballot in given if ballot.request_id == request_id)


async def is_wanted(row: OperationRequest, voters: frozenset[str], viewer: Viewer, params: RequestList) -> bool:
    """Whether the viewer may see it, and asked for it."""
    if params.whose == "waiting":
        is_open = row.status == "pending" and viewer.id not in {row.requester, *voters}
        return is_open and await viewer.may_decide(row.requirement)
    return await concerns(row, voters, viewer)


async def concerns(row: OperationRequest, voters: frozenset[str], viewer: Viewer) -> bool:
    """Whether the viewer asked for it, may decide it or has, or sees everything anyway."""
    if viewer.sees_everything or viewer.id == row.requester or viewer.id in voters:
        return True
    return await viewer.may_decide(row.requirement)


def row_of(row: OperationRequest) -> tuple[Cell, ...]:
    """One line of the list."""
    what = ", ".join(change["subject"] for change in row.preview["changes"])
    return (str(row.id), row.created_at, row.status, row.operation, what or "–", Mention(row.requester), row.reason)


def note_for(viewer: Viewer, searched: int, seen: int, shown: int) -> str:
    """What the list does not say by itself."""
    parts = [] if viewer.sees_everything else ["These are the requests that concern you."]
    if shown < seen:
        parts.append(f"There are more: these are the newest {shown:,}. A higher --limit shows more.")
    if searched == SEARCHED:
        parts.append(f"Only the newest {count(SEARCHED, 'request')} were looked through.")
    return " ".join(parts)


async def show_history(database: Database, viewer: Viewer, params: RequestHistory) -> Answer:
    """What the audit trail has of the request, oldest first."""
    async with database.begin() as session:
        row = await requests.get(session, params.request)
        given = await ballots.of_request(session, params.request)
        records = await trail.of_request(session, params.request)
    is_there = row is not None and row.organization == params.organization
    if row is None or not is_there or not await concerns(row, voters_of(given, row.id), viewer):
        # Whom it does not concern learns no more than whoever asks for a number that nobody has.
        raise RequestNotFound(f"There is no request {params.request} that you may see.")
    lines = tuple((record.at, record.event, who_of(record), details_of(record.details)) for record in records)
    return Answer(f"History of request {row.id}", ("When", "What", "Who", "Details"), lines, len(lines))


def who_of(record: TrailRecord) -> Cell:
    """Who did it: a person, or the bot."""
    return "Hubwarden" if record.actor == HUBWARDEN else Mention(record.actor)


def details_of(details: dict[str, Any]) -> str:
    """What the trail says besides, in words; what was asked for is in the request itself."""
    outcome = details.get("outcome") or {}
    parts = [f"{details['given']} of {details['required']} approvals"] if "given" in details else []
    parts += [str(details[key]) for key in ("rule", "verb", "why", "reason", "error") if details.get(key)]
    parts += [str(outcome["summary"])] if outcome.get("summary") else []
    return "; ".join(parts) or "–"


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="requests",
        title="List requests",
        summary="List the requests that you may see",
        params=RequestList,
        look=list_requests,
    ),
    Read(
        name="history",
        title="Show a history",
        summary="Show what happened to a request",
        params=RequestHistory,
        look=show_history,
    ),
)
