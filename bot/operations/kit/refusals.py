"""What a refusal of Docker Hub means where more is known than its status: what it takes, or that it is not offered."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from bot.errors import UserError
from bot.hub import HubRejected, NotFoundError, UnauthorizedError
from bot.operations.kit.base import CapabilityMissing


@contextmanager
def needing(wish: str, takes: str) -> Iterator[None]:
    """Turns a 403 inside into a `UserError`: what the bot may not do, what that takes, and Docker Hub's own words."""
    try:
        yield
    except UnauthorizedError as error:
        raise UserError(
            f"Docker Hub does not let the bot's account {wish}. That takes {takes}. "
            f"(403: {error.detail or 'no reason given'})"
        ) from error


@asynccontextmanager
async def offering(capability: str, *, exists: Callable[[], Awaitable[bool]]) -> AsyncIterator[None]:
    """Turns a 403 inside into `CapabilityMissing`, and a 404 too where that which was asked about does exist."""
    try:
        yield
    except UnauthorizedError as error:
        raise missing(capability, error) from error
    except NotFoundError as error:
        if not await exists():
            raise
        raise missing(capability, error) from error


def missing(capability: str, error: HubRejected) -> CapabilityMissing:
    """The error that says what Docker Hub does not offer, and what it answered."""
    said = ": ".join(str(part) for part in (error.status, error.detail) if part)
    return CapabilityMissing(f"Docker Hub does not offer {capability} to this account ({said}).")
