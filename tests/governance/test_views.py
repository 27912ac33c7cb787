"""What of a preview and an outcome is stored, and that it is the same when it is read."""

import json

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.governance.views import dump_outcome, dump_preview, load_changes
from bot.operations.kit.base import Change, ItemResult, Outcome, Preview

TEXTS = st.text(max_size=20)
CHANGES = st.builds(Change, TEXTS, st.none() | TEXTS, st.none() | TEXTS, items=st.lists(TEXTS, max_size=3).map(tuple))


@given(st.lists(CHANGES, max_size=4).map(tuple), st.lists(TEXTS, max_size=3).map(tuple))
def test_a_preview_is_the_same_after_a_visit_to_the_database(
    changes: tuple[Change, ...], notes: tuple[str, ...]
) -> None:
    stored = json.loads(json.dumps(dump_preview(Preview(changes, notes))))
    assert load_changes(stored) == changes
    assert tuple(stored["notes"]) == notes


def test_a_secret_is_stored_nowhere() -> None:
    outcome = Outcome("made", (ItemResult("ci", True, "made"),), secret=SecretStr("dckr_pat_verysecret"))
    assert "verysecret" not in json.dumps(dump_outcome(outcome))
    assert "verysecret" not in repr(outcome)


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
