"""The use cases of a request's life: submit, approve, deny, cancel, expire, settle."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.db import items, requests
from bot.db.models import OperationRequest
from bot.db.session import Database, Session
from bot.errors import (
    AlreadyDecided,
    AlreadyVoted,
    NotAnApprover,
    NothingToDo,
    RequestNotFound,
    RequestRefused,
)
from bot.governance import audit
from bot.governance.approvers import Approvers, require_a_reader
from bot.governance.audit import HUBWARDEN, Event
from bot.governance.hub_errors import translated
from bot.governance.lifecycle import SAID_OF, Status, sources_of
from bot.governance.people import Directory, DirectoryUnavailable
from bot.governance.policy import Allowed, Decision, NeedsApproval, Policy, Refused, decide, first_rule, may_ask_for
from bot.governance.recording import DIRECT_LIFETIME, announce, described, estimate, new_request, touch_card, want_card
from bot.governance.views import RequestView, view_of
from bot.hub import Hub
from bot.operations.kit.base import Choices, Intent, Lookup, Operation, Params, Preview, Write
from bot.operations.kit.capabilities import Capabilities
from bot.operations.kit.mentions import find_account
from bot.phrases import Mention, Phrase, plain

MANY_ITEMS = 10
NOT_THEY = "Guests, bots and people who have left cannot ask Hubwarden for anything."


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """The use cases and what they need; `now` answers an aware datetime, `wake` rouses the workers after a commit.

    `origin` is what the trail says of where requests come from, besides who asks.
    """

    database: Database
    hub: Hub
    policy: Policy
    directory: Directory
    operations: Mapping[str, Operation]
    organizations: tuple[str, ...]
    approvals_channel: str
    now: Callable[[], datetime]
    wake: Callable[[], None]
    capabilities: Capabilities
    origin: Mapping[str, str] = field(default_factory=dict)

    async def submit(
        self, intent: Intent, requester: str, *, source_key: str | None = None, seen: Preview | None = None
    ) -> RequestView:
        """Record a `Write` and ask for its approvals; the same `source_key` twice is one request.

        `seen` is the preview that the requester has said yes to, where they were asked. Raises `RequestRefused`,
        `NothingToDo`, what the preview raises, and `DirectoryUnavailable`.
        """
        decision = await self.authorize(intent, requester)
        preview = await self.preview(intent)
        if preview.is_noop:
            raise NothingToDo(" ".join(("Nothing to do.", *preview.notes)))
        if seen is not None and seen.fingerprint != preview.fingerprint:
            raise RequestRefused("Docker Hub has changed since you were asked. Ask again to see what it would do now.")
        if isinstance(decision, NeedsApproval):
            await self._require_enough_approvers(decision, requester)
            require_a_reader(intent.operation, requester)
        view = await self._record(intent, requester, decision, preview, source_key)
        self.wake()
        return view

    async def preview(self, intent: Intent) -> Preview:
        """What a `Write` would change now."""
        if not isinstance(intent.operation, Write):
            raise TypeError(f"{intent.operation.name} is no write")
        with translated(), self.capabilities.watching(intent.operation, intent.params.organization):
            preview = await intent.operation.preview(self.hub, intent.params)
            return await self._with_estimate(intent.operation, intent.params, preview)

    async def _with_estimate(self, operation: Write, params: Params, preview: Preview) -> Preview:
        """The preview with how long many items will take, as far as Docker Hub's rate limit tells."""
        if operation.steps is None or preview.is_noop:
            return preview
        planned = len(await operation.steps(self.hub, params))
        if planned < MANY_ITEMS:
            return preview
        note = estimate(planned, self.hub.rate_limits, endpoint=operation.endpoint, now=self.now())
        return replace(preview, notes=(*preview.notes, note))

    async def choices(self, choices: Choices, lookup: Lookup) -> Sequence[str]:
        """What Docker Hub offers for a field, for a form's menu; ask `require_somebody` first."""
        if lookup.organization not in self.organizations:
            return ()
        with translated():
            return await choices.find(self.hub, lookup)

    async def find_account(self, organization: str, user: str, *, takes_addresses: bool) -> str:
        """Whom a Slack user is in Docker Hub; raises `UserError` where that is not certain."""
        if organization not in self.organizations:
            raise RequestRefused(self._foreign(organization))
        person = await self.directory.person(user)
        with translated():
            return await find_account(
                self.hub, organization, person.name, person.email, takes_addresses=takes_addresses
            )

    async def view(self, request_id: int) -> RequestView:
        """The request as it stands; raises `RequestNotFound`."""
        async with self.database.begin() as session:
            return await self._view(session, request_id)

    async def approve(self, request_id: int, voter: str) -> RequestView:
        """Count this person's approval; the last one that is needed approves the request.

        Raises `NotAnApprover`, `AlreadyVoted`, `AlreadyDecided`, `RequestNotFound`, `DirectoryUnavailable`.
        """
        await self._require_approver(request_id, voter, "approve")
        async with self.database.begin() as session:
            request = await self._lock_pending(session, request_id)
            now = self.now()
            expired = request.expires_at <= now
            if expired:
                await self._finish(session, request_id, Status.EXPIRED, Event.EXPIRED, actor=HUBWARDEN)
            elif not await requests.add_vote(session, request_id, voter, now):
                raise AlreadyVoted
            else:
                await self._count(session, request, voter)
            view = await self._view(session, request_id)
        self.wake()
        if expired:
            raise AlreadyDecided(f"Request {request_id} has expired.")
        return view

    async def deny(self, request_id: int, voter: str, reason: str) -> RequestView:
        """End the request with a reason; raises as `approve` does."""
        await self._require_approver(request_id, voter, "deny")
        return await self._decide(request_id, Status.DENIED, Event.DENIED, actor=voter, reason=reason)

    async def cancel(self, request_id: int, requester: str) -> RequestView:
        """Take the request back; only its requester may, and only before it is being done."""
        view = await self.view(request_id)
        if view.requester != requester:
            raise NotAnApprover(
                "Only ", Mention(view.requester), f", who asked for it, can cancel request {request_id}."
            )
        return await self._decide(request_id, Status.CANCELLED, Event.CANCELLED, actor=requester)

    async def expire(self) -> int:
        """End every request whose time has run out; answers how many."""
        waiting = sources_of(Status.EXPIRED)
        async with self.database.begin() as session:
            due = await requests.due(session, waiting, self.now())
        expired = 0
        for request_id in due:
            async with self.database.begin() as session:
                moved = await self._finish(session, request_id, Status.EXPIRED, Event.EXPIRED, actor=HUBWARDEN)
                expired += moved is not None
        if expired:
            self.wake()
        return expired

    async def settle(self, request_id: int, person: str, *, done: bool) -> RequestView:
        """A person looked at Docker Hub and says what became of a request whose outcome is unknown."""
        await self._require_approver(request_id, person, "settle")
        status = Status.SUCCEEDED if done else Status.FAILED
        found = f"A person looked at Docker Hub: it was {'' if done else 'not '}done"
        async with self.database.begin() as session:
            request = await self._finish(
                session,
                request_id,
                status,
                Event.SETTLED,
                sources=frozenset({Status.UNKNOWN}),
                actor=person,
                settled_by=person,
                finished_at=self.now(),
                error=None,
            )
            if request is None:
                raise await self._decided_error(session, request_id)
            # What is known of single items stays.
            request.outcome = {"summary": found, "items": (request.outcome or {}).get("items", [])}
            view = await self._view(session, request_id)
        self.wake()
        return view

    def _details(self, intent: Intent) -> dict[str, Any]:
        """An intent and where it comes from, for the trail."""
        return described(intent) | dict(self.origin)

    async def authorize(self, intent: Intent, requester: str) -> Allowed | NeedsApproval:
        """What the policy says where it does not refuse; raises `RequestRefused`, which goes into the trail."""
        decision = await self._decide_policy(intent, requester)
        if isinstance(decision, Refused):
            async with self.database.begin() as session:
                audit.record(
                    session,
                    Event.REFUSED,
                    actor=requester,
                    at=self.now(),
                    rule=decision.rule,
                    **self._details(intent),
                )
            raise RequestRefused(*decision.reason)
        return decision

    async def require_somebody(self, operation: Operation, requester: str) -> None:
        """Before there are parameters to judge: guests learn nothing, nor does anybody of what no rule allows."""
        if not (await self.directory.person(requester)).may_decide:
            raise RequestRefused(NOT_THEY)
        if not may_ask_for(self.policy, operation):
            raise RequestRefused(f"No rule of the policy allows {operation.name}.")

    async def _decide_policy(self, intent: Intent, requester: str) -> Decision:
        if intent.params.organization not in self.organizations:
            return Refused(None, (self._foreign(intent.params.organization),))
        person = await self.directory.person(requester)
        if not person.may_decide:
            return Refused(None, (NOT_THEY,))
        return decide(self.policy, intent, requester, await self._groups_of(intent, requester))

    async def _groups_of(self, intent: Intent, requester: str) -> frozenset[str]:
        """In which of the groups the requester is that the one rule names which decides; no other is asked for."""
        rule = first_rule(self.policy, intent)
        if rule is None or rule.requesters is None or requester in rule.requesters.users:
            return frozenset()
        named = rule.requesters.groups
        return frozenset({group for group in named if requester in await self.directory.members_of(group)})

    def _foreign(self, organization: str) -> str:
        return f"Hubwarden does not run the organization “{organization}”. It runs: {', '.join(self.organizations)}."

    @property
    def _approvers(self) -> Approvers:
        return Approvers(self.directory)

    async def _require_enough_approvers(self, decision: NeedsApproval, requester: str) -> None:
        try:
            eligible = await self._approvers.count(decision, requester)
        except DirectoryUnavailable:
            # Only a courtesy is lost: who may approve is asked again, and for certain, at every press.
            return
        if eligible >= decision.required:
            return
        wanted = "1 approval" if decision.required == 1 else f"{decision.required} approvals"
        raise RequestRefused(
            f"The rule “{decision.rule}” wants {wanted}, "
            f"and besides you only {eligible} may give one. An administrator can add approvers to the policy."
        )

    async def _record(
        self,
        intent: Intent,
        requester: str,
        decision: Allowed | NeedsApproval,
        preview: Preview,
        source_key: str | None,
    ) -> RequestView:
        async with self.database.begin() as session:
            origin = ", ".join(f"{name} {where}" for name, where in self.origin.items()) or None
            request = new_request(
                intent, requester, decision, preview, source_key=source_key, origin=origin, now=self.now()
            )
            request_id = await requests.add(session, request)
            if request_id is None:
                # Slack delivered the same command or form twice; the first one's request is this one.
                return await self._view_of_source(session, source_key or "")
            audit.record(
                session,
                Event.SUBMITTED,
                actor=requester,
                at=request.created_at,
                request_id=request_id,
                rule=decision.rule,
                fingerprint=preview.fingerprint,
                **self._details(intent),
            )
            await want_card(session, request, self.approvals_channel)
            return view_of(request)

    async def _view_of_source(self, session: Session, source_key: str) -> RequestView:
        known = await requests.get_by_source(session, source_key)
        if known is None:
            raise RequestNotFound
        return await self._view(session, known.id)

    async def _require_approver(self, request_id: int, user: str, verb: str) -> None:
        """Whether this person may decide, as of now: from the row and Slack's groups, never from the message."""
        view = await self.view(request_id)
        reason = await self._approvers.objection(view, user, verb)
        if reason is None:
            return
        async with self.database.begin() as session:
            audit.record(
                session,
                Event.VOTE_REFUSED,
                actor=user,
                at=self.now(),
                request_id=request_id,
                verb=verb,
                why=plain(reason),
            )
        raise NotAnApprover(*reason)

    async def _lock_pending(self, session: Session, request_id: int) -> OperationRequest:
        request = await requests.lock(session, request_id, [Status.PENDING])
        if request is None:
            raise await self._decided_error(session, request_id)
        return request

    async def _decided_error(self, session: Session, request_id: int) -> AlreadyDecided | RequestNotFound:
        request = await requests.get(session, request_id)
        if request is None:
            return RequestNotFound(f"There is no request {request_id}.")
        by: Phrase = (" by ", Mention(request.decided_by)) if request.decided_by else ()
        return AlreadyDecided(f"Too late: request {request_id} {SAID_OF[Status(request.status)]}", *by, ".")

    async def _count(self, session: Session, request: OperationRequest, voter: str) -> None:
        now = self.now()
        given = await requests.count_votes(session, request.id)
        audit.record(
            session, Event.VOTE, actor=voter, at=now, request_id=request.id, given=given, required=request.required
        )
        if given >= request.required:
            # From now on it waits for the executor, not for people.
            until = max(request.expires_at, now + DIRECT_LIFETIME)
            await self._finish(
                session,
                request.id,
                Status.APPROVED,
                Event.APPROVED,
                actor=voter,
                decided_by=voter,
                expires_at=until,
            )
        else:
            await touch_card(session, request, now)

    async def _decide(
        self, request_id: int, status: Status, event: Event, *, actor: str, reason: str | None = None
    ) -> RequestView:
        async with self.database.begin() as session:
            moved = await self._finish(
                session, request_id, status, event, actor=actor, decided_by=actor, decision_reason=reason
            )
            if moved is None:
                raise await self._decided_error(session, request_id)
            view = await self._view(session, request_id)
        self.wake()
        return view

    async def _finish(
        self,
        session: Session,
        request_id: int,
        status: Status,
        event: Event,
        *,
        actor: str,
        sources: frozenset[Status] | None = None,
        **values: Any,
    ) -> OperationRequest | None:
        """Move the request, and record and announce it; None where the move is not possible any more."""
        now = self.now()
        if "decided_by" in values:
            values["decided_at"] = now
        request = await requests.move(
            session, request_id, sources=sources or sources_of(status), target=status, **values
        )
        if request is None:
            return None
        details = {"reason": values["decision_reason"]} if values.get("decision_reason") else {}
        audit.record(session, event, actor=actor, at=now, request_id=request_id, status=status, **details)
        await announce(session, request, now)
        return request

    async def _view(self, session: Session, request_id: int) -> RequestView:
        request = await requests.get(session, request_id)
        if request is None:
            raise RequestNotFound(f"There is no request {request_id}.")
        votes = await requests.votes(session, request_id)
        return view_of(request, votes, progress=await items.progress(session, request_id))
