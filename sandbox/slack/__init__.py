"""A Slack workspace on this machine: Web API, Socket Mode, interactions, Block Kit's checks, and a page.

Not modelled: events and interactions over HTTP, OAuth, several workspaces or apps, group direct messages, message
shortcuts, scheduled and streamed messages, reactions, link previews, the rich_text that Slack derives from plain
messages, and the recycling of sockets by age (`disconnect` does it on demand).
"""

from sandbox.slack.driver import Person, frozen, words_of
from sandbox.slack.faults import Fault, Faults, Hold
from sandbox.slack.interactions.seen import NotPossibleError, Seen
from sandbox.slack.page.hub_panel import HubPanel
from sandbox.slack.parts import Record
from sandbox.slack.server import SlackSandbox
from sandbox.slack.workspace.state import Channel, Message, User, UserGroup, Workspace
from sandbox.slack.workspace.views import View

__all__ = [
    "Channel",
    "Fault",
    "Faults",
    "Hold",
    "HubPanel",
    "Message",
    "NotPossibleError",
    "Person",
    "Record",
    "Seen",
    "SlackSandbox",
    "User",
    "UserGroup",
    "View",
    "Workspace",
    "frozen",
    "words_of",
]
