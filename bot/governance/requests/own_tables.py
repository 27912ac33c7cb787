"""Our own tables as one person may see them, for the operations that read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.db import requests, trail
from bot.errors import RequestNotFound, UserError
from bot.governance.approval.requirement import Requirement
from bot.governance.context import Context
from bot.governance.ledger.events import HUBWARDEN
from bot.governance.people import DirectoryUnavailable
from bot.governance.policy import Allowed, names_exactly
from bot.governance.requests.admission import is_admitted
from bot.governance.requests.authority import judge
from bot.governance.requests.queries import MOST, mine, view_in, views_in, waiting_for
from bot.governance.views import RequestView
from bot.operations.kit.base import Intent, is_read
from bot.operations.kit.own_tables import SeenRequests, SeenStep, Wanted
from bot.operations.kit.text import nearest_hint

# What lists them; who may read all of that may look at each.
LIST = "requests"


@dataclass(frozen=True, slots=True)
class PersonsTables:
    """An `OwnTables`. Somebody sees what they asked for, may decide or have voted on; or everything, if so allowed."""

    context: Context
    person: str
    sees_everything: bool

    async def requests(self, wanted: Wanted) -> SeenRequests:
        """As `OwnTables` says; the newest 1,000 are looked through."""
        require_operation(self.context, wanted.operation)
        match wanted.whose:
            case "mine":
                looked_through = await mine(self.context, self.person, limit=MOST)
            case "waiting":
                looked_through = tuple(reversed(await waiting_for(self.context, self.person)))
            case "all":
                looked_through = await self._newest(wanted)
            case _:
                assert_never(wanted.whose)
        fitting = [view for view in looked_through if fits(view, wanted)]
        if wanted.whose == "all":
            fitting = await self._concerning(fitting)
        return SeenRequests(fitting, is_all=len(looked_through) < MOST, sees_everything=self.sees_everything)

    async def request(self, request_id: int) -> RequestView:
        """The request as it stands; raises `RequestNotFound` alike where there is none and where it concerns others."""
        async with self.context.database.reading() as session:
            row = await requests.get(session, request_id)
            view = await view_in(session, request_id) if row is not None else None
        if view is None or view.organization not in self.context.organizations or not await self._concerning([view]):
            raise RequestNotFound(f"There is no request {request_id} that you may see.")
        return view

    async def history(self, organization: str, request_id: int) -> Sequence[SeenStep]:
        """As `OwnTables` says: whom it does not concern learns no more than of a number that nobody has."""
        async with self.context.database.reading() as session:
            row = await requests.get(session, request_id)
            views = await views_in(session, [row] if row is not None else [])
            records = await trail.of_request(session, request_id)
        # Who is in a group is asked of Slack, so outside of the transaction.
        if not views or views[0].organization != organization or not await self._concerning(views):
            raise RequestNotFound(f"There is no request {request_id} that you may see.")
        return [SeenStep(r.at, r.event, None if r.actor == HUBWARDEN else r.actor, r.details) for r in records]

    async def _newest(self, wanted: Wanted) -> tuple[RequestView, ...]:
        async with self.context.database.reading() as session:
            rows = await requests.search(
                session, wanted.organization, statuses=wanted.states, operation=wanted.operation, limit=MOST
            )
            return await views_in(session, rows)

    async def _concerning(self, views: Sequence[RequestView]) -> list[RequestView]:
        """Those of the views that the person may see, in order."""
        # Each requirement is judged once: where Slack is away, a thousand requests would ask it a thousand times.
        judged: dict[tuple[Requirement, ...], bool] = {}
        for view in views:
            if not self._is_party(view) and view.requirements not in judged:
                judged[view.requirements] = await self._may_decide(view.requirements)
        return [view for view in views if self._is_party(view) or judged[view.requirements]]

    def _is_party(self, view: RequestView) -> bool:
        return self.sees_everything or self.person in {view.requester, *(ballot.voter for ballot in view.ballots)}

    async def _may_decide(self, requirements: tuple[Requirement, ...]) -> bool:
        person = await self.context.directory.person(self.person)
        try:
            return await is_admitted(requirements, person, self.context.directory)
        except DirectoryUnavailable:
            # Whether they are asked cannot be told now, so for now they are not.
            return False


async def tables_of(context: Context, person: str) -> PersonsTables:
    """Our tables for the person: all of them, where a rule of the policy names the list and lets them have it."""
    return PersonsTables(context, person, await _sees_everything(context, person))


async def _sees_everything(context: Context, person: str) -> bool:
    operation = context.operations.get(LIST)
    if operation is None or not is_read(operation):
        return False
    for organization in context.organizations:
        intent = Intent(operation, operation.params.model_validate({"organization": organization}))
        decision = await judge(context, intent, person)
        if not isinstance(decision, Allowed) or not names_exactly(context.policy, decision.rule, operation):
            return False
    return True


def require_operation(context: Context, name: str | None) -> None:
    """Raises `UserError` for an operation that there is not: an empty list would say that nobody has asked for it."""
    if name is not None and name not in context.operations:
        raise UserError(f"There is no operation “{name}”.{nearest_hint(name, context.operations)}")


def fits(view: RequestView, wanted: Wanted) -> bool:
    """Whether it is one of those that are wanted."""
    return (
        view.organization == wanted.organization
        and (not wanted.states or view.status in wanted.states)
        and wanted.operation in {None, view.operation}
        and (wanted.person is None or involves(view, wanted.person))
        and (wanted.repository is None or wanted.repository in values_of(view))
        and (wanted.since is None or view.created_at >= wanted.since)
        and (wanted.until is None or view.created_at <= wanted.until)
    )


def involves(view: RequestView, person: str) -> bool:
    """Whether they asked for it, said something to it, or are whom it is about: by id, or by name in Docker Hub."""
    name = person.removeprefix("@").casefold()
    about = {known.casefold() for each in view.about or () for known in each.names}
    people = {view.requester, view.decided_by, view.settled_by, *(ballot.voter for ballot in view.ballots)}
    people |= {user for each in view.about or () for user in each.people or ()}
    return person in people or name in about or name in {value.casefold() for value in values_of(view)}


def values_of(view: RequestView) -> frozenset[str]:
    """Every text that the request was asked for with, one by one where there are several."""
    found: set[str] = set()
    for value in view.params.values():
        found |= {str(each) for each in (value if isinstance(value, list | tuple) else (value,))}
    return frozenset(found)
