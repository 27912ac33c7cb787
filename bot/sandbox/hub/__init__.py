"""The sandbox's Docker Hub, written from Docker's contract and documentation, not from our client."""

from bot.sandbox.hub.server import HubSandbox
from bot.sandbox.hub.sizes import build_state
from bot.sandbox.hub.state import Options, State

__all__ = ["HubSandbox", "Options", "State", "build_state"]
