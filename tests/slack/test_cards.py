"""Cards, results, alerts and notices: within Slack's limits, whatever they hold, and never anybody's loudspeaker."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.governance.approval.requirement import NOBODY
from bot.governance.ledger.lifecycle import STATES, Status
from bot.governance.views import RequestView, Wait
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.base import Change, ItemResult, Operation, Write
from bot.slack.blocks import Content
from bot.slack.cards import (
    alert_message,
    change_line,
    limit_begins,
    limit_ended,
    notice_message,
    request_card,
    result_message,
    status_line,
)
from bot.slack.deciders import rule_line
from tests.operations.samples import HOSTILE, TEXTS
from tests.slack.samples import (
    AMPERSANDS,
    NOW,
    TAGS,
    approvals_of,
    every_text,
    flaws,
    hostile_view,
    longest_view,
    markup,
    one_stage,
    request_view,
)

WRITES = [operation for operation in OPERATIONS if isinstance(operation, Write)]
INVITE = BY_NAME["invite.send"]
# What our own texts may hold: people and groups of the row, and times.
OURS = re.compile(r"<@U0(?:ANN|OMAR|LENA)>|<!subteam\^S0LEADS>|<!date\^\d+\^\{date_short_pretty\} \{time\}\|[^<>|]+>")
UNSEEN = re.compile("[\u200b\u202a-\u202e\u2066-\u2069\x00]")
Message = Callable[[RequestView, Operation], Content]
BOTH = pytest.mark.parametrize("message", [request_card, result_message])
EVERY_STATUS = pytest.mark.parametrize("status", Status)


def assert_harmless(content: Content) -> None:
    """Nothing in the message is a mention, a link or an entity that is not ours."""
    for text in [content.text, *markup(list(content.blocks))]:
        assert re.search("[<>]", OURS.sub("", re.sub("^> ?", "", text, flags=re.MULTILINE))) is None, text
        assert re.search(r"&(?!amp;|lt;|gt;)", text) is None, text
    for text in [content.text, *every_text(list(content.blocks))]:
        assert UNSEEN.search(text) is None, text


@BOTH
@pytest.mark.parametrize("operation", WRITES, ids=lambda operation: operation.name)
def test_every_operations_message_passes_in_every_status(operation: Write, message: Message) -> None:
    for status in Status:
        content = message(request_view(operation, status), operation)
        assert flaws(content) == [], status
        assert operation.title in content.text


@EVERY_STATUS
@BOTH
def test_the_longest_request_passes_in_every_status(status: Status, message: Message) -> None:
    content = message(longest_view(INVITE, status), INVITE)
    assert flaws(content) == []
    assert len(content.text) <= 4000
    assert_whole_entities(content)


def assert_whole_entities(content: Content) -> None:
    """No text was cut in the middle of an entity."""
    for text in [content.text, *markup(list(content.blocks))]:
        assert re.search(r"&(?!amp;|lt;|gt;)", text) is None


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
    assert "> one\n> *two*" in card.blocks[1]["text"]["text"]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (Change("jane", None, "invited as member"), "• *jane*: invited as member"),
        (Change("jane in team ops", "member", None), "• *jane in team ops*: member → removed"),
        (Change("Rules", "v1", "v2"), "• *Rules*: v1 → v2"),
        (Change("2 tags immutable", "mutable", "immutable", items=("a", "b")), "mutable → immutable (`a`, `b`)"),
        (Change("13 tags", None, "x", items=TAGS[:13]), " and 1 more: see Details"),
    ],
)
def test_a_change_says_what_from_what_to_what(change: Change, line: str) -> None:
    short = Change(change.subject, change.before, change.after, tuple(item[:5] for item in change.items))
    assert line in change_line(short)


def test_every_status_has_its_words() -> None:
    assert set(STATES) == set(Status)


@EVERY_STATUS
def test_the_status_line_says_who_brought_it_there(status: Status) -> None:
    view = request_view(INVITE, status, ballots=approvals_of("U0OMAR"), decided_by="U0LENA")
    line = status_line(view)
    assert line.startswith(STATES[status].heading)
    assert ("<@U0LENA>" in line) is (status in {Status.DENIED, Status.CANCELLED})
    assert ("<@U0OMAR>" in line) is (status not in {Status.DENIED, Status.CANCELLED, Status.EXPIRED})


def test_a_pending_card_says_how_many_of_how_many_agreed_and_until_when() -> None:
    view = request_view(
        INVITE, requirement=one_stage(2, users=("U0OMAR",), groups=("S0LEADS",)), ballots=approvals_of("U0OMAR")
    )
    assert "1 of 2 given by <@U0OMAR>" in status_line(view)
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
    elements = request_card(request_view(INVITE, status), INVITE).blocks[-1]["elements"]
    assert [element["action_id"] for element in elements] == actions
    assert {element["value"] for element in elements} == {"7"}


def test_the_card_of_another_version_has_buttons_of_its_own() -> None:
    one, two = (request_card(request_view(INVITE, version=version), INVITE).blocks[-1] for version in (1, 2))
    assert one["block_id"] != two["block_id"]


def test_cut_lines_are_counted() -> None:
    view = request_view(INVITE, changes=tuple(Change(f"person{n}", None, "x" * 90) for n in range(100)))
    text = request_card(view, INVITE).blocks[3]["text"]["text"]
    shown = text.count("• *person")
    assert text.endswith(f"…and {100 - shown} more: see Details")


@pytest.mark.parametrize("evil", HOSTILE)
def test_an_alert_passes_and_is_harmless_whatever_dockers_log_holds(evil: str) -> None:
    payload = {
        "severity": "critical",
        "title": "Someone became an owner",
        "organization": "acme",
        "text": evil,
        "action": evil[:128],
        "rule": evil[:120],
        "at": NOW.isoformat(),
    }
    content = alert_message(payload)
    assert flaws(content) == []
    assert len(content.text) <= 4000
    assert_harmless(content)


@pytest.mark.parametrize("evil", ["x\n*Nothing happened* ✅", "x\r\n~gone~", "x\u2028_y_", "`x`"])
def test_nobody_adds_lines_or_markup_of_their_own_to_an_alert(evil: str) -> None:
    content = alert_message(
        {
            "severity": "critical",
            "title": "Someone became an owner",
            "organization": "acme",
            "text": f"{evil} made jane an owner.",
            "action": "team.member.add",
            "rule": "owners",
            "at": NOW.isoformat(),
        }
    )
    said = content.blocks[1]["text"]
    assert said["type"] == "plain_text"
    assert len(said["text"].splitlines()) == 1
    lines = content.text.splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("`")
    assert lines[1].endswith("`")


def test_a_card_shows_the_beginning_of_a_text_without_end() -> None:
    view = request_view(INVITE, changes=(Change("x" * 100_000, "y" * 100_000, "z" * 100_000),))
    content = request_card(view, INVITE)
    assert flaws(content) == []
    assert "x…" in content.text


@pytest.mark.parametrize(("say", "words"), [(limit_begins, "is nearly spent"), (limit_ended, "has recovered")])
def test_a_rate_limit_message_says_what_is_left(say: Callable[[dict[str, object]], Content], words: str) -> None:
    payload: dict[str, object] = {"family": "orgs", "remaining": 12, "limit": 1200, "reset_at": NOW.isoformat()}
    content = say(payload)
    assert flaws(content) == []
    assert "12 of 1,200 requests" in content.text
    assert words in content.text


@pytest.mark.parametrize("text", [*HOSTILE, AMPERSANDS * 4])
def test_a_notice_passes_whatever_it_says(text: str) -> None:
    content = notice_message({"text": text})
    assert flaws(content) == []
    assert_harmless(content)


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
