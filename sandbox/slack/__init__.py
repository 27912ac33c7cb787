"""A Slack workspace on this machine: Web API, Socket Mode, interactions, Block Kit's checks, and a page.

What of Slack is modelled and what is not stands in a table in sandbox/README.md.
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
