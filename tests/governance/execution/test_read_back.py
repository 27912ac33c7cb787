"""After a write whose answer was lost: what reading tells of it, and what it does not."""

from dataclasses import replace

import pytest

from bot.db.models import OperationRequest
from bot.errors import UserError
from bot.governance.execution.read_back import read_back, verdict_after_a_death
from bot.governance.ledger.lifecycle import Status
from bot.hub import Call, Hub, HubEdgeError, HubError, HubProtocolError, HubUnavailable, HubUnreachable
from bot.operations.kit.base import Change, Preview, Write
from tests.governance.bench import Lever, Nothing

WRITE = Call("POST", "/lever", "/lever", writes=True)
READ = Call("GET", "/lever", "/lever")
FAILED, LOST = HubUnavailable(WRITE, status=503), HubUnreachable(WRITE, sent=True)
ODD, PAGE = HubProtocolError(WRITE, status=200), HubEdgeError(WRITE, status=502)
UP, NOTHING, ELSEWHERE = Change("lever", "up", "down"), (), Change("lever", "sideways", "down")
PARAMS = Nothing(organization="acme")
REQUEST = OperationRequest(fingerprint=Preview((UP,)).fingerprint)


def showing(*changes: Change, trouble: Exception | None = None, observable: bool = True) -> Write:
    """A lever that a look shows so, or that cannot be looked at."""

    async def look(_hub: Hub, _params: Nothing) -> Preview:
        if trouble is not None:
            raise trouble
        return Preview(changes)

    return replace(Lever().operation(), preview=look, observable=observable)


async def told(error: HubError, operation: Write) -> tuple[Status, str]:
    """The verdict, and what it says."""
    verdict = await read_back(None, REQUEST, operation, PARAMS, error)  # type: ignore[arg-type]
    return verdict.status, verdict.error or (verdict.outcome.summary if verdict.outcome else "")


TABLE = [
    (FAILED, NOTHING, Status.SUCCEEDED, "reading back shows the change"),
    (LOST, NOTHING, Status.SUCCEEDED, "reading back shows the change"),
    (ODD, NOTHING, Status.SUCCEEDED, "reading back shows the change"),
    (PAGE, NOTHING, Status.SUCCEEDED, "reading back shows the change"),
    (FAILED, (UP,), Status.FAILED, "Reading back shows that nothing was changed."),
    (LOST, (UP,), Status.UNKNOWN, "Whether it was done cannot be told from reading."),
    (ODD, (UP,), Status.UNKNOWN, "Whether it was done cannot be told from reading."),
    (PAGE, (UP,), Status.UNKNOWN, "Whether it was done cannot be told from reading."),
    (FAILED, (ELSEWHERE,), Status.UNKNOWN, "Whether it was done cannot be told from reading."),
    (LOST, (ELSEWHERE,), Status.UNKNOWN, "Whether it was done cannot be told from reading."),
]


@pytest.mark.parametrize(("error", "changes", "status", "said"), TABLE)
async def test_what_reading_shows_after_a_lost_answer_comes_to_this(
    error: HubError, changes: tuple[Change, ...], status: Status, said: str
) -> None:
    found, text = await told(error, showing(*changes))
    assert found is status
    assert said in text


@pytest.mark.parametrize("error", [FAILED, LOST])
async def test_a_failure_names_what_docker_hub_did_and_that_it_may_have_been_done(error: HubError) -> None:
    _, text = await told(error, showing(ELSEWHERE))
    assert text.startswith(error.text)
    assert "It may have been done all the same." in text


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (HubUnavailable(READ, status=502), "Reading back failed too: Docker Hub failed with an error of its own"),
        (UserError("There is no lever."), "Reading back failed too: There is no lever."),
    ],
)
async def test_where_reading_fails_too_nobody_knows(trouble: Exception, said: str) -> None:
    found, text = await told(FAILED, showing(trouble=trouble))
    assert found is Status.UNKNOWN
    assert said in text


@pytest.mark.parametrize("changes", [NOTHING, (UP,)])
async def test_what_reading_does_not_show_is_not_read(changes: tuple[Change, ...]) -> None:
    blind = showing(*changes, trouble=AssertionError("it was looked at"), observable=False)
    assert (await told(FAILED, blind))[0] is Status.UNKNOWN


@pytest.mark.parametrize(
    ("changes", "observable", "status"),
    [
        (NOTHING, True, Status.SUCCEEDED),
        (NOTHING, False, Status.UNKNOWN),
        ((UP,), True, Status.UNKNOWN),
        ((UP,), False, Status.UNKNOWN),
    ],
)
def test_after_a_death_only_a_change_that_can_be_seen_is_done(
    changes: tuple[Change, ...], observable: bool, status: Status
) -> None:
    verdict = verdict_after_a_death(showing(observable=observable), Preview(changes))
    assert verdict.status is status
    assert (verdict.error is None) is (status is Status.SUCCEEDED)
    assert (verdict.outcome is None) is (status is Status.UNKNOWN)
