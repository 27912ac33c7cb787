"""What passes by itself: which errors are waited for, until when, and how often in a row; pure."""

from datetime import datetime, timedelta

from bot.errors import UserError
from bot.hub import HubEdgeError, HubError, HubUnavailable, HubUnreachable, RateLimitError

# How often in a row something that has begun is put off, before it is left as it is.
PATIENCE = 20
# How long the rate limit is waited for at the most, before it is tried whether it still holds.
LONGEST_WAIT = timedelta(minutes=15)
SHORTEST_WAIT = timedelta(seconds=1)
# How long a Docker Hub that is away is left alone: doubled each time, up to a few minutes.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)

TOO_MANY_REQUESTS = 429
LIMITED = "Docker Hub's rate limit is spent."
AWAY = "Docker Hub cannot be reached, or does not work."


def passes(error: HubError | UserError) -> bool:
    """Whether it says nothing of what was asked, and surely nothing was written: another time it may go well."""
    if not isinstance(error, HubError) or error.unclear:
        return False
    match error:
        case RateLimitError() | HubUnreachable() | HubUnavailable():
            return True
        case HubEdgeError():
            # A page with another 4xx is a block, which stands in the way until somebody clears it.
            return error.status == TOO_MANY_REQUESTS or not 400 <= (error.status or 0) < 500
        case _:
            return False


def reason(error: HubError) -> str:
    """Why it waits, as a sentence for people; two of one kind say the same."""
    is_limit = isinstance(error, RateLimitError) or error.status == TOO_MANY_REQUESTS
    return LIMITED if is_limit else AWAY


def goes_on_at(error: HubError, *, times: int, now: datetime) -> datetime:
    """When to try again, put off for the `times`-th time in a row: when Docker Hub says so, else ever more rarely.

    Docker Hub names moments by its own clock, which the business follows (`now`).
    """
    if isinstance(error, RateLimitError):
        return now + min(max(error.retry_at - now, SHORTEST_WAIT), LONGEST_WAIT)
    doubled: timedelta = FIRST_PAUSE * 2 ** min(times - 1, 16)
    return now + min(doubled, LONGEST_PAUSE)
