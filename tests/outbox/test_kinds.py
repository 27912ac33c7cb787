"""The table of kinds: their names are in rows, so they stay; and each fits its column."""

from bot.db.models import Message
from bot.outbox.kinds import (
    ALERT,
    ASK,
    BY_NAME,
    CARD,
    HOME,
    KINDS,
    LIMIT,
    LIMIT_BEGIN,
    LIMIT_END,
    LOG,
    NOTICE,
    REMINDER,
    RESULT,
    URGENCY,
)


def test_rows_know_these_kinds_by_these_names() -> None:
    assert set(BY_NAME) >= {"card", "result", "alert", "limit_begin", "limit_end", "notice"}
    assert set(BY_NAME) >= {"log", "ask", "reminder", "home", "alert_more", "limit", "welcome", "leaver"}
    assert len(BY_NAME) == len(KINDS)


def test_every_name_fits_its_column() -> None:
    longest = Message.__table__.c.kind.type.length  # type: ignore[attr-defined]
    assert all(len(kind.name) <= longest for kind in KINDS)


def test_what_is_told_from_a_request_changes_with_it() -> None:
    of_request = {kind for kind in KINDS if kind.of_request}
    assert of_request == {CARD, RESULT, ASK, REMINDER}
    assert all(kind.updates for kind in of_request)


def test_what_people_wait_for_goes_before_what_comes_in_hundreds() -> None:
    assert {URGENCY[kind.name] for kind in (CARD, NOTICE, LIMIT, LIMIT_BEGIN)} == {2}
    assert {URGENCY[kind.name] for kind in (RESULT, ALERT, ASK, REMINDER)} == {1}
    assert {URGENCY[kind.name] for kind in (LIMIT_END, LOG, HOME)} == {0}
