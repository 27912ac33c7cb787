"""A whole story with trouble in it, at the finest log level: no token is found anywhere that it should not be."""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator

import pytest
import structlog

from bot.logs import configure_logs
from sandbox import world
from sandbox.hub.wire.faults import Drop, ExpireTokens, Respond, failure
from tests.flows.conftest import OpenHouse
from tests.flows.house import House
from tests.flows.steps import agree, ask, refusal

KEPT = ("slack_sdk", "slack_bolt", "apscheduler", "aiohttp.access", "asyncio")


@pytest.fixture
def written(capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """What went to standard error; what `configure_logs` changes for the whole process is put back at the end."""
    root = logging.getLogger()
    handlers, levels = list(root.handlers), {name: logging.getLogger(name).level for name in ("", *KEPT)}
    yield lambda: capfd.readouterr().err
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name or None).setLevel(level)
    structlog.reset_defaults()


def watch_secrets(house: House) -> list[str]:
    """The fixed tokens; every JWT and every ticket that the sandboxes hand out from now on is added."""
    kept = [house.slack.bot_token, house.slack.app_token, world.BOT_TOKEN]
    issue, ticket = house.hub.sessions.issue, house.slack.sockets.issue_ticket

    def issue_and_keep(*args: object, **given: object) -> str:
        kept.append(issue(*args, **given))  # type: ignore[arg-type]
        return kept[-1]

    def ticket_and_keep(**given: int) -> str:
        kept.append(ticket(**given))
        return kept[-1]

    house.hub.sessions.issue = issue_and_keep  # type: ignore[method-assign]
    house.slack.sockets.issue_ticket = ticket_and_keep  # type: ignore[method-assign]
    return kept


def rows(house: House) -> str:
    """Every row of every table, as text."""
    with sqlite3.connect(house.database_url.removeprefix("sqlite+aiosqlite:///")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return "\n".join(repr(row) for name in tables for row in database.execute(f'SELECT * FROM "{name}"'))  # noqa: S608


@pytest.mark.parametrize("form", ["json", "text"])
async def test_no_secret_is_in_a_log_a_row_or_a_message(
    quick_socket: None, written: Callable[[], str], open_house: OpenHouse, form: str
) -> None:
    secrets: list[list[str]] = []

    def prepare(house: House) -> None:
        secrets.append(watch_secrets(house))
        configure_logs(level="DEBUG", form=form, secrets=tuple(secrets[0]))

    house = await open_house(prepare)
    await tell_a_story_with_trouble(house)
    await house.bot.stop()
    await house.start_bot()
    logged = written()
    stored, said = rows(house), spoken(house)
    assert "hubwarden.ready" in logged
    assert "execution.finished" in logged
    assert "request" in stored
    assert len(secrets[0]) >= 3 + 2 + 3, "log-ins and tickets were handed out"
    for secret in secrets[0]:
        assert secret not in logged
        assert secret not in stored
        assert secret not in said


def spoken(house: House) -> str:
    """Every Slack call's arguments, and every message in the workspace."""
    calls = [[one.method, one.args] for one in house.slack.calls]
    messages = [one.body for channel in house.slack.workspace.channels.values() for one in channel.messages.values()]
    return json.dumps([calls, messages], default=str)


async def tell_a_story_with_trouble(house: House) -> None:
    """Requests that go well and badly, reads that fail, sockets that break; errors that echo what was sent."""
    echo = {"detail": f"bad token {world.BOT_TOKEN}"}
    house.hub.faults.add("GET", "/v2/orgs/acme/groups", ExpireTokens())
    await refusal(house.ann, "/hub team list", "Teams of acme")
    house.hub.faults.add("GET", "/v2/orgs/acme/groups", Respond(400, echo), times=None)
    await refusal(house.ann, "/hub team list", "Docker Hub says")
    house.hub.faults.clear()
    card = await ask(house, "/hub team member add backend samok")
    house.hub.faults.add("POST", "*/members", failure(500))
    await agree(house, card)
    await house.told(house.ann, "has failed")
    card = await ask(house, "/hub invite resend externaldev", number=2)
    house.hub.faults.add("PATCH", "/v2/invites/*", Drop())
    await agree(house, card)
    await house.told(house.ann, "unknown outcome")
    house.slack.faults.add("chat.postMessage", drop=True)
    house.slack.faults.add("chat.postMessage", status=500)
    house.slack.faults.add("response_url", status=404, body="no")
    house.slack.faults.add("views.open", error="expired_trigger_id")
    await house.ann.command("/hub")
    await house.slack.disconnect()
    await house.slack.wait_disconnected(timeout=15)
    await house.slack.wait_connected(timeout=15)
    card = await ask(house, "/hub invite send jane@example.com", number=3)
    await agree(house, card)
    await house.told(house.ann, "jane@example.com invited")
