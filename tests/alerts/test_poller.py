"""Polling several organizations: who fails keeps nobody waiting, and is talked about once."""

from structlog.testing import capture_logs

from bot.db.session import Database

from .conftest import MakePoller, Polling, outbox
from .far_side import Clock, FarSide


async def test_a_failure_is_logged_once_and_so_is_its_end(poller: Polling, far: FarSide) -> None:
    with capture_logs() as logs:
        far.failing = {1}
        await poller.poll()
        await poller.poll()
        far.failing = set()
        await poller.poll()
        await poller.poll()
    assert [each["event"] for each in logs] == ["alerts.poll_failed", "alerts.poll_recovered"]


async def test_an_organization_that_fails_does_not_keep_the_others_waiting(
    make_poller: MakePoller, far: FarSide, clock: Clock, database: Database
) -> None:
    poller = make_poller(organizations=["broken", "acme"])
    await poller.poll()
    clock.advance(60)
    far.failing_organizations = {"broken"}
    far.happen("repo.delete")
    assert await poller.poll() == 1


async def test_where_the_log_stays_unreadable_the_administrators_are_told_once_a_day(
    poller: Polling, far: FarSide, clock: Clock, database: Database
) -> None:
    far.failing = {1}
    for _ in range(4):
        assert await poller.poll() == 0
        clock.advance(600)
    [message] = await outbox(database)
    assert (message.kind, message.address) == ("notice", "C0ADMIN")
    assert "cannot be read, so no alert can come" in message.payload["text"]


async def test_an_alert_rouses_the_delivery_and_what_is_no_concern_does_not(
    poller: Polling, far: FarSide, clock: Clock, woken: list[str]
) -> None:
    far.happen("repo.create")
    assert (await poller.poll(), woken) == (1, [])
    clock.advance(60)
    far.happen("repo.delete")
    assert (await poller.poll(), woken) == (1, ["woken"])


async def test_the_notice_rouses_the_delivery_once(
    poller: Polling, far: FarSide, clock: Clock, woken: list[str]
) -> None:
    far.failing = {1}
    for _ in range(4):
        await poller.poll()
        clock.advance(600)
    assert woken == ["woken"]


async def test_a_success_in_between_begins_the_wait_anew(
    poller: Polling, far: FarSide, clock: Clock, database: Database
) -> None:
    for failing in ({1}, set(), {1}):
        far.failing = failing
        await poller.poll()
        clock.advance(600)
    await poller.poll()
    assert await outbox(database) == []


async def test_a_log_that_the_plan_lacks_is_told_once_for_ever_for_each_organization(
    make_poller: MakePoller, far: FarSide, clock: Clock, database: Database, woken: list[str]
) -> None:
    far.without_log = {"free", "small"}
    for _ in range(2):
        poller = make_poller(organizations=["acme", "free", "small"])
        for _ in range(4):
            await poller.poll()
            clock.advance(40_000)
    messages = sorted(await outbox(database), key=lambda message: message.key)
    assert [message.key for message in messages] == ["notice:audit-log-off:free", "notice:audit-log-off:small"]
    assert {message.address for message in messages} == {"C0ADMIN"}
    assert "does not show Hubwarden the audit log of free, so alerts are off: " in messages[0].payload["text"]
    assert woken == ["woken", "woken"]
