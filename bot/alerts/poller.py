"""Polling the audit log of each organization: pass after pass, and what is said where Docker Hub fails."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.alerts.passes import AuditLogPass
from bot.alerts.rules import AlertRule, Rules
from bot.alerts.tell import tell_unreadable
from bot.db import hub_events
from bot.db.batches import BeginFor
from bot.db.session import Database
from bot.hub import Hub, HubError

# Timestamps are whole seconds, and the contract does not say whether `from` and `to` are inclusive.
SHORTEST_OVERLAP = timedelta(seconds=2)
# Docker Hub is away for some minutes now and then: that is logged, and nobody is told.
BLIND_FOR = timedelta(minutes=15)

log = structlog.stdlib.get_logger(__name__)


class AuditLogPoller:
    """Polls the log of each organization. `begin` begins a transaction about one, and refuses who may not poll it.

    Were several to poll one at once, nothing would be told twice. `now` answers an aware datetime; `wake` rouses the
    delivery after a commit; `own_actor` is the bot's Docker ID, or the organization's name where it has an
    organization's token; entries may arrive as late as `overlap`.
    """

    def __init__(
        self,
        database: Database,
        hub: Hub,
        *,
        begin: BeginFor,
        organizations: Sequence[str],
        rules: Sequence[AlertRule],
        alerts_channel: str,
        admin_channel: str,
        now: Callable[[], datetime],
        wake: Callable[[], None],
        own_actor: str,
        overlap: timedelta,
    ) -> None:
        self._database = database
        self._organizations = tuple(organizations)
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
        )
        self._failed_since: dict[str, datetime] = {}
        self._failure: dict[str, str] = {}

    async def last_success(self) -> datetime | None:
        """When every organization's log had been read, by whichever replica; None until each has been once."""
        async with self._database.begin() as session:
            polled = await hub_events.polled(session, self._organizations)
        return min(polled.values()) if len(polled) == len(self._organizations) else None

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
        if now - self._failed_since.setdefault(organization, now) < BLIND_FOR:
            return
        async with self._begin(organization) as session:
            wanted = await tell_unreadable(session, organization, error.text, channel=self._admin_channel, now=now)
        if wanted:
            self._wake()
