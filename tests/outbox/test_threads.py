"""A reply waits for the message that it belongs to, and is posted in its thread."""

from datetime import timedelta

from bot.db import messages
from bot.outbox.kinds import CARD, LOG
from bot.outbox.sender import Gone, Place, RateLimited, Refused
from tests.outbox.rig import NOW, Rig


async def test_a_reply_is_posted_in_the_thread_of_its_message(rig: Rig) -> None:
    await rig.want("alert:1")
    await rig.want("log:1", kind=LOG, thread_of="alert:1")
    await rig.drain()
    assert rig.far.posts == ["alert:1", "log:1"]
    assert rig.far.threads == {"log:1": Place("C0ALERTS", "1")}


async def test_a_reply_whose_message_does_not_stand_yet_waits_a_second_and_counts_no_attempt(rig: Rig) -> None:
    await rig.want("log:1", kind=LOG, thread_of="alert:1")
    await rig.want("alert:1")
    rig.far.troubles = [RateLimited(0.5)]
    await rig.step()
    await rig.step()
    row = await rig.message("log:1")
    assert (rig.far.posts, row.state, row.attempts, row.due_at) == ([], messages.DUE, 0, NOW + timedelta(seconds=1))
    rig.pass_by(seconds=1)
    await rig.drain()
    assert rig.far.posts == ["alert:1", "log:1"]
    assert rig.far.threads == {"log:1": Place("C0ALERTS", "1")}


async def test_it_waits_as_long_as_its_message_does(rig: Rig) -> None:
    rig.far.refusal = Refused("not_in_channel", trouble="nobody has let us in")
    await rig.want("alert:1")
    await rig.step()
    await rig.want("log:1", kind=LOG, thread_of="alert:1")
    await rig.drain()
    assert (await rig.message("log:1")).due_at == (await rig.message("alert:1")).due_at == NOW + timedelta(minutes=5)


async def test_what_is_a_reply_to_what_never_stands_is_told_all_the_same(rig: Rig) -> None:
    rig.far.troubles = [Refused("msg_too_long")]
    await rig.want("alert:1")
    await rig.want("log:1", kind=LOG, thread_of="alert:1")
    await rig.want("log:2", kind=LOG, thread_of="never asked for")
    await rig.drain()
    assert {"log:1", "log:2"} <= set(rig.far.posts)
    assert rig.far.threads == {}


async def test_a_message_that_was_posted_anew_has_its_replies_where_it_stands_now(rig: Rig) -> None:
    await rig.want("alert:1")
    await rig.drain()
    await rig.touch("alert:1")
    rig.far.troubles = [Gone("message_not_found")]
    await rig.want("log:1", kind=LOG, thread_of="alert:1")
    await rig.drain()
    assert rig.far.threads == {"log:1": Place("C0ALERTS", "2")}


def test_replies_come_after_what_people_wait_for() -> None:
    assert LOG.urgency < CARD.urgency
