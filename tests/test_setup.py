"""`python -m bot setup`: asks for what is missing, tries it, and writes what only its owner can read."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot import setup
from bot.errors import ConfigurationError
from bot.first_policy import Answers, policy_text
from bot.governance.policy import load_policy
from bot.operations import OPERATIONS
from bot.settings import load_settings
from bot.setup import Person, Setup, manifest_for, quoted, write_private
from sandbox.clock import Clock
from sandbox.hub import HubSandbox
from sandbox.hub.content.seed import ORGANIZATION_TOKEN as BOT_TOKEN
from sandbox.servers import WEB, read_manifest
from sandbox.slack import SlackSandbox
from tests.flows.shell import system_environment


class Typist:
    """Answers what is asked with what was typed for it, in turn, and reads what is told."""

    def __init__(self, **typed: list[str]) -> None:
        self.typed = typed
        self.asked: list[str] = []
        self.secret: list[str] = []
        self.told: list[str] = []

    def answer(self, prompt: str) -> str:
        self.asked.append(prompt)
        for words, answers in self.typed.items():
            if words.replace("_", " ") in prompt.replace("_", " ") and answers:
                return answers.pop(0)
        raise AssertionError(f"nobody expected to be asked {prompt!r}")

    def answer_secret(self, prompt: str) -> str:
        self.secret.append(prompt.partition(" ")[0])
        return self.answer(prompt)

    @property
    def person(self) -> Person:
        return Person(ask=self.answer, ask_secret=self.answer_secret, tell=self.told.append)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which nothing is set."""
    monkeypatch.chdir(tmp_path)
    for name in setup.ASKED:
        monkeypatch.delenv(name.upper(), raising=False)
    yield tmp_path


@pytest.fixture
async def sandboxes(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SlackSandbox]:
    """Slack and Docker Hub, to which the settings lead."""
    clock = Clock()
    hub = HubSandbox(clock=clock)
    slack = SlackSandbox(clock=clock, manifest=read_manifest(), hub=hub, web_root=WEB)
    await hub.start()
    await slack.start()
    monkeypatch.setenv("SLACK_API_URL", slack.api_url)
    monkeypatch.setenv("DOCKERHUB_URL", hub.url)
    yield slack
    await slack.stop()
    await hub.stop()


def answers(slack: SlackSandbox) -> dict[str, list[str]]:
    """All that is typed in a first installation, with a slip now and then."""
    return {
        "be called in Slack": ["Docker keeper"],
        "SLACK BOT TOKEN": ["", "xapp-wrong-kind", "xoxb-nobody", slack.bot_token],
        "all the same": ["n"],
        "SLACK APP TOKEN": [slack.app_token],
        "APPROVALS CHANNEL": ["hub-approvals"],
        "ALERTS CHANNEL": ["hub-alerts"],
        "ADMIN CHANNEL": ["hub-admin"],
        "ORGANIZATIONS": ["acme"],
        "USERNAME": ["acme"],
        "DOCKERHUB TOKEN": [BOT_TOKEN],
        "Who approves": ["", "<@U0KOFI>, S0LEADS"],
        "administers": ["", "U0OMAR"],
        "agree to a change": ["", ""],
        "cannot be taken back": ["", "2"],
        "reading need": ["n", "n"],
    }


async def test_a_first_installation_is_asked_for_tried_and_written(empty: Path, sandboxes: SlackSandbox) -> None:
    typist = Typist(**answers(sandboxes))
    await asyncio.to_thread(Setup(empty, typist.person).run)
    told = "\n".join(typist.told)
    assert (empty / ".env").stat().st_mode & 0o777 == 0o600
    assert load_settings().slack_bot_token.get_secret_value() == sandboxes.bot_token
    assert load_settings().dockerhub_organizations == ("acme",)
    policy = load_policy((empty / "policy.yml").read_text(), OPERATIONS, source="policy.yml")
    assert [rule.approvals for rule in policy.rules] == [0, 0, 2, 2, 2, 1]
    assert policy.administrators.users == ("U0OMAR",)
    for words in (
        'display_name: "Docker keeper"',
        "https://api.slack.com/apps?new_app=1&manifest_yaml=",
        "it is an app-level token, which belongs into SLACK_APP_TOKEN",
        "Slack does not accept it (invalid_auth).",
        "Somebody has to approve.",
    ):
        assert words in told
    assert sandboxes.bot_token not in told
    assert BOT_TOKEN not in told
    assert set(typist.secret) == {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "DOCKERHUB_TOKEN"}


def test_what_is_there_already_is_not_asked_for_and_not_overwritten(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty / ".env").write_text("".join(f"{n.upper()}={v}\n" for n, v in setup.PLACEHOLDERS.items()))
    (empty / "policy.yml").write_text("version: 1\n")
    typist = Typist()
    Setup(empty, typist.person).run()
    assert typist.asked == []
    assert (empty / "policy.yml").read_text() == "version: 1\n"


def test_env_is_added_to_only_where_that_is_agreed_to(empty: Path) -> None:
    kept = {name: value for name, value in setup.PLACEHOLDERS.items() if name != "slack_admin_channel"}
    before = "".join(f"{name.upper()}={value}\n" for name, value in kept.items())
    (empty / ".env").write_text(before)
    (empty / "policy.yml").write_text("version: 1\n")
    refusing = Typist(**{"ADMIN CHANNEL": ["hub-admin"], "exists": [""]})
    with pytest.raises(ConfigurationError, match="Nothing was written"):
        Setup(empty, refusing.person).run()
    assert (empty / ".env").read_text() == before
    agreeing = Typist(**{"ADMIN CHANNEL": ["hub-admin"], "exists": ["yes"]})
    Setup(empty, agreeing.person).run()
    assert (empty / ".env").read_text() == f"{before}SLACK_ADMIN_CHANNEL=hub-admin\n"


def test_what_was_set_and_cannot_be_used_is_mended_by_who_set_it(empty: Path) -> None:
    (empty / ".env").write_text("SLACK_BOT_TOKEN=xapp-secret\n")
    with pytest.raises(ConfigurationError, match="SLACK_BOT_TOKEN cannot be used") as error:
        Setup(empty, Typist().person).run()
    assert "xapp-secret" not in str(error.value)


@pytest.mark.parametrize("value", ["plain", "with blank", "a'b", "a\\b", '"x"', "#x", "$HOME", "ä=1", "a\\'b"])
def test_a_value_is_read_back_as_it_was_given(empty: Path, value: str) -> None:
    given = {**setup.PLACEHOLDERS, "dockerhub_token": value}
    write_private(empty / ".env", "".join(f"{n.upper()}={quoted(v)}\n" for n, v in given.items()))
    assert load_settings().dockerhub_token.get_secret_value() == value.strip('"')


def test_any_name_stays_a_name_in_the_manifest() -> None:
    text = manifest_for("display_information:\n  name: Hubwarden\nx:\n    display_name: y\n", 'a"b\\c: d')
    assert text == 'display_information:\n  name: "a\\"b\\\\c: d"\nx:\n    display_name: "a\\"b\\\\c: d"\n'


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"approvers": ()}, "Somebody has to approve."),
        ({"approvers": ("ann",)}, "“ann” is no id"),
        ({"administrators": ("U1: x",)}, "“U1: x” is no id"),
        ({"approvals": "0"}, "“0” is no number from 1 to 10."),
        ({"grave": "many"}, "“many” is no number"),
    ],
)
def test_an_answer_that_no_policy_can_have_is_a_sentence(change: dict[str, object], said: str) -> None:
    given: dict[str, object] = {"approvers": ("U0ANN",), "administrators": (), "approvals": "1", "grave": "2"}
    with pytest.raises(ConfigurationError, match=said.replace("(", "[(]")):
        policy_text(Answers(**{**given, "reads": True, **change}))  # type: ignore[arg-type]


@pytest.mark.parametrize("reads", [True, False])
def test_every_first_policy_is_one_that_is_taken(reads: bool) -> None:
    given = Answers(approvers=("U0ANN", "S0LEADS"), administrators=("S0LEADS",), approvals="1", grave="2", reads=reads)
    policy = load_policy(policy_text(given), OPERATIONS, source="policy.yml")
    assert (policy.rules[0].approvals == 0) is reads
    assert {rule.name for rule in policy.rules if rule.approvals == 2} == {
        "more people agree to an owner",
        "more people agree to an owner, by way of the team too",
        "more people agree to what cannot be taken back",
    }


async def test_without_a_terminal_it_says_so(tmp_path: Path) -> None:
    env = system_environment() | {"PYTHONPATH": str(Path(__file__).parents[1])}
    import sys

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "setup"),
        cwd=tmp_path,
        env=env,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()
    assert (process.returncode, err.decode()) == (2, "✗ Nobody answers: run this at a terminal.\n")
