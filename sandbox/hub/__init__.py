"""The sandbox's Docker Hub, written from Docker's contract and documentation, not from our client."""

from sandbox.hub.content.sizes import build_state
from sandbox.hub.content.state import Options, Profile, State
from sandbox.hub.server import HubSandbox

__all__ = ["HubSandbox", "Options", "Profile", "State", "build_state"]
