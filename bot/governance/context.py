"""What the use cases work with, together: they are functions, and this is their first argument."""

from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from cachetools import TTLCache

from bot.clock import Clock
from bot.db import inbox
from bot.db.session import Database, Session
from bot.governance.people import Directory
from bot.governance.policy import Policy
from bot.governance.roster import Roster
from bot.hub import Hub
from bot.inbox.arrivals import Delivery, Superseded
from bot.operations.kit.base import Operation
from bot.operations.kit.capabilities import Capabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """`wake` rouses the workers after a commit; `origin` is what the trail says of where wishes come from, besides who.

    `admin_channel` is where the administrators are told something, that of the approvals where it is empty;
    `found_accounts` is what Docker Hub said within the last minute of whom an organization knows by a text.
    `organizations` are those that Hubwarden runs; the first is meant where none is named. `delivery` is what was
    delivered to us and is worked on here, where that is so.
    """

    database: Database
    hub: Hub
    policy: Policy
    directory: Directory
    operations: Mapping[str, Operation]
    organizations: tuple[str, ...]
    approvals_channel: str
    clock: Clock
    wake: Callable[[], None]
    capabilities: Capabilities
    admin_channel: str = ""
    found_accounts: MutableMapping[tuple[str, str], Roster] = field(
        default_factory=partial(TTLCache, maxsize=1_000, ttl=60)
    )
    origin: Mapping[str, str] = field(default_factory=dict)
    delivery: Delivery | None = None

    @asynccontextmanager
    async def acting(self) -> AsyncIterator[Session]:
        """The transaction that does what was asked for; with its commit, the delivery of that is no longer waiting.

        Raises `Superseded`, with nothing done, where somebody else works on that delivery by now, or has.
        """
        async with self.database.begin() as session:
            yield session
            delivery = self.delivery
            # Last of all: the request's row is locked first.
            if delivery and not await inbox.mark_acted(session, delivery.key, holder=delivery.holder):
                raise Superseded
