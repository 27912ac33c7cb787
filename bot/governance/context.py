"""What the use cases work with, together: they are functions, and this is their first argument."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.clock import Clock
from bot.db.session import Database
from bot.governance.people import Directory
from bot.governance.policy import Policy
from bot.hub import Hub
from bot.operations.kit.base import Operation
from bot.operations.kit.capabilities import Capabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """`wake` rouses the workers after a commit; `origin` is what the trail says of where wishes come from, besides who.

    `organizations` are those that Hubwarden runs; the first is meant where none is named.
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
    origin: Mapping[str, str] = field(default_factory=dict)
