"""What became of a request's items, counted: what was so already is no failure, and an error that says so is one."""

import pytest

from bot.operations.kit.base import ItemResult
from bot.slack.outcomes import has_failed, label_of


@pytest.mark.parametrize(
    ("text", "done", "label"),
    [
        ("invited", True, "invited"),
        ("done; found by reading back", True, "done"),
        ("is a member already", False, "already a member"),
        ("has a pending invite already; “invite resend” sends it again", False, "with a pending invite already"),
        ("was gone already", True, "already gone"),
        ("This conflicts with what is already there.", False, "*failed*"),
        ("is not an address or Docker ID that Docker Hub knows", False, "*failed*"),
        ("Docker Hub says: it is done already", False, "*failed*"),
        ("*bold*", True, "done"),
    ],
)
def test_an_item_counts_as_what_became_of_it(text: str, done: bool, label: str) -> None:
    item = ItemResult("jane", done, text)
    assert label_of(item) == label
    assert has_failed(item) is (label == "*failed*")
