"""The workspace server's parts, together, for whoever needs several of them."""

from dataclasses import dataclass, field

from bot.sandbox.clock import Clock
from bot.sandbox.slack.faults import Faults
from bot.sandbox.slack.feed import Feed
from bot.sandbox.slack.inspector import Inspector
from bot.sandbox.slack.limits import Limits
from bot.sandbox.slack.manifest import App
from bot.sandbox.slack.seed import build_workspace
from bot.sandbox.slack.sockets import Sockets
from bot.sandbox.slack.state import Json, Workspace
from bot.sandbox.slack.tickets import ResponseAddresses, Triggers
from bot.sandbox.slack.views import Views


@dataclass(frozen=True, slots=True)
class Record:
    """One Web API call as it came and went; `result` is the answer's body, empty where none was sent."""

    at: float
    method: str
    args: Json
    result: Json
    status: int = 200


@dataclass(slots=True)
class Parts:
    """Everything that one workspace consists of; `base_url` is known once it listens."""

    clock: Clock
    app: App
    workspace: Workspace
    feed: Feed
    inspector: Inspector
    limits: Limits
    faults: Faults
    triggers: Triggers
    responses: ResponseAddresses
    views: Views
    sockets: Sockets
    calls: list[Record] = field(default_factory=list)
    base_url: str = ""


def assemble(clock: Clock, app: App) -> Parts:
    """Build the parts for this app, seeded."""
    feed, faults = Feed(), Faults()
    inspector = Inspector(clock.now, feed.touch)
    return Parts(
        clock=clock,
        app=app,
        workspace=build_workspace(clock.now, app),
        feed=feed,
        inspector=inspector,
        limits=Limits(clock.now),
        faults=faults,
        triggers=Triggers(clock.now),
        responses=ResponseAddresses(clock.now),
        views=Views(clock.now, feed),
        sockets=Sockets(clock, app_id=app.id, feed=feed, inspector=inspector, faults=faults),
    )
