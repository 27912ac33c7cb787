"""Docker Hub's audit log."""

from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr, ValidationError

from bot.errors import UserError
from bot.hub import Credential, Hub
from bot.operations import audit_log
from bot.operations.audit_log import AuditActions, AuditList
from sandbox.hub.content import log
from sandbox.hub.content.seed import ORGANIZATION_TOKEN, READ_ONLY_TOKEN
from sandbox.hub.wire.callers import Caller, Hand
from sandbox.world import BOT_ACCOUNT, BOT_TOKEN
from tests.operations.judged import JudgedHub

PATH = "/v2/auditlogs/acme"


def wanted(**given: Any) -> AuditList:
    return AuditList.model_validate({"organization": "acme", **given})


def push(sandbox: JudgedHub, number: int) -> None:
    hand, now = Hand(sandbox.state, Caller("user", "kofim")), sandbox.state.now()
    log.record(
        hand, "repo.tag.push", account="acme", name="acme/api", text="pushed", data={"tag": f"n{number}"}, at=now
    )


async def test_the_newest_come_first_and_more_is_said(hub_sandbox: JudgedHub, hub: Hub) -> None:
    answer = await audit_log.list_entries(hub, wanted(action="repo.tag.push", limit=3))
    assert {row[1] for row in answer.rows} == {"repo.tag.push"}
    assert [row[0] for row in answer.rows] == sorted((row[0] for row in answer.rows), key=str, reverse=True)
    assert answer.note.startswith("There are more: these are the newest 3.")
    assert set(hub_sandbox.judge()) == {"CreateAccessToken", "ListAuditLogs"}


async def test_words_become_a_window_on_the_wire(hub_sandbox: JudgedHub, hub: Hub) -> None:
    params = wanted(**{"from": "2026-11-01", "to": "2026-W47", "actor": "omarh"})
    await audit_log.list_entries(hub, params)
    asked = next(request for request in hub_sandbox.requests if request.path == PATH)
    assert asked.query["from"] == "2026-11-01T00:00:00Z"
    assert asked.query["to"] == "2026-11-22T23:59:59Z"
    assert asked.query["actor"] == "omarh"
    hub_sandbox.judge()


class BusyHub(JudgedHub):
    """A Docker Hub where somebody pushes after every look at the log."""

    def _respond(self, route: Any, request: web.Request, *, body: bytes, record: Any) -> web.Response:
        response = super()._respond(route, request, body=body, record=record)
        if request.path == PATH:
            self.clock.advance(2)
            push(self, 1000)
        return response


async def test_what_happens_meanwhile_shifts_no_page() -> None:
    sandbox = BusyHub()
    await sandbox.start()
    client = Hub(url=sandbox.url, credential=Credential(BOT_ACCOUNT, SecretStr(BOT_TOKEN)))
    for number in range(250):
        push(sandbox, number)
        sandbox.clock.advance(1)
    try:
        answer = await audit_log.list_entries(client, wanted(name="acme/api", actor="kofim", limit=240))
    finally:
        await client.close()
        await sandbox.stop()
    assert len(set(answer.rows)) == 240, "no entry was read twice"
    assert {request.query.get("page") for request in sandbox.requests} == {None, "2", "3"}


async def test_an_action_that_does_not_exist_is_refused_with_the_nearest(hub: Hub) -> None:
    with pytest.raises(UserError, match=r"no action “tag\.push”\. The nearest is “repo\.tag\.push”\."):
        await audit_log.list_entries(hub, wanted(action="tag.push"))
    with pytest.raises(UserError, match=r"The nearest is “org\.team\.create”\. “/hub audit actions”"):
        await audit_log.list_entries(hub, wanted(action="org.team.created"))


async def test_an_action_that_did_not_happen_is_an_empty_answer(hub: Hub) -> None:
    answer = await audit_log.list_entries(hub, wanted(action="billing.plan.upgrade"))
    assert answer.rows == ()


async def test_a_repository_without_its_organization_is_pointed_out(hub: Hub) -> None:
    answer = await audit_log.list_entries(hub, wanted(name="api"))
    assert answer.rows == ()
    assert answer.note == "The log names a repository with its organization: acme/api."


async def test_the_period_is_said_as_it_was_understood(hub: Hub) -> None:
    answer = await audit_log.list_entries(hub, wanted(**{"from": "2026-10", "to": "2026-10-31T12:00", "limit": 1000}))
    assert answer.note.startswith("Entries from 2026-10-01 00:00 to 2026-10-31 12:00 UTC.")


def test_an_end_before_the_beginning_is_refused() -> None:
    with pytest.raises(ValidationError, match="“2026-10-31” lies before the beginning, “2026-11-01”"):
        wanted(**{"from": "2026-11-01", "to": "2026-10-31"})
    assert wanted(**{"from": "2026-11-01T12:00", "to": "2026-11-01"}).to == "2026-11-01"


async def test_the_actions_have_their_full_names(hub_sandbox: JudgedHub, hub: Hub) -> None:
    answer = await audit_log.list_actions(hub, AuditActions(organization="acme"))
    assert {"repo.tag.push", "org.member.remove", "enterprise.sso.connection.scim_toggle"} <= {
        r[0] for r in answer.rows
    }
    assert hub_sandbox.judge()[-1] == "ListAuditActions"


async def test_a_plan_without_the_log_is_named(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.state.organizations["acme"].plan.audit_logs = False
    said = (
        "read the audit log of acme. That takes a Team or Business plan, and an owner's account .*scope-activity-read"
    )
    with pytest.raises(UserError, match=said):
        await audit_log.list_entries(hub, wanted())
    with pytest.raises(UserError, match=said):
        await audit_log.list_actions(hub, AuditActions(organization="acme"))


async def test_an_organization_access_token_needs_its_scope(hub_sandbox: JudgedHub) -> None:
    for token in (ORGANIZATION_TOKEN, READ_ONLY_TOKEN):
        client = Hub(url=hub_sandbox.url, credential=Credential("acme", SecretStr(token)))
        try:
            assert (await audit_log.list_entries(client, wanted(limit=1))).rows
        finally:
            await client.close()
