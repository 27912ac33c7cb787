"""What of a preview and an outcome is stored, and that it is the same when it is read."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.governance.stored import Head, dump_outcome, dump_preview, head_of, load_changes, load_head, load_items
from bot.operations.kit.base import Change, ItemResult, Outcome, Params, Preview, Write
from bot.operations.kit.consequences import COMES_NOT_BACK, HEADING, Harm, Prepared, Risk

TEXTS = st.text(max_size=20)
CHANGES = st.builds(Change, TEXTS, st.none() | TEXTS, st.none() | TEXTS, items=st.lists(TEXTS, max_size=3).map(tuple))


@given(st.lists(CHANGES, max_size=4).map(tuple), st.lists(TEXTS, max_size=3).map(tuple))
def test_a_preview_is_the_same_after_a_visit_to_the_database(
    changes: tuple[Change, ...], notes: tuple[str, ...]
) -> None:
    stored = json.loads(json.dumps(dump_preview(Preview(changes, notes))))
    assert load_changes(stored) == changes
    assert tuple(stored["notes"]) == notes


HEADS = st.builds(
    Head,
    TEXTS,
    st.lists(st.builds(Risk, st.sampled_from(Harm), TEXTS), max_size=3).map(tuple),
    st.none() | st.builds(Prepared, TEXTS, st.dictionaries(TEXTS, TEXTS | st.booleans() | st.lists(TEXTS))),
)


@given(HEADS)
def test_so_is_what_the_operation_says_of_it(head: Head) -> None:
    assert load_head(json.loads(json.dumps(dump_preview(Preview(()), head)))) == head


def test_a_preview_of_an_earlier_version_says_nothing_of_it() -> None:
    assert load_head({"changes": [], "notes": []}) == Head()


async def read_nothing(*_: object) -> Any:
    """What is never asked here."""
    raise AssertionError


def lever(**more: Any) -> Write:
    """An operation that says as much of itself as it is given."""
    return Write(
        name="lever.pull",
        title="Pull a lever",
        summary="Pull a lever",
        params=Params,
        preview=read_nothing,
        execute=read_nothing,
        endpoint="POST /lever",
        hub_action=None,
        subjects=lambda _: (),
        **more,
    )


def test_what_an_operation_says_is_computed_once_from_the_wish_and_what_would_change() -> None:
    params, would = Params(organization="acme"), Preview((Change("lever", "up", "down"),))
    operation = lever(
        heading=lambda params, would: f"Pull {would.changes[0].subject} of {params.organization}",
        risks=lambda *_: (Risk(Harm.OPEN, "It opens the gate."),),
        inverse=lambda params, _: Prepared("lever.push", {"organization": params.organization}),
    )
    inverse = Prepared("lever.push", {"organization": "acme"})
    assert head_of(operation, params, would) == Head(
        "Pull lever of acme", (Risk(Harm.OPEN, "It opens the gate."),), inverse
    )


def test_an_operation_that_says_nothing_has_no_title_and_where_it_destroys_one_risk() -> None:
    params, would = Params(organization="acme"), Preview(())
    assert head_of(lever(), params, would) == Head()
    assert head_of(lever(destructive=True), params, would) == Head("", (COMES_NOT_BACK,))


def test_a_heading_that_is_too_long_ends_with_an_ellipsis() -> None:
    operation = lever(heading=lambda *_: "Pull\n" + "x" * 999)
    title = head_of(operation, Params(organization="acme"), Preview(())).title
    assert len(title) == HEADING
    assert title.startswith("Pull xx")
    assert title.endswith("x…")


def test_a_secret_is_stored_nowhere() -> None:
    outcome = Outcome("made", (ItemResult("ci", True, "made"),), secret=SecretStr("dckr_pat_verysecret"))
    assert "verysecret" not in json.dumps(dump_outcome(outcome))
    assert "verysecret" not in repr(outcome)


@given(st.lists(st.builds(ItemResult, TEXTS, st.booleans(), TEXTS), max_size=4).map(tuple))
def test_items_are_the_same_after_a_visit_to_the_database(items: tuple[ItemResult, ...]) -> None:
    assert load_items(json.loads(json.dumps(dump_outcome(Outcome("x", items))))) == items
    assert load_items(None) == ()
