"""A new token: shown once, to its requester alone; nowhere else; and gone again where it cannot be shown."""

import asyncio
import io
import json
import logging
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from bot.logs import configure_logs
from sandbox.hub.content.state import OrganizationToken, PersonalToken
from sandbox.hub.wire.faults import Drop, Respond, nonsense
from sandbox.slack import words_of
from tests.flows.conftest import OpenHouse
from tests.flows.house import House
from tests.flows.steps import agree, ask, write_policy

RULE = '{name: Omar agrees, operations: ["*"], approvals: 1, approvers: {users: [U0OMAR]}}'
OAT = ("/hub oat create deploy --repo acme/api:image-pull", "/v2/orgs/acme/access-tokens")
PAT = ("/hub pat create deploy repo:read", "/v2/access-tokens")
BOTH = [pytest.param(*OAT, id="oat"), pytest.param(*PAT, id="pat")]
SECRET = re.compile(r"dckr_[op]at_[\w-]{20,}")
KEPT = ("slack_sdk", "slack_bolt", "apscheduler", "aiohttp.access", "asyncio")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """What goes to the log, at the finest level; what that changes for the whole process is put back at the end."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, levels = list(root.handlers), {name: logging.getLogger(name).level for name in ("", *KEPT)}
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", stream)
        configure_logs(level="DEBUG", form="json")
    yield stream.getvalue
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name or None).setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
async def agreed(open_house: OpenHouse, tmp_path: Path) -> House:
    """A house in which Omar has to agree to everything."""
    return await open_house(policy=write_policy(tmp_path, RULE))


def tokens(house: House) -> list[PersonalToken | OrganizationToken]:
    """Every token that Docker Hub has."""
    state = house.hub.state
    return [*state.personal_tokens.values(), *state.organizations["acme"].tokens.values()]


def labels(house: House) -> list[str]:
    """Their labels."""
    return [token.label for token in tokens(house)]


def secret_of(house: House) -> str:
    """The new token itself, as Docker Hub knows it."""
    return next(token.secret for token in tokens(house) if token.label == "deploy")


def rows(house: House) -> str:
    """Every row of every table, as text."""
    with sqlite3.connect(house.database_url.removeprefix("sqlite+aiosqlite:///")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return "\n".join(repr(row) for name in tables for row in database.execute(f'SELECT * FROM "{name}"'))  # noqa: S608


@pytest.mark.parametrize(("line", "_path"), BOTH)
async def test_a_new_token_is_shown_once_to_its_requester_alone(
    written: Callable[[], str], agreed: House, line: str, _path: str
) -> None:
    house = agreed
    await agree(house, await ask(house, line))
    await house.card(1, "Done")
    await house.told(house.ann, "is done")
    secret = secret_of(house)
    shown = [one for place in house.slack.workspace.channels.values() for one in place.messages.values()]
    (message,) = [one for one in shown if secret in words_of(one)]
    assert (message.only_for, message.channel) == ("U0ANN", house.ann.direct_channel)
    calls = [one for one in house.slack.calls if secret in json.dumps(one.args, default=str)]
    assert [one.method for one in calls] == ["chat.postEphemeral"]
    await house.ann.click(await house.card(1, "Done"), "details")
    assert secret not in words_of(await house.ann.wait_for_view("deploy"))
    await house.bot.stop()
    assert secret not in rows(house)
    assert "execution.finished" in written()
    assert secret not in written()
    assert house.slack.violations == []
    await house.start_bot()


@pytest.mark.parametrize(("line", "_path"), BOTH)
@pytest.mark.parametrize("error", ["user_not_in_channel", "channel_not_found", "invalid_blocks"])
async def test_a_token_that_slack_does_not_take_is_revoked_again(
    agreed: House, line: str, _path: str, error: str
) -> None:
    house, before = agreed, labels(agreed)
    house.slack.faults.add("chat.postEphemeral", error=error, times=9)
    await agree(house, await ask(house, line))
    said = words_of(await house.told(house.ann, "has failed", "it was revoked again. Nothing is left of it."))
    assert not SECRET.search(said)
    assert labels(house) == before
    assert [record.method for record in house.writes()] == ["POST", "DELETE"]
    assert not SECRET.search(rows(house))


async def test_a_token_is_revoked_where_nobody_knows_whether_it_was_shown(agreed: House) -> None:
    house, before = agreed, labels(agreed)
    house.slack.faults.add("chat.postEphemeral", status=503, body="<html>", times=9)
    await agree(house, await ask(house, OAT[0]))
    await house.told(house.ann, "has failed", "it was revoked again")
    assert labels(house) == before


async def test_a_token_whose_requester_has_no_direct_messages_is_revoked(agreed: House) -> None:
    house, before = agreed, labels(agreed)
    house.slack.faults.add("conversations.open", error="user_disabled", times=9)
    await agree(house, await ask(house, OAT[0]))
    await house.card(1, "Failed", "it was revoked again")
    assert labels(house) == before


@pytest.mark.parametrize(("line", "path"), BOTH)
async def test_where_revoking_fails_too_the_request_says_so(agreed: House, line: str, path: str) -> None:
    house = agreed
    house.slack.faults.add("chat.postEphemeral", error="user_not_in_channel", times=9)
    house.hub.faults.add("DELETE", f"{path}/*", Respond(403, {"detail": "not now"}), times=None)
    await agree(house, await ask(house, line))
    said = await house.told(house.ann, "has failed", "could not be revoked again: delete it by hand.", "“not now”")
    assert not SECRET.search(words_of(said))
    assert "deploy" in labels(house)


@pytest.mark.parametrize(("line", "path"), BOTH)
@pytest.mark.parametrize("fault", [Drop(after=True), nonsense({"id": "1", "token": ""}, status=201)])
async def test_a_token_whose_answer_is_lost_is_unknown_and_is_not_made_twice(
    agreed: House, line: str, path: str, fault: Drop | Respond
) -> None:
    house = agreed
    house.hub.faults.add("POST", path, fault)
    await agree(house, await ask(house, line))
    await house.told(house.ann, "has an unknown outcome", "Whether it was done cannot be told from reading.")
    assert labels(house).count("deploy") == 1
    assert house.ann.ephemerals(house.ann.direct_channel) == []


async def test_a_token_goes_to_nobody_but_who_asked(agreed: House) -> None:
    house = agreed
    card = await ask(house, OAT[0])
    held = house.slack.hold("chat.postEphemeral", after_effect=True)
    await agree(house, card)
    await held.arrived()
    for person in (house.omar, house.lena):
        for channel in house.slack.workspace.channels_of(person.id):
            assert not any(SECRET.search(words_of(one)) for one in person.messages(channel.id))
    held.release()
    async with asyncio.timeout(10):
        await house.told(house.ann, "is done")
