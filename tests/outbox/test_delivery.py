"""Delivery, whatever the protocol: what goes first, what waits, what comes of a send, and who hears of trouble."""

import asyncio
import ssl
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot import outbox
from bot.db import messages, requests
from bot.db.models import Message
from bot.db.session import Database
from bot.outbox.delivery import outgoing_of
from bot.outbox.destination import Destination
from bot.outbox.kinds import ALERT, CARD, LIMIT_BEGIN, LIMIT_END, LOG, NOTICE, Kind, Urgency
from bot.outbox.sender import Gone, Place, RateLimited, Refused, Unclear
from tests.db.rows import request_row
from tests.outbox.rig import LEASE, NOW, Rig

SECOND = timedelta(seconds=1)
UPDATED = Kind(name=ALERT.name, of_request=False, updates=True, urgency=Urgency.SOON)


@pytest.fixture
def updates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Alerts are brought up to date in this test: cards are, and need a request each."""
    monkeypatch.setattr("bot.outbox.delivery.BY_NAME", {ALERT.name: UPDATED, NOTICE.name: NOTICE})


# What goes first


async def test_a_message_is_posted_once_and_marked_with_where_it_stands(rig: Rig) -> None:
    await rig.want("alert:1")
    await rig.drain()
    row = await rig.message("alert:1")
    assert rig.far.posts == ["alert:1"]
    assert (row.state, row.sent, row.posted_address, row.posted_id) == (messages.SENT, 1, "C0ALERTS", "1")


async def test_an_address_with_a_long_queue_holds_up_no_other(rig: Rig) -> None:
    for number in range(60):
        await rig.want(f"alert:{number}", "C0BUSY")
    await rig.want("result:1", "U0ANN")
    await rig.delivery.step()
    await rig.delivery.step()
    assert rig.far.posts == ["alert:0", "result:1"]


async def test_an_address_has_one_message_in_each_pause_of_its_protocol(rig: Rig) -> None:
    await rig.want("alert:1")
    await rig.want("alert:2")
    assert await rig.delivery.step() == 0
    rig.monotonic = 0.6
    assert await rig.delivery.step() == pytest.approx(0.4)
    rig.monotonic = 1.0
    assert await rig.delivery.step() == 0
    assert rig.far.posts == ["alert:1", "alert:2"]


async def test_the_most_urgent_of_an_address_goes_first_however_old_the_others_are(rig: Rig) -> None:
    await rig.want("over", kind=LIMIT_END)
    await rig.want("alert:1")
    await rig.want("alert:2")
    rig.pass_by(minutes=5)
    await rig.want("warning", kind=LIMIT_BEGIN)
    await rig.drain()
    assert rig.far.posts == ["warning", "alert:1", "alert:2", "over"]


async def test_the_most_urgent_of_all_addresses_goes_first(rig: Rig) -> None:
    await rig.want("alert:1", "C0ALERTS")
    rig.pass_by(seconds=1)
    await rig.want("notice:1", "C0ADMIN", kind=NOTICE)
    await rig.delivery.step()
    assert rig.far.posts == ["notice:1"]


async def test_with_nothing_due_it_rests_until_the_next_message_is(rig: Rig) -> None:
    assert await rig.delivery.step() == 60
    rig.far.troubles = [RateLimited(20)]
    await rig.want("alert:1")
    await rig.step()
    rig.pass_by(seconds=5)
    assert await rig.step() == 15


async def test_a_message_that_must_wait_alone_holds_up_no_other_of_its_place(rig: Rig) -> None:
    rig.far.troubles = [RateLimited(20, holds_up=False)]
    await rig.want("alert:1")
    await rig.want("alert:2")
    await rig.drain()
    rig.pass_by(seconds=2)
    await rig.drain()
    assert rig.far.posts == ["alert:2"]
    rig.pass_by(seconds=20)
    await rig.drain()
    assert rig.far.posts == ["alert:2", "alert:1"]


async def test_what_nobody_can_do_anything_about_is_given_up_and_told_to_nobody(rig: Rig) -> None:
    rig.far.troubles = [Refused("user_disabled", is_told=False)]
    await rig.want("alert:1")
    await rig.drain()
    assert (await rig.message("alert:1")).state == messages.FAILED
    assert rig.far.posts == []


# The two times


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_business_clock_that_is_an_hour_off_neither_delays_nor_hastens_a_message(rig: Rig, hours: int) -> None:
    rig.business = NOW + timedelta(hours=hours)
    rig.far.troubles = [RateLimited(20)]
    await rig.want("alert:1")
    await rig.step()
    row = await rig.message("alert:1")
    assert (row.created_at, row.due_at) == (rig.business, NOW + 20 * SECOND)
    rig.business += timedelta(hours=2)
    rig.machine += 19 * SECOND
    await rig.drain()
    assert rig.far.posts == []
    rig.machine += SECOND
    await rig.drain()
    assert rig.far.posts == ["alert:1"]


async def test_a_jump_of_the_business_clock_takes_no_claim_from_whoever_is_sending(rig: Rig) -> None:
    async def jump() -> None:
        rig.business += timedelta(hours=1)
        assert (await rig.message("alert:1")).lease_until == NOW + LEASE
        await rig.replica().step()

    rig.far.before_post = jump
    await rig.want("alert:1")
    await rig.step()
    assert rig.far.posts == ["alert:1"]


async def test_a_claim_lasts_as_long_as_the_lease_and_no_longer(rig: Rig) -> None:
    await rig.want("alert:1")
    rig.far.unspeakable = OSError("the database is away")
    with pytest.raises(OSError, match="away"):
        await rig.step()
    rig.far.unspeakable = None
    rig.machine += LEASE
    await rig.drain()
    assert rig.far.posts == []
    rig.machine += SECOND
    await rig.drain()
    assert rig.far.posts == ["alert:1"]


# What comes of a send


@pytest.mark.usefixtures("updates")
async def test_what_stands_already_is_changed_in_place(rig: Rig) -> None:
    await rig.want("alert:1", text="newest")
    await rig.drain()
    await rig.touch("alert:1")
    await rig.drain()
    assert (rig.far.posts, rig.far.updates) == (["alert:1"], [(Place("C0ALERTS", "1"), "newest")])
    assert (await rig.message("alert:1")).state == messages.SENT


@pytest.mark.usefixtures("updates")
async def test_what_was_asked_for_again_while_it_was_sent_is_changed_afterwards(rig: Rig) -> None:
    async def touch() -> None:
        rig.far.before_post = None
        await rig.touch("alert:1")

    rig.far.before_post = touch
    await rig.want("alert:1")
    await rig.drain()
    row = await rig.message("alert:1")
    assert (len(rig.far.posts), len(rig.far.updates), row.sent, row.state) == (1, 1, 2, messages.SENT)


async def test_a_kind_that_is_not_updated_stays_as_it_was_posted(rig: Rig) -> None:
    await rig.want("alert:1", kind=LOG)
    await rig.drain()
    await rig.touch("alert:1")
    await rig.drain()
    assert (rig.far.posts, rig.far.updates) == (["alert:1"], [])
    assert (await rig.message("alert:1")).state == messages.SENT


async def test_a_post_that_was_limited_is_posted_later_without_looking_for_it(rig: Rig) -> None:
    rig.far.troubles = [RateLimited(20)]
    await rig.want("alert:1")
    await rig.step()
    row = await rig.message("alert:1")
    assert (row.attempts, row.due_at, row.lease_until) == (0, NOW + 20 * SECOND, None)
    rig.pass_by(seconds=20)
    await rig.drain()
    assert (rig.far.posts, rig.far.searches) == (["alert:1"], [])


async def test_an_address_that_was_limited_gets_nothing_else_meanwhile(rig: Rig) -> None:
    rig.far.troubles = [RateLimited(20)]
    await rig.want("alert:1")
    await rig.delivery.step()
    await rig.want("alert:2")
    await rig.want("alert:3", "C0OTHER")
    rig.monotonic = 19.0
    await rig.delivery.step()
    await rig.delivery.step()
    assert rig.far.posts == ["alert:3"]
    rig.monotonic = 20.0
    await rig.delivery.step()
    assert rig.far.posts == ["alert:3", "alert:2"]


@pytest.mark.usefixtures("updates")
async def test_what_is_asked_for_again_while_it_is_limited_goes_on_waiting(rig: Rig) -> None:
    rig.far.troubles = [RateLimited(20)]
    await rig.want("alert:1")
    await rig.step()
    await rig.touch("alert:1")
    rig.pass_by(seconds=19)
    await rig.drain()
    assert rig.far.posts == []
    rig.pass_by(seconds=1)
    await rig.drain()
    assert rig.far.posts == ["alert:1"]


async def test_a_post_of_which_nothing_was_heard_is_looked_for_and_not_posted_again(rig: Rig) -> None:
    await rig.want("alert:1")
    rig.far.troubles = [Unclear("no answer")]
    await rig.step()
    rig.far.posts.append("alert:1")  # it had arrived
    rig.pass_by(seconds=2)
    await rig.drain()
    row = await rig.message("alert:1")
    assert (rig.far.posts, rig.far.searches, row.posted_id) == (["alert:1"], ["alert:1"], "1")


@pytest.mark.usefixtures("updates")
async def test_a_post_that_is_found_again_is_brought_up_to_date(rig: Rig) -> None:
    await rig.want("alert:1", text="newest")
    rig.far.troubles = [Unclear("no answer")]
    await rig.step()
    rig.far.posts.append("alert:1")
    rig.pass_by(seconds=2)
    await rig.drain()
    assert rig.far.updates == [(Place("C0ALERTS", "1"), "newest")]


async def test_a_post_that_did_not_arrive_is_posted_after_a_look(rig: Rig) -> None:
    await rig.want("alert:1")
    rig.far.troubles = [Unclear("no answer")]
    await rig.step()
    rig.pass_by(seconds=2)
    await rig.drain()
    assert (rig.far.searches, rig.far.posts) == (["alert:1"], ["alert:1"])


async def test_what_stays_unclear_is_tried_ever_more_rarely_and_at_least_every_five_minutes(rig: Rig) -> None:
    await rig.want("alert:1")
    pauses = []
    for _ in range(11):
        rig.far.troubles = [Unclear("no answer")]
        await rig.step()
        pauses.append((await rig.message("alert:1")).due_at - rig.machine)
        rig.machine += pauses[-1]
    assert [pause.total_seconds() for pause in pauses] == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


async def test_after_any_number_of_attempts_it_is_tried_again(rig: Rig) -> None:
    await rig.want("alert:1")
    async with rig.database.begin() as session:
        await session.execute(update(Message).values(attempts=10_000))
    rig.far.troubles = [Unclear("no answer")]
    await rig.step()
    assert (await rig.message("alert:1")).due_at == NOW + timedelta(minutes=5)


async def test_a_send_that_outlasts_its_claim_is_given_up_before_that_ends_and_found_again(database: Database) -> None:
    rig = Rig(database, lease=timedelta(seconds=0.2))
    rig.far.hangs = True
    await rig.want("alert:1")
    async with asyncio.timeout(5):
        await rig.step()
    row = await rig.message("alert:1")
    assert (row.state, row.lease_until, row.error) == (messages.DUE, None, "no answer within 0.16 s")
    rig.far.hangs = False
    rig.pass_by(minutes=1)
    await rig.drain()
    assert rig.far.posts == ["alert:1"]
    assert (await rig.message("alert:1")).state == messages.SENT


@pytest.mark.parametrize("code", ["missing_scope", "not_in_channel", "channel_not_found"])
async def test_where_nobody_lets_us_look_for_a_post_it_is_posted(rig: Rig, code: str) -> None:
    rig.far.troubles = [Unclear("no answer")]
    rig.far.search_trouble = Refused(code)
    await rig.want("alert:1")
    await rig.drain()
    assert rig.far.posts == []
    rig.pass_by(minutes=10)
    await rig.drain()
    assert (rig.far.searches, rig.far.posts) == (["alert:1"], ["alert:1"])
    assert (await rig.message("alert:1")).state == messages.SENT


async def test_while_it_is_unclear_whether_a_post_stands_it_is_not_posted(rig: Rig) -> None:
    rig.far.troubles = [Unclear("no answer")]
    rig.far.search_trouble = Unclear("no answer either")
    await rig.want("alert:1")
    await rig.step()
    rig.pass_by(minutes=1)
    await rig.step()
    assert rig.far.posts == []
    assert (await rig.message("alert:1")).attempts == 2


@pytest.mark.usefixtures("updates")
async def test_what_is_gone_from_where_it_stood_is_posted_anew_at_once(rig: Rig) -> None:
    await rig.want("alert:1")
    await rig.drain()
    await rig.touch("alert:1")
    rig.far.troubles = [Gone("message_not_found")]
    await rig.drain()
    assert (rig.far.posts, rig.far.searches) == (["alert:1", "alert:1"], [])
    assert (await rig.message("alert:1")).posted_id == "2"


@pytest.mark.usefixtures("updates")
async def test_what_can_no_longer_be_changed_is_taken_away_and_posted_anew_once_an_hour(rig: Rig) -> None:
    await rig.want("alert:1")
    await rig.drain()

    async def touched_where_nothing_can_be_changed() -> None:
        await rig.touch("alert:1")
        rig.far.troubles = [Gone("edit_window_closed")]
        await rig.drain()
        rig.far.troubles = []

    await touched_where_nothing_can_be_changed()
    assert (rig.far.posts, rig.far.retired) == (["alert:1"] * 2, [Place("C0ALERTS", "1")])
    await touched_where_nothing_can_be_changed()
    assert (len(rig.far.posts), len(rig.far.retired)) == (2, 1), "the newest one stays as it is"
    row = await rig.message("alert:1")
    assert (row.state, row.posted_id, row.sent) == (messages.SENT, "2", row.wanted)
    rig.monotonic += 3600
    await touched_where_nothing_can_be_changed()
    assert (len(rig.far.posts), rig.far.retired[1:]) == (3, [Place("C0ALERTS", "2")])


# Who hears of trouble


async def test_every_message_that_is_never_taken_is_kept_and_has_a_notice_of_its_own(rig: Rig) -> None:
    rig.far.refusal = Refused("msg_too_long")
    await rig.want("alert:1")
    await rig.want("alert:2")
    await rig.drain()
    assert rig.notices() == ["notice:alert:1:msg_too_long", "notice:alert:2:msg_too_long"]
    row = await rig.message("alert:1")
    assert (row.state, row.error, row.lease_until) == (messages.FAILED, "msg_too_long", None)
    assert await rig.text_of(rig.notices()[0]) == (
        "Pigeon post refused the message alert:1 for the perch C0ALERTS: msg_too_long. It will not be sent again."
    )


async def test_trouble_that_can_be_mended_is_told_once_a_day_by_the_business_clock(rig: Rig) -> None:
    rig.far.refusal = Refused("not_in_channel", trouble="nobody has let us in")
    rig.business = NOW + timedelta(days=3)
    for key in ("alert:1", "alert:2"):
        await rig.want(key)
    await rig.drain()
    rig.pass_by(hours=1)
    await rig.drain()
    assert rig.notices() == ["notice:C0ALERTS:not_in_channel:2026-11-26"]
    assert await rig.text_of(rig.notices()[0]) == (
        "Hubwarden cannot post in the perch C0ALERTS: nobody has let us in (not_in_channel). "
        "What waits there is kept, and tried every 5 minutes."
    )
    rig.pass_by(days=1)
    await rig.drain()
    assert rig.notices()[1:] == ["notice:C0ALERTS:not_in_channel:2026-11-27"]


async def test_what_waits_for_trouble_to_be_mended_is_tried_every_five_minutes_and_counts_no_attempt(rig: Rig) -> None:
    rig.far.refusal = Refused("not_in_channel", trouble="nobody has let us in")
    await rig.want("alert:1")
    await rig.drain()
    row = await rig.message("alert:1")
    assert (row.state, row.due_at, row.attempts, row.error) == (
        messages.DUE,
        NOW + timedelta(minutes=5),
        0,
        "not_in_channel",
    )
    rig.far.refusal = None
    rig.pass_by(minutes=5)
    await rig.drain()
    assert (rig.far.posts[1:], rig.far.searches) == (["alert:1"], [])


async def test_a_notice_that_is_refused_is_told_of_to_nobody(rig: Rig) -> None:
    rig.far.troubles = [Refused("msg_too_long")]
    await rig.want("notice:1", "C0ADMIN", kind=NOTICE)
    await rig.drain()
    assert rig.far.posts == []
    assert (await rig.message("notice:1")).state == messages.FAILED


@pytest.mark.parametrize("error", [LookupError("no such operation"), TypeError("None"), ValueError("no moment")])
async def test_what_cannot_be_rendered_is_given_up_and_told(rig: Rig, error: Exception) -> None:
    rig.far.unspeakable = error
    await rig.want("alert:1")
    await rig.drain()
    row = await rig.message("alert:1")
    why = f"could not be rendered by this version: {type(error).__name__}"
    assert (row.state, row.error) == (messages.FAILED, why)
    assert rig.notices() == [f"notice:alert:1:{why}"]
    assert "could not be rendered by this version of Hubwarden" in await rig.text_of(rig.notices()[0])


async def test_a_kind_of_another_version_is_given_up_and_told(rig: Rig) -> None:
    await rig.want("alert:1")
    async with rig.database.begin() as session:
        await session.execute(update(Message).values(kind="kind of tomorrow"))
    await rig.drain()
    assert (await rig.message("alert:1")).state == messages.FAILED
    assert len(rig.notices()) == 1


async def test_a_protocol_that_nobody_here_speaks_is_given_up_and_told(rig: Rig) -> None:
    await rig.want("alert:1", Destination("fax", "+49 30 1", "T0ACME"))
    await rig.drain()
    assert (await rig.message("alert:1")).state == messages.FAILED
    [notice] = rig.notices()
    assert "alert:1 for fax:T0ACME/+49 30 1" in await rig.text_of(notice)


@pytest.mark.parametrize("error", [ConnectionRefusedError("away"), ssl.SSLCertVerificationError("away")])
async def test_a_database_that_is_away_while_it_renders_gives_nothing_up(rig: Rig, error: OSError) -> None:
    rig.far.unspeakable = error
    await rig.want("alert:1")
    with pytest.raises(type(error)):
        await rig.step()
    assert (await rig.message("alert:1")).state == messages.DUE


# Several replicas


async def test_two_replicas_send_each_message_once(rig: Rig) -> None:
    for number in range(20):
        await rig.want(f"alert:{number}", f"C{number}")

    async def drain() -> None:
        replica = rig.replica()
        while await replica.step() == 0:
            pass

    await asyncio.gather(drain(), drain())
    assert sorted(rig.far.posts) == sorted(f"alert:{number}" for number in range(20))


async def test_a_message_says_which_request_it_is_of(rig: Rig) -> None:
    async with rig.database.begin() as session:
        number = await requests.add(session, request_row())
        place = Destination("slack", "C0APPROVALS", "T0ACME")
        await outbox.want(session, "card:1", kind=CARD, destination=place, clock=rig.clock, request_id=number)
    outgoing = outgoing_of(await rig.message("card:1"))
    assert (outgoing.key, outgoing.kind, outgoing.request_id) == ("card:1", "card", number)
    assert (outgoing.destination, outgoing.created_at, outgoing.payload) == (place, NOW, {})
