"""Docker Hub's own audit log (not our audit trail)."""

from datetime import date
from typing import Any

from pydantic import Field

from bot.hub import Hub
from bot.operations.base import Answer, Operation, Params, Read
from bot.operations.fields import Organization
from bot.operations.text import moment

AUDIT_LOGS = "/v2/auditlogs/{organization}"


class AuditList(Params):
    """Which entries to list."""

    organization: Organization
    action: str = Field("", title="Action", description="Docker's name of it, such as repo.tag.push")
    name: str = Field("", title="Name", description="The repository, organization or member that it is about")
    actor: str = Field("", title="Actor", description="Who did it")
    from_: date | None = Field(None, alias="from", title="From", description="The first day, such as 2026-11-01")
    to: date | None = Field(None, title="To", description="The last day, such as 2026-11-30")
    limit: int = Field(100, title="At most", description="How many entries at the most, newest first", ge=1, le=1000)


async def list_entries(hub: Hub, params: AuditList) -> Answer:
    """The newest entries that match; says so where there are more."""
    query: dict[str, Any] = {"action": params.action, "name": params.name, "actor": params.actor}
    query["from"] = f"{params.from_}T00:00:00Z" if params.from_ else ""
    query["to"] = f"{params.to}T23:59:59Z" if params.to else ""
    wanted = {key: value for key, value in query.items() if value}
    pages = await hub.pages(AUDIT_LOGS, query=wanted, limit=params.limit, organization=params.organization)
    rows = tuple(
        (moment(e.get("timestamp")), e.get("action") or "–", e.get("name") or "–", e.get("actor") or "–")
        for e in pages.data
    )
    note = (
        ""
        if pages.complete
        else f"There are more: these are the newest {len(rows):,}. A higher --limit or a --from shows more."
    )
    columns = ("When", "Action", "What", "Who")
    return Answer(f"Docker Hub's audit log of {params.organization}", columns, rows, len(rows), note)


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="audit.list",
        title="Show the Hub audit log",
        summary="Show Docker Hub's audit log",
        params=AuditList,
        run=list_entries,
        endpoint="GET /v2/auditlogs/{account}",
        scopes=("scope-activity-read",),
    ),
)
