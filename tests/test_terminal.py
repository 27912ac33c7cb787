"""`call` and `login` as people type them: a process of its own, the sandboxes, and the bot beside it."""

import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot import terminal
from bot.errors import UsageError, UserError
from bot.governance.ledger.events import Event
from bot.operations import BY_NAME
from bot.phrases import Mention
from bot.shell import own_identity, system_user
from sandbox import world
from sandbox.hub.wire.faults import Respond, failure, rate_limited
from sandbox.world import TWO_FACTOR
from tests.flows.house import APPROVALS, House
from tests.flows.races_records import Records, read_once
from tests.flows.shell import Finished, Screen, call, sit_down, terminal_environment
from tests.flows.steps import agree, write_policy

ALONE = "team.member.*, member.role, oat.create"
RULES = (
    '{name: reading, operations: ["*.list", "*.show", "*.export"], approvals: 0}',
    f"{{name: Mira alone, operations: [{ALONE}], requesters: {{users: [U0MIRA]}}, approvals: 0}}",
    '{name: Omar agrees, operations: ["team.create"], approvals: 1, approvers: {users: [U0OMAR, U0KOFI]}}',
)
ADD = ("team", "member", "add", "backend", "samok", "--reason", "needs it")
SEATED = f"terminal: {{users: {{{system_user()}: [U0MIRA, U0SAM, U0OMAR]}}}}"
SECRET = re.compile(r"dckr_[a-z]+_[\w-]{8,}|eyJ[\w-]+\.[\w-]+\.[\w-]+")


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """Both sandboxes and the bot, under a policy in which Mira may act alone."""
    house = House(sqlite_url, policy=write_policy(tmp_path, *RULES, head=SEATED))
    await house.start()
    yield house
    await house.stop()


@pytest.fixture
async def quiet_house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """The same without a bot, and without a Slack that answers: the terminal needs neither."""
    house = House(sqlite_url, policy=write_policy(tmp_path, *RULES, head=SEATED))
    await house.hub.start()
    yield house
    await house.hub.stop()


def trail(house: House) -> list[tuple[str, str, str]]:
    """Event, actor and details of every record."""
    path = house.database_url.removeprefix("sqlite+aiosqlite:///")
    with closing(sqlite3.connect(path)) as database:
        return list(database.execute("SELECT event, actor, details FROM audit_trail ORDER BY id"))


async def records(house: House) -> Records:
    """What the database holds."""
    return await read_once(house.database_url)


def members(house: House) -> list[str]:
    """Who is in the team backend."""
    return list(house.hub.state.organizations["acme"].teams["backend"].members)


async def test_a_read_prints_one_envelope_and_nothing_else(quiet_house: House) -> None:
    house = quiet_house
    done = await call(house, "team", "list", "--json", from_nothing=True)
    assert (done.status, done.err) == (0, "")
    assert done.envelope["status"] == 200
    assert {row["Team"] for row in done.envelope["data"]} == set(house.hub.state.organizations["acme"].teams)
    assert set(done.envelope["rate_limit"]) == {"family", "limit", "remaining", "reset_at"}
    ((event, actor, details),) = trail(house)
    assert (event, actor) == (Event.READ, own_identity())
    assert f'"terminal": "{system_user()}@' in details


async def test_a_write_that_waits_is_approved_in_slack_and_done_by_the_bot(house: House) -> None:
    asked = await call(house, "team", "create", "design", "--reason", "needs it", "--json", "--yes")
    assert asked.status == 0
    assert asked.envelope["status"] == 202
    assert asked.envelope["data"]["status"] == "pending"
    assert house.writes() == []
    where = f"asks from the `terminal {system_user()}@"
    card = await house.card(1, "needs it", f"`{own_identity()}`", where)
    await agree(house, card)
    # The policy says that Omar can be this system user: he may have asked himself.
    await house.omar.wait_for_ephemeral("somebody else has to approve it", channel=APPROVALS)
    await agree(house, card, house.person("U0KOFI"))
    await house.card(1, "Done")
    assert "design" in house.hub.state.organizations["acme"].teams
    assert house.slack.violations == []


async def test_how_many_approvals_a_write_waits_for_is_said_in_words(quiet_house: House) -> None:
    asked = await call(quiet_house, "team", "create", "design", "--reason", "needs it", "--yes")
    assert asked.out == "Request 1: pending.\nIt waits for 1 approval in Slack, under the rule “Omar agrees”.\n"


async def test_who_may_act_alone_acts_alone_and_the_trail_names_the_terminal(quiet_house: House) -> None:
    house, user = quiet_house, system_user()
    lying = {"USER": "mallory", "LOGNAME": "mallory", "USERNAME": "mallory", "SUDO_USER": "mallory"}
    environment = terminal_environment(house, **lying)
    done = await call(house, *ADD, "--json", "--yes", "--as", "U0MIRA", environment=environment)
    assert (done.status, done.err) == (0, "")
    assert (done.envelope["status"], done.envelope["data"]["status"]) == (200, "succeeded")
    assert done.envelope["data"]["rule"] == "Mira alone"
    assert "samok" in members(house)
    assert len(house.writes()) == 1
    submitted, executing, succeeded = trail(house)
    assert submitted[:2] == (Event.SUBMITTED, "U0MIRA")
    assert f'"terminal": "{user}@' in submitted[2]
    assert executing[0] == Event.EXECUTING
    assert '"executor": "terminal:' in executing[2]
    assert succeeded[0] == Event.SUCCEEDED
    assert "mallory" not in str(trail(house))


async def test_a_new_token_goes_to_standard_error_alone(quiet_house: House) -> None:
    house = quiet_house
    words = ("oat", "create", "deploy", "--repo", "acme/api:image-pull", "--reason", "x")
    environment = terminal_environment(house, LOG_LEVEL="DEBUG")
    done = await call(house, *words, "--json", "--yes", "--as", "U0MIRA", environment=environment)
    assert done.envelope["data"]["status"] == "succeeded"
    tokens = house.hub.state.organizations["acme"].tokens.values()
    secret = next(token.secret for token in tokens if token.label == "deploy")
    assert done.err.splitlines()[1:] == [secret]
    assert not SECRET.search(done.out)
    with closing(sqlite3.connect(house.database_url.removeprefix("sqlite+aiosqlite:///"))) as database:
        assert secret not in "\n".join(database.iterdump())


# In this process, where only the words and the exit status matter.


@pytest.fixture
def at_terminal(
    quiet_house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Any]:
    """`call` with the sandbox's environment, in this process; answers as a process would."""
    for name, value in terminal_environment(quiet_house).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("bot.terminal.configure_logs", lambda **_: None)

    async def run(*words: str) -> Finished:
        capsys.readouterr()
        status = await terminal.call(words)
        return Finished(status, *capsys.readouterr())

    yield run


async def test_without_yes_and_without_a_terminal_nothing_is_asked_for(quiet_house: House, at_terminal: Any) -> None:
    done = await at_terminal(*ADD, "--json", "--as", "U0MIRA")
    assert (done.status, done.out) == (1, "")
    assert "--yes goes on without asking." in done.err
    assert (await records(quiet_house)).requests == {}
    assert trail(quiet_house) == []
    assert quiet_house.writes() == []


@pytest.mark.parametrize("more", [("--yes",), ()])
async def test_what_the_policy_refuses_is_said_with_its_reason_and_recorded(
    quiet_house: House, at_terminal: Any, more: tuple[str, ...]
) -> None:
    done = await at_terminal("team", "delete", "data", "--reason", "x", "--json", *more)
    assert (done.status, done.out) == (1, "")
    assert "team.delete" in done.err
    assert [event for event, _, _ in trail(quiet_house)] == [Event.REFUSED]
    assert f"{system_user()}@" in trail(quiet_house)[0][2]
    assert (await records(quiet_house)).requests == {}


MISUSES = [
    (("team", "lsit"), "Did you mean"),
    (("team", "member", "add", "backend"), "team member add <team> <username>"),
    (("team", "member", "add", "backend", "samok"), "--reason <reason>"),
    (("team", "list", "--nonsense", "1"), "There is no --nonsense"),
    (("member", "list", "--role", "king"), "none of"),
    (("team", "list", "--as"), "--as needs a Slack user's id"),
    (("team", "list", "--as="), "--as needs a Slack user's id"),
    (("team", "list", "--as", "mira"), "--as needs a Slack user's id"),
    (("team", "list", "--as", "hubwarden"), "--as needs a Slack user's id"),
    (("team", "list", "--as", "terminal:root"), "--as needs a Slack user's id"),
    (("team", "member", "add", "backend", "<@U0MIRA|mira>", "--reason", "x"), "is no"),
    (("team", "member", "add", "backend", "samok", "--reason", "\udcff"), "no UTF-8 text"),
]


@pytest.mark.parametrize(("words", "said"), MISUSES)
async def test_a_misuse_is_status_2_and_a_sentence(
    quiet_house: House, at_terminal: Any, words: tuple[str, ...], said: str
) -> None:
    done = await at_terminal(*words, "--json")
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert not quiet_house.hub.requests


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("team", "lsit"), "There is no “team lsit”. Did you mean “team list”? “help” lists everything."),
        (("team", "member", "list"), "Something is missing.\nteam member list <team>"),
        (("team", "list", "--zzz"), "There is no --zzz here.\nteam list "),
    ],
)
async def test_a_sentence_at_the_terminal_quotes_what_is_typed_there(
    at_terminal: Any, words: tuple[str, ...], said: str
) -> None:
    done = await at_terminal(*words)
    assert done.err.startswith(said)
    assert "/hub" not in done.err


async def test_nobody_can_be_mentioned_at_a_terminal() -> None:
    with pytest.raises(UserError, match="type the Docker ID, as it is in acme"):
        await terminal.NoMentions().account_of(
            Mention("U0MIRA"), BY_NAME["team.member.add"], organization="acme", takes_addresses=True
        )


def test_the_terminals_own_words_are_taken_out_wherever_they_stand() -> None:
    options = terminal.read_options(["--json", "team", "--as", "U0MIRA", "list", "--yes"])
    assert options == terminal.Options(("team", "list"), "U0MIRA", as_json=True, yes=True)
    assert terminal.read_options(["x", "--as=W0MIRA"]).identity == "W0MIRA"
    assert terminal.read_options(["x"]).identity == own_identity()
    with pytest.raises(UsageError):
        terminal.read_options(["x", "--as", "--json"])


async def test_who_is_not_named_by_the_rule_is_refused_with_its_name(quiet_house: House, at_terminal: Any) -> None:
    for more in ((), ("--as", "U0SAM")):
        done = await at_terminal(*ADD, "--json", "--yes", *more)
        assert (done.status, done.out) == (1, "")
        assert "The rule “Mira alone” does not let you ask for team.member.add" in done.err
    assert [actor for _, actor, _ in trail(quiet_house)] == [own_identity(), "U0SAM"]


async def test_for_a_write_somebody_is_named_only_where_the_policy_ties_them_to_the_system_user(
    quiet_house: House, at_terminal: Any
) -> None:
    for words in (ADD, ("team", "create", "design", "--reason", "x")):
        done = await at_terminal(*words, "--yes", "--as", "U0LENA")
        assert (done.status, done.out) == (1, "")
        assert f"terminal: {{users: {{{system_user()}: [U0LENA]}}}}" in done.err
        assert f"Without --as, a write is asked for by {own_identity()}." in done.err
    assert (await records(quiet_house)).requests == {}
    assert quiet_house.writes() == []
    assert [(event, actor) for event, actor, _ in trail(quiet_house)] == [(Event.REFUSED, own_identity())] * 2
    assert all('"claimed": "U0LENA"' in details for _, _, details in trail(quiet_house))
    assert (await at_terminal("team", "list", "--as", "U0LENA")).status == 0


async def test_a_terminal_matches_no_requester_and_asks_nobody_in_a_group(
    quiet_house: House, at_terminal: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    named = '{name: leads, operations: ["team.member.*"], requesters: {groups: [S0LEADS]}, approvals: 0}'
    anybody = '{name: anybody, operations: ["team.create"], approvals: 0}'
    monkeypatch.setenv("POLICY_FILE", str(write_policy(tmp_path, named, anybody, head=SEATED)))
    done = await at_terminal(*ADD, "--yes")
    assert (done.status, done.out) == (1, "")
    assert "The rule “leads” does not let you ask for team.member.add" in done.err
    assert (await at_terminal("team", "create", "design", "--reason", "x", "--yes")).status == 0
    assert [request.requester for request in (await records(quiet_house)).requests.values()] == [own_identity()]


@pytest.mark.parametrize(("user", "status"), [("U0MIRA", 0), ("U0DEE", 1), ("U0GUS", 1)])
async def test_somebody_inactive_is_named_in_vain_where_slack_can_be_asked(
    quiet_house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: str, status: int
) -> None:
    rule = '{name: anybody, operations: ["*"], approvals: 0}'
    seated = f"terminal: {{users: {{{system_user()}: [{user}]}}}}"
    await quiet_house.slack.start()
    slack = {"SLACK_API_URL": quiet_house.slack.api_url, "SLACK_BOT_TOKEN": quiet_house.slack.bot_token}
    policy = str(write_policy(tmp_path, rule, head=seated))
    environment = terminal_environment(quiet_house, POLICY_FILE=policy, **slack)
    done = await call(quiet_house, *ADD, "--yes", "--as", user, environment=environment)
    read = await call(quiet_house, "team", "list", "--as", user, environment=environment)
    away = await call(quiet_house, "team", "list", "--as", user, environment=environment | {"SLACK_BOT_TOKEN": ""})
    await quiet_house.slack.stop()
    assert (done.status, read.status, away.status) == (status, status, 0), done.err
    if status:
        assert "people who have left cannot ask Hubwarden for anything" in done.err
        assert quiet_house.writes() == []


async def test_who_is_in_a_group_is_asked_of_slack_where_it_can_be(quiet_house: House, tmp_path: Path) -> None:
    rule = '{name: leads, operations: ["*"], requesters: {groups: [S0LEADS]}, approvals: 0}'
    await quiet_house.slack.start()
    slack = {"SLACK_API_URL": quiet_house.slack.api_url, "SLACK_BOT_TOKEN": quiet_house.slack.bot_token}
    policy = str(write_policy(tmp_path, rule, head=SEATED))
    environment = terminal_environment(quiet_house, POLICY_FILE=policy, **slack)
    asked = [
        await call(quiet_house, "team", "list", "--as", user, environment=environment) for user in ("U0OMAR", "U0MIRA")
    ]
    await quiet_house.slack.stop()
    assert [done.status for done in asked] == [0, 1]


async def test_whom_a_group_lets_ask_cannot_be_told_without_slack(
    quiet_house: House, at_terminal: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rule = '{name: leads, operations: ["*"], requesters: {groups: [S0LEADS]}, approvals: 0}'
    monkeypatch.setenv("POLICY_FILE", str(write_policy(tmp_path, rule, head=SEATED)))
    done = await at_terminal(*ADD, "--yes", "--as", "U0OMAR")
    assert (done.status, done.out) == (1, "")
    assert "nobody can tell who is in the user group S0LEADS" in done.err
    assert quiet_house.writes() == []


async def test_a_write_that_fails_is_status_1_with_its_envelope(quiet_house: House) -> None:
    quiet_house.hub.faults.add("POST", "*/members", Respond(409, {"detail": "no seats left"}))
    done = await call(quiet_house, *ADD, "--json", "--yes", "--as", "U0MIRA")
    assert done.status == 1
    assert done.envelope["data"]["status"] == "failed"
    assert "no seats left" in done.envelope["data"]["error"]


async def test_a_write_that_has_to_wait_for_long_is_left_waiting_and_says_so(
    quiet_house: House, at_terminal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "PATIENCE_SECONDS", 1.0)
    quiet_house.hub.faults.add("POST", "*/members", rate_limited("600"))
    with capture_logs():
        done = await at_terminal(*ADD, "--yes", "--as", "U0MIRA")
    assert done.status == 0
    assert re.fullmatch(
        r"Request 1: approved\.\nIt waits: Docker Hub's rate limit is spent\. It goes on at 20\S+Z\. "
        r"A running Hubwarden does it then\.\n",
        done.out,
    )
    assert [one.status for one in quiet_house.writes()] == [429]


async def test_scripts_read_that_it_waits_and_until_when(
    quiet_house: House, at_terminal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "PATIENCE_SECONDS", 1.0)
    quiet_house.hub.faults.add("GET", "/v2/orgs/acme/groups/backend", failure(503), times=None, skip=1)
    with capture_logs():
        done = await at_terminal(*ADD, "--json", "--yes", "--as", "U0MIRA")
    assert (done.status, done.envelope["status"], done.envelope["data"]["status"]) == (0, 202, "approved")
    assert done.envelope["data"]["waits_because"] == "Docker Hub cannot be reached, or does not work."
    assert re.fullmatch(r"20\S+Z", done.envelope["data"]["waits_until"])


async def test_a_short_wait_is_waited_for(quiet_house: House, at_terminal: Any) -> None:
    quiet_house.hub.faults.add("POST", "*/members", rate_limited("2"))
    with capture_logs():
        done = await at_terminal(*ADD, "--json", "--yes", "--as", "U0MIRA")
    assert (done.status, done.envelope["data"]["status"]) == (0, "succeeded")
    assert done.envelope["data"]["waits_because"] is None
    assert [one.status for one in quiet_house.writes()] == [429, 200]


async def test_a_read_that_fails_is_status_1_and_no_envelope(quiet_house: House, at_terminal: Any) -> None:
    quiet_house.hub.faults.add("GET", "/v2/orgs/acme/groups", Respond(403, {"detail": "no"}))
    done = await at_terminal("team", "list", "--json")
    assert (done.status, done.out) == (1, "")
    assert "“no”" in done.err


async def test_nothing_to_do_is_said_and_not_recorded(quiet_house: House, at_terminal: Any) -> None:
    done = await at_terminal("team", "member", "add", "backend", "annberg", "--reason", "x", "--as", "U0MIRA")
    assert (done.status, done.out) == (1, "")
    assert "Nothing to do." in done.err
    assert (await records(quiet_house)).requests == {}


async def test_a_document_is_printed_whole(quiet_house: House, at_terminal: Any) -> None:
    done = await at_terminal("member", "export")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("Name,Username,Email")
    done = await at_terminal("member", "export", "--json")
    assert done.envelope["data"].startswith("Name,Username,Email")


async def test_a_setting_that_is_missing_is_a_configuration_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from bot.errors import ConfigurationError

    monkeypatch.chdir(tmp_path)
    for name in ("DOCKERHUB_TOKEN", "DOCKERHUB_USERNAME", "DOCKERHUB_ORGANIZATIONS", "SLACK_APPROVALS_CHANNEL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigurationError):
        await terminal.call(["team", "list"])
    assert capsys.readouterr().out == ""


# At a real terminal.


async def log_in(house: House, username: str, password: str) -> Screen:
    """Type both."""
    screen = await sit_down(house, "login")
    await screen.wait_for("Docker ID: ")
    screen.type(f"{username}\n")
    await screen.wait_for("Password: ")
    screen.type(f"{password}\n")
    return screen


async def test_a_password_and_a_code_are_asked_for_without_echo(quiet_house: House) -> None:
    username, code = TWO_FACTOR
    screen = await log_in(quiet_house, username, world.BOT_PASSWORD)
    await screen.wait_for("Code of the second factor: ")
    screen.type(f"{code}\n")
    status, out = await screen.end()
    assert status == 0
    assert re.fullmatch(r"eyJ[\w-]+\.[\w-]+\.[\w-]+\n", out)
    assert username in screen.shown
    for hidden in (world.BOT_PASSWORD, code, out.strip()):
        assert hidden not in screen.shown


async def test_a_wrong_code_is_refused(quiet_house: House) -> None:
    screen = await log_in(quiet_house, TWO_FACTOR[0], world.BOT_PASSWORD)
    await screen.wait_for("Code of the second factor: ")
    screen.type("000000\n")
    assert await screen.end() == (1, "")
    assert "Incorrect authentication credentials" in screen.shown


@pytest.mark.parametrize("enforced", [False, True])
async def test_a_log_in_that_docker_hub_refuses_says_why(quiet_house: House, enforced: bool) -> None:
    quiet_house.hub.state.organizations["acme"].sso_enforced = enforced
    password = world.BOT_PASSWORD if enforced else "not the password"
    screen = await log_in(quiet_house, "annberg", password)
    assert await screen.end() == (1, "")
    said = "enforces single sign-on: use a personal access token" if enforced else "Incorrect authentication"
    assert said in " ".join(screen.shown.split())
    assert password not in screen.shown


@pytest.mark.parametrize("key", ["\x03", "\x04"])
async def test_a_question_can_be_left(quiet_house: House, key: str) -> None:
    screen = await sit_down(quiet_house, "login", from_nothing=True)
    await screen.wait_for("Docker ID: ")
    screen.type("annberg\n")
    await screen.wait_for("Password: ")
    screen.type(key)
    assert await screen.end() == (130, "")
    assert "Traceback" not in screen.shown


@pytest.mark.parametrize(("meanwhile", "status"), [(False, 0), (True, 1)])
async def test_what_is_done_is_what_was_shown_at_the_question(quiet_house: House, meanwhile: bool, status: int) -> None:
    house = quiet_house
    screen = await sit_down(house, "call", "member", "role", "samok", "owner", "--reason", "x", "--as", "U0MIRA")
    await screen.wait_for("Go on? [y/N] ")
    assert "member → owner" in screen.shown
    assert house.writes() == []
    if meanwhile:
        house.hub.state.organizations["acme"].members["samok"].role = "editor"
    screen.type("y\n")
    ended, out = await screen.end()
    assert ended == status
    assert len(house.writes()) == (not meanwhile)
    assert ("Request 1: succeeded." in out) is not meanwhile
    assert ("Docker Hub has changed since you were asked." in screen.shown) is meanwhile


async def test_no_is_no(quiet_house: House) -> None:
    screen = await sit_down(quiet_house, "call", *ADD, "--as", "U0MIRA")
    await screen.wait_for("Go on? [y/N] ")
    screen.type("\n")
    assert await screen.end() == (1, "")
    assert (await records(quiet_house)).requests == {}
