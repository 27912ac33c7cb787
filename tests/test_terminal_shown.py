"""What a terminal shows: it says what is so, and nothing from elsewhere gives the terminal orders."""

import json
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from bot import terminal
from bot.errors import UserError
from bot.operations import BY_NAME
from bot.operations.kit.base import Answer, Change
from bot.visible import UNSEEN
from tests.slack.samples import one_stage, request_view

EVIL = "a\x1b[2Jb\x1b]0;title\x07c\x9b31md\x1b]open\ne\r\x7f"


def test_what_docker_says_gives_the_terminal_no_orders(capsys: pytest.CaptureFixture[str]) -> None:
    hub: Any = SimpleNamespace(headline=None)
    answer = Answer(EVIL, (EVIL, "Two"), ((EVIL, "2"),), 1, note=EVIL)
    terminal.show_answer(answer, hub, as_json=False)
    said = capsys.readouterr().out
    assert said.splitlines()[0] == "abcdopen ⏎ e ⏎ \ufffd"
    assert len(said.splitlines()) == 4
    assert UNSEEN.search(said) is None


def test_an_envelope_means_what_docker_said_and_gives_no_orders(capsys: pytest.CaptureFixture[str]) -> None:
    hub: Any = SimpleNamespace(headline=None)
    terminal.print_envelope(200, EVIL, hub)
    said = capsys.readouterr().out
    assert UNSEEN.search(said) is None
    assert json.loads(said)["data"] == EVIL


def test_a_question_shows_changes_that_give_no_orders(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError):
        terminal.confirm([Change(EVIL, EVIL, EVIL, items=(EVIL,))], [EVIL])
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 3
    assert UNSEEN.search(said) is None


@pytest.mark.parametrize("is_screen", [True, False])
def test_a_document_is_harmless_on_a_screen_and_whole_elsewhere(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, is_screen: bool
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_screen)
    terminal.print_document(f"{EVIL}\n")
    said = capsys.readouterr().out
    assert (UNSEEN.search(said) is None) is is_screen
    assert is_screen or said == f"{EVIL}\n"


@pytest.mark.parametrize(("need", "said"), [(1, "1 approval in Slack"), (2, "2 approvals in Slack")])
def test_a_request_that_waits_says_for_how_much(need: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    hub: Any = SimpleNamespace(headline=None)
    view = request_view(BY_NAME["invite.send"], requirement=one_stage(need, users=("U0OMAR", "U0LENA")))
    terminal.show_request(view, hub, as_json=False)
    assert f"It waits for {said}" in capsys.readouterr().out
