"""Waiting for a message that is about to be sent, and for none that cannot be soon."""

from bot.outbox.posted import Posted

CARD, OTHER, HERE, THERE = "card:1", "card:2", "C0APPROVALS", "C0ALERTS"


def test_whoever_waits_hears_that_it_was_sent() -> None:
    posted = Posted(lambda: 0.0)
    with posted.expecting(CARD, HERE, within=0.25) as is_over:
        with posted.sending(CARD, HERE, rest_seconds=1):
            assert not is_over.is_set()
        assert is_over.is_set()


def test_nobody_waits_for_a_place_that_is_busy_for_longer_than_they_would() -> None:
    now = 0.0
    posted = Posted(lambda: now)
    with posted.expecting(OTHER, HERE, within=0.25) as before, posted.expecting(OTHER, THERE, within=0.25) as elsewhere:
        with posted.sending(CARD, HERE, rest_seconds=1):
            pass
        assert (before.is_set(), elsewhere.is_set()) == (True, False)
    with posted.expecting(OTHER, HERE, within=0.25) as after:
        assert after.is_set()
    now = 0.8
    with posted.expecting(OTHER, HERE, within=0.25) as soon:
        assert not soon.is_set()


def test_what_is_being_sent_already_is_waited_for() -> None:
    posted = Posted(lambda: 0.0)
    with posted.sending(CARD, HERE, rest_seconds=1), posted.expecting(CARD, HERE, within=0.25) as is_over:
        assert not is_over.is_set()
    assert is_over.is_set() is False, "whoever has left is not told"
