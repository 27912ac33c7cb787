"""A request's card, and what its requester is told at the end: whole, within limits, and nobody's loudspeaker."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.governance.approval.requirement import NOBODY
from bot.governance.ledger.lifecycle import STATES, Status
from bot.governance.views import RequestView, Wait
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.base import Change, ItemResult, Operation, Write
from bot.operations.kit.consequences import Harm, Risk
from bot.slack.blocks import Block, Content
from bot.slack.card import headline, request_card, request_lines
from bot.slack.changes import change_line
from bot.slack.deciders import rule_line
from bot.slack.outcomes import counts_text, span, status_line
from bot.slack.results import result_message
from bot.slack.spoken import missing_from
from tests.operations.samples import HOSTILE, TEXTS
from tests.slack.samples import (
    NOW,
    TAGS,
    approvals_of,
    assert_harmless,
    assert_whole_entities,
    flaws,
    hostile_view,
    longest_view,
    markup,
    one_stage,
    request_view,
)

WRITES = [operation for operation in OPERATIONS if isinstance(operation, Write)]
INVITE = BY_NAME["invite.send"]
Message = Callable[[RequestView, Operation], Content]
BOTH = pytest.mark.parametrize("message", [request_card, result_message])
EVERY_STATUS = pytest.mark.parametrize("status", Status)


@BOTH
@pytest.mark.parametrize("operation", WRITES, ids=lambda operation: operation.name)
def test_every_operations_message_passes_in_every_status(operation: Write, message: Message) -> None:
    for status in Status:
        content = message(request_view(operation, status), operation)
        assert flaws(content) == [], status
        assert "Invite jane@example.com as member" in content.text


@EVERY_STATUS
@BOTH
def test_the_longest_request_passes_in_every_status(status: Status, message: Message) -> None:
    content = message(longest_view(INVITE, status), INVITE)
    assert flaws(content) == []
    assert len(content.text) <= 4000
    assert_whole_entities(content)


@EVERY_STATUS
@BOTH
@pytest.mark.parametrize("view", [request_view, longest_view, hostile_view], ids=["ordinary", "longest", "hostile"])
def test_the_text_says_all_that_the_blocks_say(
    view: Callable[[Operation, Status], RequestView], message: Message, status: Status
) -> None:
    content = message(view(INVITE, status), INVITE)
    assert missing_from(content.text, content.blocks) == []
    assert len(content.text) <= 3900


@EVERY_STATUS
@BOTH
def test_nothing_hostile_becomes_markup(status: Status, message: Message) -> None:
    content = message(hostile_view(INVITE, status), INVITE)
    assert flaws(content) == []
    assert_harmless(content)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(Status), st.lists(TEXTS, min_size=9, max_size=9))
def test_no_text_whatsoever_breaks_a_card(status: Status, texts: list[str]) -> None:
    view = request_view(
        INVITE,
        status,
        reason=texts[0],
        params={"organization": "acme", "search": texts[1]},
        changes=(Change(texts[2], texts[3], texts[4], items=(texts[5],)),),
        notes=(f"note: {texts[6]}",),
        summary=texts[7],
        items=(ItemResult(texts[8], True, texts[0]),),
    )
    for content in (request_card(view, INVITE), result_message(view, INVITE)):
        assert flaws(content) == []
        assert len(content.text) <= 4000
        assert_harmless(content)


@pytest.mark.parametrize("evil", ["x\n*Done ✅; approved by everybody*", "x\r\n• fake", "x\u2028fake", "x\x0bfake"])
def test_nobody_adds_lines_of_their_own_to_a_change(evil: str) -> None:
    assert len(change_line(Change(evil, evil, evil, items=(evil,))).splitlines()) == 1


def test_a_reason_of_several_lines_is_a_quotation_on_every_line() -> None:
    card = request_card(request_view(INVITE, reason="one\n*two*"), INVITE)
    assert "> one\n> *two*" in card.text


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (Change("jane", None, "invited as member"), "• *jane*: invited as member"),
        (Change("jane in team ops", "member", None), "• *jane in team ops*: member → removed"),
        (Change("Rules", "v1", "v2"), "• *Rules*: v1 → v2"),
        (Change("2 tags immutable", "mutable", "immutable", items=("a", "b")), "mutable → immutable (`a`, `b`)"),
        (Change("13 tags", None, "x", items=TAGS[:13]), " and 1 more"),
    ],
)
def test_a_change_says_what_from_what_to_what(change: Change, line: str) -> None:
    short = Change(change.subject, change.before, change.after, tuple(item[:5] for item in change.items))
    assert line in change_line(short)


def test_every_status_has_its_words() -> None:
    assert set(STATES) == set(Status)


@EVERY_STATUS
def test_the_status_line_says_who_brought_it_there(status: Status) -> None:
    view = request_view(INVITE, status, ballots=approvals_of("U0OMAR"), decided_by="U0LENA", decided_at=NOW)
    line = status_line(view)
    assert f"*{STATES[status].heading}" in line
    assert line.startswith(STATES[status].mark)
    assert ("<@U0LENA>" in line) is (status in {Status.DENIED, Status.CANCELLED})
    assert ("<@U0OMAR>" in line) is (status not in {Status.DENIED, Status.CANCELLED, Status.EXPIRED})


def test_a_pending_card_says_how_many_of_how_many_agreed_and_until_when() -> None:
    view = request_view(
        INVITE, requirement=one_stage(2, users=("U0OMAR",), groups=("S0LEADS",)), ballots=approvals_of("U0OMAR")
    )
    assert "1 of 2 given by <@U0OMAR>" in status_line(view)
    assert "until <!date^" in status_line(view)
    said = request_card(view, INVITE).text
    assert "*Only they can approve or deny it:* 2 approvals of <@U0OMAR>, <!subteam^S0LEADS>." in said
    assert "2 approvals of <@U0OMAR>, <!subteam^S0LEADS>, until <!date^" in rule_line(view)


def test_a_request_without_approvals_says_so() -> None:
    assert (
        rule_line(request_view(INVITE, requirement=NOBODY))
        == "Rule “a platform lead agrees” allows it without approval."
    )


@pytest.mark.parametrize(
    ("status", "actions"),
    [
        (Status.PENDING, ["approve", "deny", "cancel", "details"]),
        (Status.UNKNOWN, ["settle_done", "settle_not_done", "details"]),
        *((status, ["details"]) for status in Status if status not in {Status.PENDING, Status.UNKNOWN}),
    ],
)
def test_only_what_is_possible_can_be_pressed(status: Status, actions: list[str]) -> None:
    elements = row_of(request_card(request_view(INVITE, status), INVITE))["elements"]
    assert [element["action_id"] for element in elements] == actions
    assert {element["value"] for element in elements} == {"7"}


def test_the_card_of_another_version_has_buttons_of_its_own() -> None:
    one, two = (row_of(request_card(request_view(INVITE, version=version), INVITE)) for version in (1, 2))
    assert one["block_id"] != two["block_id"]


def row_of(content: Content) -> Block:
    """The buttons of a message."""
    return next(block for block in content.blocks if block["type"] == "actions")


def shapes(content: Content) -> list[str]:
    """The kinds of its blocks, in order."""
    return [block["type"] for block in content.blocks]


def test_of_many_changes_the_first_five_are_shown_and_the_rest_is_counted() -> None:
    view = request_view(INVITE, changes=tuple(Change(f"person{n}", None, "invited") for n in range(17)))
    text = request_card(view, INVITE).text
    assert text.count("• *person") == 5
    assert "• *person4*: invited\n…and 12 more in Details" in text


def test_the_title_says_what_and_whom_and_the_status_is_right_below() -> None:
    card = request_card(request_view(INVITE), INVITE)
    assert card.blocks[0]["text"]["text"] == "Invite jane@example.com as member"
    assert card.blocks[1]["text"]["text"].startswith("⏳ *Waiting for approval*")


def test_a_request_of_an_earlier_version_has_the_operations_title_and_says_what_was_asked_for() -> None:
    view = request_view(INVITE, title="", params={"invitees": ["jane@example.com"]})
    assert headline(view, INVITE) == "Invite people"
    assert "`jane@example.com`" in request_card(view, INVITE).text


RISKS = (Risk(Harm.POWER, "An owner can do everything."), Risk(Harm.FINAL, "It does not come back."))


def test_a_risk_is_a_warning_of_its_own_and_its_confirmation_repeats_it() -> None:
    routine = request_card(request_view(INVITE, risks=(Risk(Harm.ROUTINE, "Nothing to it."),)), INVITE)
    risky = request_card(request_view(INVITE, risks=RISKS), INVITE)
    assert shapes(risky)[:4] == ["header", "section", "section", "section"]
    assert risky.blocks[2]["text"]["text"] == "⚠️ *An owner can do everything.*"
    for risk in RISKS:
        assert risk.said in risky.text
    calm, red = (row_of(card)["elements"][0] for card in (routine, risky))
    assert (calm["style"], calm["confirm"]["style"]) == ("primary", "primary")
    assert (red["style"], red["confirm"]["style"]) == ("danger", "danger")
    assert "An owner can do everything. It does not come back." in red["confirm"]["text"]["text"]
    assert "Nothing to it." not in routine.text


def test_the_longest_title_makes_room_for_the_consequence_in_the_confirmation() -> None:
    view = request_view(INVITE, title="x" * 150, risks=RISKS)
    asked = row_of(request_card(view, INVITE))["elements"][0]["confirm"]["text"]["text"]
    assert "It does not come back. It is done once enough people agree." in asked


@EVERY_STATUS
def test_no_warning_is_in_small_type(status: Status) -> None:
    view = request_view(INVITE, status, risks=RISKS, notes=("kofim is a member already.",))
    small = [block["elements"][0]["text"] for block in request_card(view, INVITE).blocks if block["type"] == "context"]
    assert small == ["Request 7 · acme · invite.send · rule “a platform lead agrees”"]


@EVERY_STATUS
def test_a_finished_card_folds_to_title_status_and_result(status: Status) -> None:
    view = request_view(INVITE, status, risks=RISKS, summary="jane@example.com invited")
    card = request_card(view, INVITE)
    is_folded = shapes(card) == ["header", "section", "actions", "context"]
    assert is_folded is (not STATES[status].targets)
    assert ("joins on Monday" in card.text) is not is_folded


def test_the_notes_of_the_preview_are_in_what_a_screen_reader_has() -> None:
    assert "*Good to know*\n• Team platform has 3 members now." in request_card(request_view(INVITE), INVITE).text


def test_a_done_card_says_who_decided_and_how_long_it_took() -> None:
    view = request_view(
        INVITE,
        Status.SUCCEEDED,
        ballots=approvals_of("U0OMAR"),
        decided_at=NOW + timedelta(minutes=5),
        finished_at=NOW + timedelta(hours=2, minutes=6),
    )
    assert status_line(view) == "✅ *Done* · approved by <@U0OMAR> after 5 minutes · finished 2 hours later"
    quick = request_view(INVITE, Status.DENIED, decided_by="U0OMAR", decided_at=NOW + timedelta(seconds=61))
    assert status_line(quick) == "⛔ *Denied by <@U0OMAR>* after 1 minute"


ITEMS = (
    ItemResult("jane", True, "invited"),
    ItemResult("kofi", False, "is a member already"),
    ItemResult("nina", False, "has a pending invite already; “invite resend” sends it again"),
    ItemResult("mara", True, "invited"),
    ItemResult("nobody", False, "is not an address or Docker ID that Docker Hub knows"),
    ItemResult("old", True, "was gone already"),
)


def test_a_partial_success_says_so_with_counts_and_failures_first() -> None:
    view = request_view(INVITE, Status.SUCCEEDED, items=ITEMS, summary="3 of 6 items done")
    for message in (request_card(view, INVITE), result_message(view, INVITE)):
        assert "in part" in message.text
        lines = message.text.splitlines()
        counted = next(number for number, line in enumerate(lines) if "*failed*" in line)
        assert lines[counted] == (
            "2 invited · 1 already a member · 1 with a pending invite already · 1 already gone · 1 *failed*"
        )
        assert lines[counted + 1].startswith("• nobody is not an address")


def test_what_was_so_already_is_no_failure() -> None:
    view = request_view(INVITE, Status.SUCCEEDED, items=ITEMS[:4])
    assert status_line(view).startswith("✅ *Done*")
    assert "failed" not in request_card(view, INVITE).text


def test_items_that_say_more_than_a_word_are_counted_as_done() -> None:
    items = (ItemResult("api", True, "team ops may write"), ItemResult("cli", True, "team ops may read"))
    assert counts_text(items) == "2 done"


def test_only_where_something_was_changed_does_a_result_list_changes() -> None:
    for status in (Status.DENIED, Status.EXPIRED, Status.REFUSED, Status.FAILED):
        said = result_message(request_view(INVITE, status, error="no"), INVITE).text
        assert "invited as member" not in said
        assert ("Nothing was changed in Docker Hub." in said) is (status is not Status.FAILED)
    assert "invited as member" in result_message(request_view(INVITE, Status.SUCCEEDED), INVITE).text


def test_an_expiry_says_that_it_is_no_denial() -> None:
    view = request_view(INVITE, Status.EXPIRED)
    for message in (request_card(view, INVITE), result_message(view, INVITE)):
        assert "Nobody decided in time. That is no denial" in message.text


def test_a_result_links_back_to_the_card() -> None:
    link = "https://acme.slack.com/archives/C0APPROVALS/p1"
    assert f"<{link}|See its card>" in result_message(request_view(INVITE, Status.DENIED), INVITE, link=link).text


def pressed_in(content: Content) -> dict[str, str]:
    """What each button says and carries."""
    return {one["text"]["text"]: one["value"] for one in row_of(content)["elements"]}


@EVERY_STATUS
def test_what_came_to_nothing_can_be_asked_again(status: Status) -> None:
    buttons = pressed_in(result_message(request_view(INVITE, status), INVITE))
    comes_to_nothing = {Status.DENIED, Status.EXPIRED, Status.REFUSED, Status.FAILED}
    assert (buttons.get("Ask again") == "request:7") is (status in comes_to_nothing)
    assert buttons["Details"] == "7"


@BOTH
def test_what_failed_of_several_can_be_retried(message: Message) -> None:
    one = message(request_view(INVITE, Status.SUCCEEDED, items=ITEMS), INVITE)
    assert pressed_in(one)["Retry the failed one"] == "retry:7"
    two = message(request_view(INVITE, Status.SUCCEEDED, items=(*ITEMS, ItemResult("x", False, "no"))), INVITE)
    assert pressed_in(two)["Retry the failed ones"] == "retry:7"
    none = message(request_view(INVITE, Status.SUCCEEDED, items=ITEMS[:4]), INVITE)
    assert not [label for label in pressed_in(none) if "Retry" in label]


def test_for_a_message_with_one_reader_it_says_why_they_decide() -> None:
    blocks = request_lines(request_view(INVITE, risks=RISKS), INVITE, why_you="You are a lead.", brief=True)
    assert [block["type"] for block in blocks] == ["section"] * 6
    assert blocks[0]["text"]["text"].startswith("*Invite jane@example.com as member*\n⏳ *Waiting")
    assert blocks[-1]["text"]["text"] == "You are a lead."


@pytest.mark.parametrize(
    ("seconds", "said"), [(-5, "0 seconds"), (1, "1 second"), (59, "59 seconds"), (7199, "1 hour"), (200_000, "2 days")]
)
def test_how_long_it_took_is_said_in_its_greatest_unit(seconds: int, said: str) -> None:
    assert span(timedelta(seconds=seconds)) == said


def test_a_card_shows_the_beginning_of_a_text_without_end() -> None:
    view = request_view(INVITE, changes=(Change("x" * 100_000, "y" * 100_000, "z" * 100_000),))
    content = request_card(view, INVITE)
    assert flaws(content) == []
    assert "x…" in content.text


LIMITED = Wait("Docker Hub's rate limit is spent.", NOW, NOW)


@pytest.mark.parametrize(
    ("status", "heading"), [(Status.APPROVED, "Approved, and waits"), (Status.EXECUTING, "Begun, and waits, 3 of 9")]
)
def test_a_card_says_why_a_request_waits_since_when_and_until_when(status: Status, heading: str) -> None:
    card = request_card(request_view(INVITE, status, wait=LIMITED, progress=(3, 9)), INVITE)
    said = [card.text, "\n".join(markup(list(card.blocks)))]
    for text in said:
        assert heading in text
        assert re.search(r"rate limit is spent\. This request has waited since <!date\S+ .*?>, and goes on <!", text)


def test_where_it_depends_on_another_no_moment_is_promised() -> None:
    text = request_card(request_view(INVITE, Status.APPROVED, wait=Wait("Request 6 is first.", NOW, None)), INVITE).text
    assert "Request 6 is first. This request has waited since" in text
    assert "goes on" not in text


@BOTH
@pytest.mark.parametrize("why", HOSTILE)
def test_why_it_waits_is_nobodys_loudspeaker(message: Message, why: str) -> None:
    wait = Wait(why, NOW, NOW)
    content = message(request_view(INVITE, Status.APPROVED, wait=wait), INVITE)
    assert_harmless(content)
    assert flaws(content) == []
