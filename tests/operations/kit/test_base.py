"""A preview's fingerprint: it differs where what would happen does, and only there."""

from hypothesis import given
from hypothesis import strategies as st

from bot.operations.kit.base import Change, Preview

TEXTS = st.text(max_size=20)
CHANGES = st.builds(Change, TEXTS, st.none() | TEXTS, st.none() | TEXTS, items=st.lists(TEXTS, max_size=3).map(tuple))


@given(CHANGES, CHANGES)
def test_a_fingerprint_differs_exactly_where_the_changes_do(one: Change, other: Change) -> None:
    assert (Preview((one,)).fingerprint == Preview((other,)).fingerprint) is (one == other)


def test_the_basis_stands_for_the_changes_where_there_is_one() -> None:
    one, other = Change("a", None, "b"), Change("a", None, "c")
    assert Preview((one,), basis={"x": 1}).fingerprint == Preview((other,), basis={"x": 1}).fingerprint
    assert Preview((one,), basis={"x": 1}).fingerprint != Preview((one,), basis={"x": 2}).fingerprint


def test_notes_do_not_make_an_approval_stale() -> None:
    change = Change("a", None, "b")
    assert Preview((change,), ("3 members",)).fingerprint == Preview((change,), ("4 members",)).fingerprint
