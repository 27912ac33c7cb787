"""The workspace server's parts, together, for whoever needs several of them."""

from dataclasses import dataclass, field

from sandbox.clock import Clock
from sandbox.slack.faults import Faults
from sandbox.slack.interactions.tickets import ResponseAddresses, Triggers
from sandbox.slack.page.feed import Feed
from sandbox.slack.page.inspector import Inspector
from sandbox.slack.transport.sockets import Sockets
from sandbox.slack.web_api.limits import Limits
from sandbox.slack.workspace.manifest import App
from sandbox.slack.workspace.seed import build_workspace
from sandbox.slack.workspace.state import Json, Workspace
from sandbox.slack.workspace.views import Views
from sandbox.world import World


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


def assemble(clock: Clock, app: App, world: World) -> Parts:
    """Build the parts for this app, with what the world has."""
    feed, faults = Feed(), Faults()
    inspector = Inspector(clock.now, feed.touch)
    return Parts(
        clock=clock,
        app=app,
        workspace=build_workspace(clock.now, app, world),
        feed=feed,
        inspector=inspector,
        limits=Limits(clock.now),
        faults=faults,
        triggers=Triggers(clock.now),
        responses=ResponseAddresses(clock.now),
        views=Views(clock.now, feed),
        sockets=Sockets(clock, app_id=app.id, feed=feed, inspector=inspector, faults=faults),
    )
