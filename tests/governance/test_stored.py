"""What of a preview and an outcome is stored, and that it is the same when it is read."""

import json

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.governance.stored import dump_outcome, dump_preview, load_changes, load_items
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


@given(st.lists(st.builds(ItemResult, TEXTS, st.booleans(), TEXTS), max_size=4).map(tuple))
def test_items_are_the_same_after_a_visit_to_the_database(items: tuple[ItemResult, ...]) -> None:
    assert load_items(json.loads(json.dumps(dump_outcome(Outcome("x", items))))) == items
    assert load_items(None) == ()
