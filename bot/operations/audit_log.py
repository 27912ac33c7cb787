"""Docker Hub's own audit log (not our audit trail)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from bot.errors import UserError
from bot.hub import Call, Hub, HubProtocolError
from bot.operations.kit.base import Answer, Operation, Params, Read
from bot.operations.kit.fields import Moment, Organization, refuse
from bot.operations.kit.moments import first_moment, last_moment
from bot.operations.kit.refusals import needing
from bot.operations.kit.text import moment, nearest

AUDIT_LOGS = "/v2/auditlogs/{organization}"
ACTIONS = "/v2/auditlogs/{organization}/actions"
SECOND = timedelta(seconds=1)
SCOPE = "scope-activity-read"
# https://docs.docker.com/admin/organization/activity-logs/
NEEDS = "a Team or Business plan; owners"
TAKES = f"a Team or Business plan, and an owner's account or an organization access token with the scope {SCOPE}"


class AuditList(Params):
    """Which entries to list."""

    organization: Organization
    action: str = Field("", title="Action", description="Docker's name of it, such as repo.tag.push")
    name: str = Field(
        "", title="Name", description="What it is about: a repository such as acme/api, an organization, or a member"
    )
    actor: str = Field("", title="Actor", description="Who did it")
    from_: Moment | None = Field(
        None,
        alias="from",
        title="From",
        description="When it begins: 2026-11-01, 2026-11-01T12:00, yesterday, 2 days ago, last week (UTC)",
    )
    to: Moment | None = Field(
        None, title="To", description="When it ends, that day or week included; the same words as for From"
    )
    limit: int = Field(100, title="At most", description="How many entries at the most, newest first", ge=1, le=1000)

    @field_validator("to")
    @classmethod
    def follow_from(cls, value: str | None, info: ValidationInfo) -> str | None:
        """The end is not before the beginning."""
        begin = info.data.get("from_")
        if value and begin and last_moment(value) < first_moment(begin):
            raise refuse(f"“{value}” lies before the beginning, “{begin}”: nothing is between them")
        return value


class AuditActions(Params):
    """Whose log it is."""

    organization: Organization


async def list_entries(hub: Hub, params: AuditList) -> Answer:
    """The newest entries that match; says so where there are more. A wrong action is refused, with the nearest one."""
    query: dict[str, Any] = {"action": params.action, "name": params.name, "actor": params.actor}
    query["from"] = first_moment(params.from_) if params.from_ else None
    query["to"] = last_moment(params.to) if params.to else None
    wanted = {key: value for key, value in query.items() if value}
    with needing(f"read the audit log of {params.organization}", TAKES):
        entries, complete = await read_entries(hub, params, wanted)
        if not entries and params.action:
            await require_action(hub, params.organization, params.action)
    rows = tuple(
        (moment(e.get("timestamp")), e.get("action") or "–", e.get("name") or "–", e.get("actor") or "–")
        for e in entries
    )
    columns = ("When", "Action", "What", "Who")
    title = f"Docker Hub's audit log of {params.organization}"
    return Answer(title, columns, rows, len(rows), list_note(params, len(rows), complete))


async def read_entries(hub: Hub, params: AuditList, wanted: dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
    """The entries, and whether these are all.

    The log says its length to nobody, and what happens meanwhile shifts its pages. So the newest entry that matches is
    read first, and nothing later than it after that.
    """
    newest = (await hub.pages(AUDIT_LOGS, query=wanted, limit=1, organization=params.organization)).data
    if not newest:
        return [], True
    if at := read_moment(newest[0].get("timestamp")):
        # A second later, since nobody says whether the end itself is included.
        wanted = wanted | {"to": min(at + SECOND, wanted.get("to", at + SECOND))}
    pages = await hub.pages(AUDIT_LOGS, query=wanted, limit=params.limit, organization=params.organization)
    return list(pages.data), pages.complete


def read_moment(timestamp: object) -> datetime | None:
    """One of Docker's timestamps; None for what is none."""
    found = moment(timestamp)
    return found if isinstance(found, datetime) else None


def list_note(params: AuditList, shown: int, complete: bool) -> str:
    """What the list does not say by itself: the period as it was understood, that there is more, why it is empty."""
    begin = f"from {first_moment(params.from_):%Y-%m-%d %H:%M}" if params.from_ else ""
    end = f"to {last_moment(params.to):%Y-%m-%d %H:%M}" if params.to else ""
    parts = [f"{' '.join(filter(None, ('Entries', begin, end)))} UTC."] if begin or end else []
    if not complete:
        parts.append(f"There are more: these are the newest {shown:,}. A higher --limit or an earlier --to shows more.")
    if not shown and params.name and "/" not in params.name:
        parts.append(f"The log names a repository with its organization: {params.organization}/{params.name}.")
    return " ".join(parts)


async def read_actions(hub: Hub, organization: str) -> dict[str, tuple[str, str]]:
    """Each action's full name, as entries have it, with its label and description."""
    data = (await hub.get(ACTIONS, organization=organization)).data
    groups = data.get("actions") if isinstance(data, dict) else None
    if not isinstance(groups, dict):
        raise HubProtocolError(Call("GET", ACTIONS, ACTIONS), detail="no actions")
    return {
        f"{group}.{action.get('name')}": (str(action.get("label") or "–"), str(action.get("description") or "–"))
        for group, content in groups.items()
        for action in content.get("actions") or ()
    }


async def require_action(hub: Hub, organization: str, action: str) -> None:
    """Raises `UserError` where Docker Hub knows no such action."""
    known = await read_actions(hub, organization)
    if action in known:
        return
    near = nearest_action(action, known)
    hint = f" The nearest is “{near}”." if near else ""
    raise UserError(f"Docker Hub's audit log knows no action “{action}”.{hint} “/hub audit actions” shows them all.")


def nearest_action(action: str, known: Iterable[str]) -> str | None:
    """The full name of what may have been typed without its group, such as tag.push; else the most alike."""
    names = tuple(known)
    bare = [name for name in names if name.partition(".")[2] == action.casefold()]
    return bare[0] if len(bare) == 1 else nearest(action, names)


async def list_actions(hub: Hub, params: AuditActions) -> Answer:
    """Every action that the log knows, by the name that `audit list` takes."""
    with needing(f"read the audit log of {params.organization}", TAKES):
        known = await read_actions(hub, params.organization)
    rows = tuple((name, *texts) for name, texts in known.items())
    return Answer("Actions of Docker Hub's audit log", ("Action", "Label", "Meaning"), rows, len(rows))


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="audit.list",
        title="Show the Hub audit log",
        summary="Show Docker Hub's audit log",
        params=AuditList,
        run=list_entries,
        endpoint="GET /v2/auditlogs/{account}",
        scopes=(SCOPE,),
        needs=NEEDS,
        alias="log",
    ),
    Read(
        name="audit.actions",
        title="List audit actions",
        summary="List the actions of Docker Hub's audit log",
        params=AuditActions,
        run=list_actions,
        endpoint="GET /v2/auditlogs/{account}/actions",
        scopes=(SCOPE,),
        needs=NEEDS,
    ),
)
