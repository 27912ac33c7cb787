"""What is said at first contact and of leavers, and who counts as new."""

from typing import Any

import pytest

from bot.operations import OPERATIONS
from bot.operations.kit.base import Write
from bot.slack.greetings import leaver_message, newcomer_in, welcome_message
from bot.slack.spoken import missing_from
from bot.slack.texts.greeting import TOPICS
from tests.operations.samples import HOSTILE
from tests.slack.samples import assert_harmless, flaws

WHERE = {"organizations": ["acme", "other"], "approvals": "C0APPROVALS"}


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"to": "channel"}, "I look after Docker Hub for `acme`, `other`"),
        ({"to": "admins"}, "*1. Look whether all is well:* type `/hub doctor`."),
        ({"to": "person", "may": ["team", "repo"]}, "changes to: teams, repositories. Others approve them in <#C0A"),
        ({"to": "person", "may": [], "administrators": ["U0OMAR", "S0LEADS"]}, "<@U0OMAR>, <!subteam^S0LEADS> can"),
        ({"to": "person", "may": []}, "An administrator can give you the right"),
    ],
)
def test_each_greeting_says_what_it_is_for(payload: dict[str, Any], words: str) -> None:
    shown = welcome_message({**WHERE, **payload})
    assert words in shown.text
    assert flaws(shown) == []
    assert missing_from(shown.text, shown.blocks) == []


def test_every_kind_of_change_has_a_word_for_people() -> None:
    assert {each.name.partition(".")[0] for each in OPERATIONS if isinstance(each, Write)} <= TOPICS.keys()


@pytest.mark.parametrize("evil", HOSTILE)
def test_a_leaver_is_harmless_whatever_docker_hub_calls_them(evil: str) -> None:
    values = {"person": evil[:200]}
    told = {"person": "U0ANN", "organization": evil[:60], "docker_id": evil[:60], "operation": "member.offboard"}
    shown = leaver_message({**told, "values": values})
    assert flaws(shown) == []
    assert_harmless(shown)


@pytest.mark.parametrize(
    ("body", "person"),
    [
        ({"event": {"type": "app_home_opened", "user": "U0ANN"}}, "U0ANN"),
        ({"command": "/hub", "text": " ", "user_id": "U0ANN"}, "U0ANN"),
        ({"command": "/hub", "text": "help", "user_id": "U0ANN"}, "U0ANN"),
        ({"command": "/hub", "text": "team list", "user_id": "U0ANN"}, ""),
        ({"event": {"type": "message", "user": "U0ANN"}}, ""),
        ({"type": "block_actions", "user": {"id": "U0ANN"}}, ""),
    ],
)
def test_whoever_asks_for_something_right_away_is_not_greeted(body: dict[str, Any], person: str) -> None:
    assert newcomer_in(body) == person
