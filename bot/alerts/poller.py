"""Polling the audit log of each organization: pass after pass, and what is said where Docker Hub fails."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.alerts.passes import AuditLogPass
from bot.alerts.rules import AlertRule, Rules
from bot.alerts.tell import tell_off, tell_unreadable
from bot.alerts.told import Knowledge, no_way_back, nobody
from bot.db.batches import BeginFor
from bot.db.session import Database
from bot.hub import Hub, HubError, UnauthorizedError
from bot.operations.kit.consequences import Logged, Prepared

# Timestamps are whole seconds, and the contract does not say whether `from` and `to` are inclusive.
SHORTEST_OVERLAP = timedelta(seconds=2)
# Docker Hub is away for some minutes now and then: that is logged, and nobody is told.
BLIND_FOR = timedelta(minutes=15)

log = structlog.stdlib.get_logger(__name__)


class AuditLogPoller:
    """Polls the log of each organization. `begin` begins a transaction about one, and refuses who may not poll it.

    Were several to poll one at once, nothing would be told twice. `now` answers an aware datetime; `wake` rouses the
    delivery after a commit; `own_actor` is the bot's Docker ID, or the organization's name where it has an
    organization's token; entries may arrive as late as `overlap`. `whose` answers whom the policy ties a Docker ID to,
    and `inverse` which request would undo an entry.
    """

    def __init__(
        self,
        database: Database,
        hub: Hub,
        *,
        begin: BeginFor,
        rules: Sequence[AlertRule],
        alerts_channel: str,
        admin_channel: str,
        now: Callable[[], datetime],
        wake: Callable[[], None],
        own_actor: str,
        overlap: timedelta,
        whose: Callable[[str], str | None] = nobody,
        inverse: Callable[[Logged], Prepared | None] = no_way_back,
    ) -> None:
        self._admin_channel = admin_channel
        self._now, self._wake = now, wake
        self._begin = begin
        self._pass = AuditLogPass(
            database=database,
            begin=begin,
            hub=hub,
            rules=Rules(rules),
            channel=alerts_channel,
            account=own_actor.casefold(),
            overlap=max(overlap, SHORTEST_OVERLAP),
            now=now,
            knowledge=Knowledge(whose=whose, inverse=inverse, account=own_actor.casefold()),
        )
        self._failed_since: dict[str, datetime] = {}
        self._failure: dict[str, str] = {}

    async def poll(self, organization: str) -> int:
        """Read an organization's log once; answers how many entries were news.

        Where Docker Hub fails nothing is changed, and the next poll reads from the same place.
        """
        try:
            passed = await self._pass.run(organization)
        except HubError as error:
            await self._note_failure(organization, error)
            return 0
        self._note_success(organization)
        if passed.told:
            self._wake()
        return passed.news

    def _note_success(self, organization: str) -> None:
        self._failed_since.pop(organization, None)
        if self._failure.pop(organization, None):
            log.info("alerts.poll_recovered", organization=organization)

    async def _note_failure(self, organization: str, error: HubError) -> None:
        """Log a change of what is wrong; where it lasts, tell the administrators, once a day."""
        kind = type(error).__name__
        if self._failure.get(organization) != kind:
            self._failure[organization] = kind
            log.warning("alerts.poll_failed", organization=organization, error=str(error))
        now = self._now()
        if isinstance(error, UnauthorizedError):
            await self._tell(tell_off, organization, error)
            return
        if now - self._failed_since.setdefault(organization, now) < BLIND_FOR:
            return
        await self._tell(tell_unreadable, organization, error)

    async def _tell(self, saying: Callable[..., Awaitable[bool]], organization: str, error: HubError) -> None:
        async with self._begin(organization) as session:
            now, channel = self._now(), self._admin_channel
            wanted = await saying(session, organization, error.text, channel=channel, now=now)
        if wanted:
            self._wake()
