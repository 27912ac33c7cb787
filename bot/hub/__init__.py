"""Docker Hub over HTTP: the protocol, not the endpoints; nothing of Slack, governance or our tables."""

from bot.hub.auth import BearerCredential, Credential
from bot.hub.client import Hub
from bot.hub.errors import (
    AuthError,
    Call,
    ConflictError,
    HubEdgeError,
    HubError,
    HubProtocolError,
    HubRejected,
    HubUnavailable,
    HubUnreachable,
    NotFoundError,
    ParameterError,
    RateLimitError,
    UnauthorizedError,
)
from bot.hub.limits import RateLimit
from bot.hub.paging import Pages
from bot.hub.protocol import ClientOptions, Envelope
from bot.hub.registry import PullLimit, Registry

__all__ = [
    "AuthError",
    "BearerCredential",
    "Call",
    "ClientOptions",
    "ConflictError",
    "Credential",
    "Envelope",
    "Hub",
    "HubEdgeError",
    "HubError",
    "HubProtocolError",
    "HubRejected",
    "HubUnavailable",
    "HubUnreachable",
    "NotFoundError",
    "Pages",
    "ParameterError",
    "PullLimit",
    "RateLimit",
    "RateLimitError",
    "Registry",
    "UnauthorizedError",
]
