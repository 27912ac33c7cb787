"""What a 403 means where a plan, a role or a scope decides: said in the words of what was asked for."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import UserError
from bot.hub import UnauthorizedError


@contextmanager
def explained(wish: str, takes: str) -> Iterator[None]:
    """Turns a 403 inside into a `UserError`: what the bot may not do, what that takes, and Docker Hub's own words."""
    try:
        yield
    except UnauthorizedError as error:
        raise UserError(
            f"Docker Hub does not let the bot's account {wish}. That takes {takes}. "
            f"(403: {error.detail or 'no reason given'})"
        ) from error
