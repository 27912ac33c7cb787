"""Reads over our own tables: which requests there are, and what happened to one."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, ValidationInfo, field_validator

from bot.operations.kit.base import Answer, Cell, Operation, Params, Read, Somebody
from bot.operations.kit.fields import Moment, Organization, RepositoryName, refuse
from bot.operations.kit.moments import first_moment, last_moment
from bot.operations.kit.own_tables import OwnTables, SeenRequest, SeenRequests, SeenStep, Wanted, Whose
from bot.phrases import Mention

State: TypeAlias = Literal[
    "any",
    "pending",
    "approved",
    "executing",
    "succeeded",
    "failed",
    "unknown",
    "denied",
    "cancelled",
    "expired",
    "refused",
]


class RequestList(Params):
    """Which requests to list."""

    organization: Organization
    whose: Whose = Field(
        "all", title="Whose", description="All that you may see, those that you asked for, or those that wait for you"
    )
    state: State = Field("any", title="State", description="Only those that stand there")
    operation: str = Field("", title="Operation", description="Only what asks for this, such as invite.send")
    person: Annotated[str, Somebody()] = Field(
        "",
        title="Person",
        description="Only what they asked for or decided, or what is about them: @somebody, or a Docker ID",
    )
    repository: RepositoryName | None = Field(
        None, title="Repository", description="Only what is about it, without the organization's name"
    )
    from_: Moment | None = Field(
        None,
        alias="from",
        title="From",
        description="Only what was asked for from then on: 2026-11-01, yesterday, 2 days ago, last week (UTC)",
    )
    to: Moment | None = Field(
        None, title="To", description="Only what was asked for until then, that day or week included"
    )
    limit: int = Field(100, title="At most", description="How many at the most, newest first", ge=1, le=1000)

    @field_validator("to")
    @classmethod
    def follow_from(cls, value: str | None, info: ValidationInfo) -> str | None:
        """The end is not before the beginning."""
        begin = info.data.get("from_")
        if value and begin and last_moment(value) < first_moment(begin):
            raise refuse(f"“{value}” lies before the beginning, “{begin}”: nothing is between them")
        return value


class RequestHistory(Params):
    """Whose history to show."""

    organization: Organization
    request: int = Field(title="Request", description="Its number", ge=1, le=10**12)


async def list_requests(tables: OwnTables, params: RequestList) -> Answer:
    """The requests that somebody may see, newest first."""
    states = () if params.state == "any" else (params.state,)
    wanted = Wanted(
        params.organization,
        params.whose,
        states,
        params.operation or None,
        params.person or None,
        params.repository,
        first_moment(params.from_) if params.from_ else None,
        last_moment(params.to) if params.to else None,
    )
    found = await tables.requests(wanted)
    shown = tuple(row_of(request) for request in found.requests[: params.limit])
    columns = ("Request", "Asked", "State", "Operation", "What", "Who", "Reason")
    return Answer(f"Requests of {params.organization}", columns, shown, len(shown), note_for(found, len(shown)))


def row_of(request: SeenRequest) -> tuple[Cell, ...]:
    """One line of the list."""
    who = Mention(request.requester)
    what = what_of(request) or "–"
    return (str(request.id), request.created_at, request.status, request.operation, what, who, request.reason or "–")


def what_of(request: SeenRequest) -> str:
    """What would change, and of what, where that does not say so itself: `api: Rules`."""
    changes = ", ".join(change.subject for change in request.changes)
    # The first parameter after the organization is the thing itself: a repository, a team, a token.
    thing = next((value for name, value in request.params.items() if name != "organization"), None)
    return f"{thing}: {changes}" if isinstance(thing, str) and thing not in changes else changes


def note_for(found: SeenRequests, shown: int) -> str:
    """What the list does not say by itself."""
    parts = [] if found.sees_everything else ["These are the requests that concern you."]
    if shown < len(found.requests):
        parts.append(f"There are more: these are the newest {shown:,}. A higher --limit shows more.")
    elif not found.is_all:
        parts.append("Older requests were not looked through.")
    return " ".join(parts)


async def show_history(tables: OwnTables, params: RequestHistory) -> Answer:
    """What the audit trail has of the request, oldest first."""
    steps = await tables.history(params.organization, params.request)
    lines = tuple((step.at, step.event, who_of(step), details_of(step.details)) for step in steps)
    return Answer(f"History of request {params.request}", ("When", "What", "Who", "Details"), lines, len(lines))


def who_of(step: SeenStep) -> Cell:
    """Who did it: a person, or the bot."""
    return "Hubwarden" if step.actor is None else Mention(step.actor)


def details_of(details: Mapping[str, Any]) -> str:
    """What the trail says besides, in words; what was asked for is in the request itself."""
    outcome = details.get("outcome") or {}
    parts = [f"{details['given']} of {details['required']} approvals"] if "given" in details else []
    parts += [f"rule “{details['rule']}”"] if details.get("rule") else []
    parts += [str(details[key]) for key in ("verb", "why", "reason", "error") if details.get(key)]
    parts += [str(outcome["summary"])] if outcome.get("summary") else []
    # Of several sentences, the semicolon ends each but the last.
    return "; ".join(parts).replace(".; ", "; ") or "–"


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
