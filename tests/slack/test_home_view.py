"""The app's home: whatever it shows, within Slack's limits, nobody's loudspeaker, and with a way on for everybody."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.governance.approval.principals import User, UserGroup
from bot.governance.ledger.lifecycle import Status
from bot.governance.requests.overview import MOST_ALERTS, MOST_SHOWN, HomeFacts, LogSeen, Waiting
from bot.governance.views import RequestView
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.consequences import Harm, Risk
from bot.outbox.sender import Place
from bot.phrases import Mention
from bot.slack.blocks import Block, Content
from bot.slack.home_view import MOST_ACTIONS, home_view, quick
from bot.slack.links import Links
from sandbox.slack.block_kit.check import check_view, size_of
from tests.operations.samples import HOSTILE
from tests.slack.samples import AMPERSANDS, NOW, assert_harmless, hostile_view, longest_view, markup, request_view

LINKS = Links("https://acme.slack.com/")
INVITE = BY_NAME["invite.send"]
AN_ADMINISTRATOR = ("An administrator (", Mention("S0LEADS", "group"), ")")


def facts(**more: Any) -> HomeFacts:
    """Those of somebody who may do everything, and for whom there is nothing."""
    ordinary = HomeFacts(
        person="U0OMAR",
        is_insider=True,
        organizations=("acme",),
        administrator=AN_ADMINISTRATOR,
        may_ask=tuple(OPERATIONS),
        alerts=(),
        logs=(LogSeen("acme", True, None),),
    )
    return replace(ordinary, **more)


def waiting(view: RequestView) -> Waiting:
    """It waits for a lead."""
    return Waiting(view, (UserGroup("S0LEADS"),))


def shown(of: HomeFacts) -> Block:
    """The home, which Slack takes."""
    view = home_view(of, BY_NAME, LINKS)
    assert check_view(view, kinds=("home",)) == []
    assert size_of(view) < 250_000
    return view


def text_of(view: Block) -> str:
    """All of it, as JSON has it."""
    return json.dumps(view, ensure_ascii=False)


def buttons(view: Block) -> list[tuple[str, str]]:
    """Every button's text and action."""
    rows = [block["elements"] for block in view["blocks"] if block["type"] == "actions"]
    rows += [[block["accessory"]] for block in view["blocks"] if "accessory" in block]
    return [(each["text"]["text"], each["action_id"]) for row in rows for each in row]


def test_what_waits_can_be_approved_and_denied_there_and_says_why_it_is_theirs() -> None:
    view = request_view(
        INVITE, title="Invite boss@example.com as owner", card=Place("C0APPROVALS", "1700000000.000100")
    )
    view = replace(view, risks=(Risk(Harm.POWER, "An owner can do everything."),))
    home = shown(facts(waiting=(waiting(view),), waits=1))
    said = text_of(home)
    assert "Waiting for you (1)" in said
    assert "*Invite boss@example.com as owner*" in said
    assert "An owner can do everything." in said
    assert "You can decide it as one of <!subteam^S0LEADS>." in said
    assert "https://acme.slack.com/archives/C0APPROVALS/p1700000000000100" in said
    assert {("Approve", "approve"), ("Deny", "deny"), ("Details", "details")} <= set(buttons(home))
    assert '"accessibility_label": "Approve: Invite boss@example.com as owner"' in said, "of many that are alike"
    named = shown(facts(waiting=(Waiting(view, (User("U0OMAR"), UserGroup("S0LEADS"))),), waits=1))
    assert "the rule names you" in text_of(named)


def test_it_says_so_where_nothing_waits_and_nothing_was_asked() -> None:
    said = text_of(shown(facts()))
    assert "Nothing waits for you." in said
    assert "You have asked for nothing lately." in said
    assert "There have been none." in said


def test_what_finds_no_room_is_counted_and_can_be_listed() -> None:
    views = [request_view(INVITE, id=number) for number in range(1, 6)]
    home = shown(facts(waiting=tuple(map(waiting, views)), waits=12, own=tuple(views), asked=8))
    assert "…and 7 more that wait for you." in text_of(home)
    assert "…and 3 more of the last days." in text_of(home)
    assert buttons(home).count(("Show all", "again")) == 2
    many = shown(facts(waiting=tuple(map(waiting, views)), waits=50))
    assert "Waiting for you (50 or more)" in text_of(many)


def test_who_asked_can_take_it_back_as_long_as_that_is_possible() -> None:
    pending = buttons(shown(facts(own=(request_view(INVITE),), asked=1)))
    done = buttons(shown(facts(own=(request_view(INVITE, Status.SUCCEEDED, finished_at=NOW),), asked=1)))
    assert ("Cancel", "cancel") in pending
    assert ("Cancel", "cancel") not in done
    assert ("Approve", "approve") not in pending


def test_what_came_to_nothing_says_why_and_what_is_done_is_brief() -> None:
    denied = request_view(INVITE, Status.DENIED, decided_by="U0LENA", decision_reason="not this week")
    done = request_view(INVITE, Status.SUCCEEDED, finished_at=NOW, summary="All were invited")
    said = text_of(shown(facts(own=(denied, replace(done, id=8)), asked=2)))
    assert "> not this week" in said
    assert "All were invited" not in said


def test_ten_quick_actions_what_they_ask_for_most_first() -> None:
    of = facts(used=("tag.delete", "repo.delete"))
    names = [each.name for each in quick(of)]
    assert names[:3] == ["tag.delete", "repo.delete", "invite.send"]
    assert len(names) == len(set(names)) == MOST_ACTIONS
    home = shown(of)
    assert [action for _, action in buttons(home) if action.startswith("quick_")] == [f"quick_{n}" for n in range(10)]
    assert ("Everything there is", "again") in buttons(home)


def test_whoever_may_do_nothing_hears_how_to_get_it() -> None:
    home = shown(facts(may_ask=(), alerts=None))
    said = text_of(home)
    assert "No rule of the policy lets you ask for anything here yet. An administrator (<!subteam^S0LEADS>) can" in said
    assert "Latest alerts" not in said
    assert [each for each in buttons(home) if each[1] != "settings"] == []
    reads = tuple(BY_NAME[name] for name in ("member.list", "repo.list"))
    assert "You can read 2 lists in `acme`. No rule lets you change anything. An administrator" in text_of(
        shown(facts(may_ask=reads))
    )
    writes = text_of(shown(facts(may_ask=(INVITE,))))
    assert "You can ask for 1 kind of change in `acme`." in writes


def test_a_guest_sees_that_they_are_one_and_nothing_else() -> None:
    home = shown(facts(is_insider=False, waiting=(waiting(request_view(INVITE)),), waits=1))
    assert "cannot ask Hubwarden for anything" in text_of(home)
    assert "Waiting for you" not in text_of(home)
    assert buttons(home) == []


def test_how_it_is_with_docker_hub() -> None:
    late = NOW - timedelta(hours=1)
    logs = (LogSeen("acme", True, None), LogSeen("globex", False, late), LogSeen("initech", False, None))
    said = text_of(shown(facts(logs=logs, limited_until=NOW)))
    assert "🟢 Docker Hub answers, and the audit log of `acme` is being read." in said
    assert "🔴 The audit log of `globex` could not be read since <!date" in said
    assert "⚪ The audit log of `initech` has not been read yet" in said
    assert "rate limit is nearly spent: it is full again <!date" in said
    assert "🟢 There is enough left of Docker Hub's rate limit." in text_of(shown(facts()))


def alert(text: str) -> dict[str, str]:
    """An alert that says this everywhere."""
    return {"title": text, "text": text, "organization": text, "at": NOW.isoformat(), "rule": text}


@pytest.mark.parametrize("status", [Status.PENDING, Status.EXECUTING, Status.SUCCEEDED, Status.DENIED, Status.UNKNOWN])
def test_the_longest_there_can_be_fits(status: Status) -> None:
    views = [replace(longest_view(INVITE, status), id=999_999_999_990 + number) for number in range(MOST_SHOWN)]
    risks = tuple(Risk(Harm.FINAL, AMPERSANDS) for _ in range(9))
    pending = [replace(longest_view(INVITE, Status.PENDING), id=number, risks=risks) for number in range(MOST_SHOWN)]
    groups = tuple(UserGroup(f"S{number:010d}") for number in range(10))
    home = shown(
        facts(
            organizations=tuple("o" * 30 for _ in range(20)),
            waiting=tuple(Waiting(view, groups) for view in pending),
            waits=50,
            own=tuple(views),
            asked=100,
            alerts=tuple(alert(AMPERSANDS) for _ in range(MOST_ALERTS)),
            logs=tuple(LogSeen("o" * 30, False, NOW) for _ in range(20)),
            limited_until=NOW,
        )
    )
    assert len(home["blocks"]) <= 100


@pytest.mark.parametrize("evil", HOSTILE)
def test_whatever_people_and_docker_hub_write_is_harmless(evil: str) -> None:
    view = replace(hostile_view(INVITE, Status.PENDING), title=evil, risks=(Risk(Harm.OPEN, evil),), organization=evil)
    home = shown(facts(waiting=(waiting(view),), waits=1, own=(view,), asked=1, alerts=(alert(evil),)))
    links = [text for text in markup(home) if "https://acme.slack.com" in text]
    assert links == [], "no card is known here"
    assert_harmless(Content("", tuple(home["blocks"])))
