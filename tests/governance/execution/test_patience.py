"""What passes by itself, until when it is waited for, and what it is called."""

from datetime import timedelta

import pytest

from bot.errors import UserError
from bot.governance.execution.patience import (
    AWAY,
    LIMITED,
    LONGEST_PAUSE,
    LONGEST_WAIT,
    SHORTEST_WAIT,
    goes_on_at,
    passes,
    reason,
)
from bot.hub import (
    AuthError,
    Call,
    ConflictError,
    HubEdgeError,
    HubError,
    HubProtocolError,
    HubUnavailable,
    HubUnreachable,
    NotFoundError,
    ParameterError,
    RateLimitError,
    UnauthorizedError,
)
from tests.governance.parts import START

WRITE = Call("POST", "/lever", "/lever", writes=True)
READ = Call("GET", "/lever", "/lever")


def limited(seconds: float, call: Call = WRITE) -> RateLimitError:
    """A spent rate limit."""
    return RateLimitError(call, retry_at=START + timedelta(seconds=seconds))


PASSING = [
    limited(60),
    limited(60, READ),
    HubUnreachable(READ, sent=True),
    HubUnreachable(READ, sent=False),
    HubUnreachable(WRITE, sent=False),
    HubUnavailable(READ, status=500),
    HubEdgeError(READ, status=502),
    HubEdgeError(READ, status=200),
    HubEdgeError(WRITE, status=429),
]
LASTING = [
    HubUnreachable(WRITE, sent=True),
    HubUnavailable(WRITE, status=503),
    HubEdgeError(WRITE, status=504),
    HubEdgeError(READ, status=403),
    HubProtocolError(READ, status=200),
    *(kind(READ, status=400) for kind in (AuthError, UnauthorizedError, NotFoundError, ConflictError, ParameterError)),
    UserError("There is no lever."),
]


@pytest.mark.parametrize("error", PASSING)
def test_what_says_nothing_of_the_request_and_surely_wrote_nothing_passes(error: HubError) -> None:
    assert passes(error)


@pytest.mark.parametrize("error", LASTING)
def test_what_refuses_or_may_have_written_does_not(error: HubError | UserError) -> None:
    assert not passes(error)


def test_a_rate_limit_is_called_so_even_on_a_web_page_and_the_rest_is_a_docker_hub_that_is_away() -> None:
    assert [reason(error) for error in PASSING] == [LIMITED, LIMITED, *[AWAY] * 6, LIMITED]


@pytest.mark.parametrize(
    ("seconds", "wait"),
    [(-60, SHORTEST_WAIT), (0, SHORTEST_WAIT), (600, timedelta(seconds=600)), (86400, LONGEST_WAIT)],
)
def test_a_limit_is_waited_for_as_docker_hub_says_neither_spinning_nor_for_a_day(
    seconds: float, wait: timedelta
) -> None:
    assert goes_on_at(limited(seconds), times=3, now=START) == START + wait


def test_a_docker_hub_that_is_away_is_left_alone_ever_longer_up_to_some_minutes() -> None:
    away = HubUnavailable(READ, status=503)
    waits = [(goes_on_at(away, times=times, now=START) - START).total_seconds() for times in (1, 2, 3, 6, 7, 8)]
    assert waits == [5, 10, 20, 160, 300, 300]
    assert goes_on_at(away, times=10**6, now=START) == START + LONGEST_PAUSE
