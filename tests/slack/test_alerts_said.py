"""What the alerts channel reads: as Slack takes it, harmless, and whole in its text."""

from typing import Any

import pytest

from bot.slack.alerts_said import alert_message, limit_message
from bot.slack.blocks import LONGEST_TEXT
from bot.slack.spoken import missing_from
from tests.operations.samples import HOSTILE
from tests.slack.samples import AMPERSANDS, NOW, assert_harmless, flaws

ALERT: dict[str, Any] = {
    "key": "alert:7:owner-added",
    "rule": "owner-added",
    "title": "Somebody became an owner",
    "severity": "critical",
    "text": "omarh made annberg an owner of acme.",
    "organization": "acme",
    "action": "org.member.role.change",
    "name": "annberg",
    "actor": "omarh",
    "at": NOW.isoformat(),
    "data": {},
    "people": [["omarh", "U0OMAR"], ["annberg", "U0ANN"]],
    "by_us": False,
    "changes": [["role", "editor", "owner"]],
    "page": "https://hub.docker.com/orgs/acme/members",
    "means": "An owner can do everything.",
    "do": "Ask omarh.",
    "revert": {"operation": "member.role", "values": {}},
}
OLD = {name: ALERT[name] for name in ("rule", "title", "severity", "text", "organization", "action", "name", "at")}


def whole(text: str) -> dict[str, Any]:
    """An alert in which everything that is not ours is this text."""
    more = {"count": 5000, "more": [text] * 10, "acknowledged": {"person": "U0LENA", "at": NOW.isoformat()}}
    foreign = {"text": text, "action": text[:128], "means": text, "do": text, "rule": text[:60], "title": text[:150]}
    people, changes = [[text, "U0OMAR"], [text, "U0ANN"]], [[text, text, text]] * 4
    return {**ALERT, **more, **foreign, "people": people, "changes": changes}


def buttons(payload: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    """What can be pressed: the label, what it carries, where it leads."""
    rows = [block for block in alert_message(payload).blocks if block["type"] == "actions"]
    return [(each["text"]["text"], each["value"], each.get("url")) for row in rows for each in row["elements"]]


def test_it_says_who_what_it_was_and_is_what_it_means_and_what_to_do() -> None:
    assert alert_message(ALERT).text.splitlines()[:-1] == [
        "Somebody became an owner (acme)",
        "omarh made annberg an owner of acme.",
        "*Not through Hubwarden.* <@U0OMAR> is `omarh` in Docker Hub; <@U0ANN> is `annberg` in Docker Hub.",
        "*Before:* role editor",
        "*Now:* role owner",
        "*What it means:* An owner can do everything.",
        "*What to do:* Ask omarh.",
    ]


def test_what_can_be_done_is_below_it() -> None:
    page = "https://hub.docker.com/orgs/acme/members"
    assert buttons(ALERT) == [
        ("Acknowledge", ALERT["key"], None),
        ("Ask to revert", f"alert:{ALERT['key']}", None),
        ("Open in Docker Hub", "page", page),
    ]
    assert [label for label, *_ in buttons(ALERT | {"revert": None})] == ["Acknowledge", "Open in Docker Hub"]
    assert [label for label, *_ in buttons(ALERT | {"further": True})] == ["Ask to revert", "Open in Docker Hub"]


def test_once_somebody_looks_after_it_nobody_else_can_say_so() -> None:
    known = ALERT | {"acknowledged": {"person": "U0LENA", "at": NOW.isoformat()}}
    assert "<@U0LENA> looks after it*, since" in alert_message(known).text
    assert [label for label, *_ in buttons(known)] == ["Ask to revert", "Open in Docker Hub"]


def test_our_own_account_without_a_request_is_said_to_be_worse() -> None:
    assert "Somebody else may have its token" in alert_message(ALERT | {"by_us": True}).text


def test_further_ones_are_counted_and_said_as_far_as_there_is_room() -> None:
    said = alert_message(ALERT | {"count": 3, "more": ["omarh made a", "omarh made b"]}).text
    assert said.startswith("Somebody became an owner (acme) · 3 times\n")
    assert "• omarh made a\n• omarh made b\nEach of them is in the thread." in said
    assert "…and 4,989 more, each in the thread" in alert_message(ALERT | {"count": 5000, "more": ["x"] * 10}).text


def test_what_an_older_version_asked_for_still_reads_as_it_did() -> None:
    shown = alert_message(OLD)
    assert [block["type"] for block in shown.blocks] == ["header", "section", "context"]
    assert flaws(shown) == []


@pytest.mark.parametrize("evil", [*HOSTILE, AMPERSANDS, "x" * 5000])
def test_it_passes_and_is_harmless_whatever_dockers_log_holds(evil: str) -> None:
    shown = alert_message(whole(evil))
    assert flaws(shown) == []
    assert_harmless(shown)
    assert len(shown.text) <= LONGEST_TEXT
    # What somebody wrote as an entity is one that `missing_from` cannot tell from ours.
    assert "&lt;" in evil or missing_from(shown.text, shown.blocks) == []


@pytest.mark.parametrize("evil", ["x\n*Nothing happened* ✅", "x\r\n~gone~", "x\u2028_y_"])
def test_nobody_adds_lines_of_their_own(evil: str) -> None:
    lines = alert_message(ALERT).text.splitlines()
    named = {"text": evil, "means": evil, "do": evil, "changes": [[evil, evil, evil]]}
    assert len(alert_message({**ALERT, **named}).text.splitlines()) == len(lines)


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"families": ["teams", "signing in"], "waiting": 0}, " for teams, signing in."),
        ({"families": [], "waiting": 1}, "*1 request* waits for it, and goes on by itself"),
        ({"families": ["teams"], "waiting": 1200}, "*1,200 requests* wait for it, and go on by themselves"),
        ({"families": ["teams"], "waiting": 0, "until": NOW.isoformat()}, "Nothing waits for it any more."),
    ],
)
def test_a_rate_limit_is_told_in_words_with_what_waits(payload: dict[str, Any], words: str) -> None:
    shown = limit_message({"since": NOW.isoformat(), **payload})
    assert words in shown.text
    assert flaws(shown) == []
    assert missing_from(shown.text, shown.blocks) == []
