"""Every operation of Docker's contract, driven with a plain client; request and answer are judged by the contract."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from sandbox.clock import Clock
from sandbox.hub import HubSandbox
from sandbox.hub.content.seed import SCIM_TOKEN
from sandbox.hub.wire.faults import Respond
from sandbox.world import BOT_ACCOUNT, BOT_PASSWORD, BOT_TOKEN, TWO_FACTOR
from tests.sandbox.hub_contract import SCIM, Contract, ContractBroken, Exchange, contract

OPERATIONS = 54
USER = "urn:ietf:params:scim:schemas:core:2.0:User"


@dataclass
class Driver:
    """A plain client that has everything it sends and gets judged."""

    hub: HubSandbox
    session: aiohttp.ClientSession
    contract: Contract
    token: str = ""
    table: dict[str, list[str]] = field(default_factory=dict)

    async def send(
        self, method: str, path: str, status: int, *, body: Any = None, scim: bool = False, token: str | None = None
    ) -> Any:
        """Send, and answer the parsed body."""
        data = b"" if body is None else json.dumps(body).encode()
        headers = {"Content-Type": SCIM if scim else "application/json"} if data else {}
        bearer = token if token is not None else SCIM_TOKEN if scim else self.token
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        async with self.session.request(method, path, data=data or None, headers=headers) as response:
            answer = await response.read()
            query, sent = dict(response.url.query), dict(response.request_info.headers)
            wire = Exchange(
                method, response.url.path, query, sent, data, response.status, answer, dict(response.headers)
            )
            assert response.status == status, (method, path, response.status, answer)
        operation = self.contract.check(wire, request_too=200 <= status < 300)
        self.table.setdefault(operation, []).append(f"{method} {wire.path} -> {status}")
        return json.loads(answer) if response.content_type in {"application/json", SCIM} and answer else answer


@pytest.fixture
async def driver() -> AsyncIterator[Driver]:
    """A client of a fresh server, logged in as the bot."""
    judge, hub = contract(), HubSandbox(clock=Clock())
    try:
        async with aiohttp.ClientSession(await hub.start()) as session:
            made = Driver(hub, session, judge)
            credentials = {"identifier": BOT_ACCOUNT, "secret": BOT_TOKEN}
            made.token = (await made.send("POST", "/v2/auth/token", 200, body=credentials))["access_token"]
            yield made
    finally:
        await hub.stop()


async def test_every_operation_answers_as_the_contract_says(driver: Driver, capsys: pytest.CaptureFixture[str]) -> None:
    await drive_log_ins(driver)
    await drive_personal_tokens(driver)
    await drive_logs_and_settings(driver)
    await drive_repositories(driver)
    await drive_tags(driver)
    await drive_members(driver)
    await drive_teams(driver)
    await drive_invites(driver)
    await drive_scim(driver)
    await drive_organization_tokens(driver)
    operations = [name for name, *_ in driver.contract.operations()]
    with capsys.disabled():
        print()  # noqa: T201  the table is the point
        for name in operations:
            print(f"  {name:32} {'; '.join(driver.table.get(name, ['MISSING']))}")  # noqa: T201
    assert len(operations) == OPERATIONS
    assert [name for name in operations if name not in driver.table] == []


async def test_every_operation_refuses_a_caller_without_a_token_as_the_contract_says(driver: Driver) -> None:
    refused = 0
    for name, method, template, operation in driver.contract.operations():
        if "401" not in operation["responses"] or not operation["security"] or {} in operation["security"]:
            continue
        path = template.replace("{org_name}", "acme").replace("{namespace}", "acme").replace("{repository}", "api")
        await driver.send(method, path.replace("{", "").replace("}", ""), 401, token="")
        assert driver.table[name]
        refused += 1
    assert refused > 30


async def test_every_operation_refuses_somebody_from_outside_as_the_contract_says(driver: Driver) -> None:
    credentials = {"identifier": "gusguest", "secret": BOT_PASSWORD}
    outside = (await driver.send("POST", "/v2/auth/token", 200, body=credentials))["access_token"]
    refused = 0
    for _, method, template, operation in driver.contract.operations():
        if "403" in operation["responses"] and template.startswith("/v2/orgs/"):
            path = template.replace("{org_name}", "acme").replace("{name}", "acme")
            await driver.send(method, path.replace("{", "").replace("}", ""), 403, token=outside)
            refused += 1
    assert refused > 15


async def test_every_operation_answers_what_is_not_there_as_the_contract_says(driver: Driver) -> None:
    missing = 0
    for _, method, template, operation in driver.contract.operations():
        if "404" in operation["responses"] and not template.startswith("/v2/scim"):
            path = template.replace("{org_name}", "nowhere").replace("{name}", "nowhere")
            path = path.replace("{namespace}", "nowhere").replace("{", "").replace("}", "")
            await driver.send(method, path, 404, body=None if method in {"GET", "HEAD", "DELETE"} else {})
            missing += 1
    assert missing > 30


async def test_bad_requests_are_refused_as_the_contract_says(driver: Driver) -> None:
    api = "/v2/namespaces/acme/repositories"
    await driver.send("POST", "/v2/access-tokens", 400, body={"token_label": "", "scopes": []})
    await driver.send("POST", api, 400, body={"name": "No", "namespace": "acme"})
    await driver.send("PATCH", f"{api}/api/immutabletags", 400, body={"immutable_tags": True})
    await driver.send("POST", f"{api}/api/immutabletags/verify", 400, body={"regex": "(?=x)"})
    await driver.send("GET", f"{api}?page_size=101", 400)
    await driver.send("GET", "/v2/orgs/acme/members?role=king", 400)
    await driver.send("PUT", "/v2/orgs/acme/members/annberg", 400, body={"role": "king"})
    await driver.send("POST", "/v2/orgs/acme/groups", 400, body={"name": "platform"})
    await driver.send("POST", "/v2/invites/bulk", 400, body={"org": "nowhere", "invitees": ["a@b.ch"]})
    await driver.send("POST", "/v2/scim/2.0/Users", 400, body={"schemas": [USER], "userName": "x"}, scim=True)
    await driver.send("GET", "/v2/scim/2.0/Users?filter=userName+is+x", 400, scim=True)
    await driver.send("POST", "/v2/orgs/acme/access-tokens", 400, body={"resources": []})
    await driver.send("GET", "/v2/auditlogs/acme?from=yesterday", 400)
    driver.hub.state.organizations["acme"].plan.seats = 1
    await driver.send("POST", "/v2/invites/bulk", 409, body={"org": "acme", "invitees": ["a@b.ch"]})


async def test_the_judge_sees_an_answer_that_breaks_the_contract(driver: Driver) -> None:
    driver.hub.state.options.no_page = "null"
    with pytest.raises(ContractBroken, match="ListGroups"):
        await driver.send("GET", "/v2/orgs/acme/groups", 200)


async def test_the_judge_sees_a_status_that_the_contract_does_not_know(driver: Driver) -> None:
    driver.hub.faults.add("GET", "*/members", Respond(418))
    with pytest.raises(ContractBroken, match="ListOrgMembers answers no 418"):
        await driver.send("GET", "/v2/orgs/acme/members", 418)


async def drive_log_ins(driver: Driver) -> None:
    username, code = TWO_FACTOR
    await driver.send("POST", "/v2/users/login", 200, body={"username": BOT_ACCOUNT, "password": BOT_PASSWORD})
    await driver.send("POST", "/v2/users/login", 401, body={"username": BOT_ACCOUNT, "password": "wrong"})
    await driver.send("POST", "/v2/auth/token", 401, body={"identifier": BOT_ACCOUNT, "secret": "wrong"})
    half = await driver.send("POST", "/v2/users/login", 401, body={"username": username, "password": BOT_PASSWORD})
    whole = {"login_2fa_token": half["login_2fa_token"], "code": code}
    await driver.send("POST", "/v2/users/2fa-login", 200, body=whole)
    await driver.send("POST", "/v2/users/2fa-login", 401, body=whole)


async def drive_personal_tokens(driver: Driver) -> None:
    body = {"token_label": "made", "scopes": ["repo:read"], "expires_at": "2030-01-01T00:00:00Z"}
    made = await driver.send("POST", "/v2/access-tokens", 201, body=body)
    await driver.send("GET", "/v2/access-tokens?page=1&page_size=1", 200)
    await driver.send("GET", f"/v2/access-tokens/{made['uuid']}", 200)
    await driver.send("PATCH", f"/v2/access-tokens/{made['uuid']}", 200, body={"is_active": False})
    await driver.send("DELETE", f"/v2/access-tokens/{made['uuid']}", 204)


async def drive_logs_and_settings(driver: Driver) -> None:
    await driver.send("GET", "/v2/auditlogs/acme/actions", 200)
    await driver.send("GET", "/v2/auditlogs/acme?page_size=100&from=2020-01-01T00:00:00Z", 200)
    settings = await driver.send("GET", "/v2/orgs/acme/settings", 200)
    await driver.send("PUT", "/v2/orgs/acme/settings", 200, body=settings)


async def drive_repositories(driver: Driver) -> None:
    path = "/v2/namespaces/acme/repositories"
    await driver.send("POST", path, 201, body={"name": "made", "namespace": "acme", "description": "", "registry": ""})
    await driver.send("GET", f"{path}?page_size=100&ordering=-name&name=a", 200)
    await driver.send("GET", f"{path}/made", 200)
    await driver.send("HEAD", f"{path}/made", 200)
    setting = {"immutable_tags": True, "immutable_tags_rules": ["v.*", ".*-RELEASE"]}
    await driver.send("PATCH", f"{path}/api/immutabletags", 200, body=setting)
    await driver.send("POST", f"{path}/api/immutabletags/verify", 200, body={"regex": "v2.*"})
    team = driver.hub.state.organizations["acme"].teams["data"].id
    body = {"group_id": team, "permission": "write"}
    await driver.send("POST", "/v2/repositories/acme/made/groups", 200, body=body)


async def drive_tags(driver: Driver) -> None:
    path = "/v2/namespaces/acme/repositories/api/tags"
    await driver.send("GET", f"{path}?page=2&page_size=5", 200)
    await driver.send("HEAD", path, 200)
    await driver.send("GET", f"{path}/latest", 200)
    await driver.send("HEAD", f"{path}/latest", 200)


async def drive_members(driver: Driver) -> None:
    path = "/v2/orgs/acme/members"
    await driver.send("GET", f"{path}?page=1&page_size=100&invites=true&type=all", 200)
    await driver.send("GET", f"{path}?role=editor&search=kofi", 200)
    await driver.send("GET", f"{path}/export", 200)
    for role in ("editor", "owner", "member"):
        await driver.send("PUT", f"{path}/annberg", 200, body={"role": role})
    await driver.send("DELETE", f"{path}/jonasweber", 204)


async def drive_teams(driver: Driver) -> None:
    path = "/v2/orgs/acme/groups"
    await driver.send("POST", path, 201, body={"name": "made", "description": "Made here"})
    await driver.send("GET", f"{path}?page_size=2&search=a", 200)
    await driver.send("GET", f"{path}/made", 200)
    await driver.send("PUT", f"{path}/made", 200, body={"name": "made-anew"})
    await driver.send("PATCH", f"{path}/made-anew", 200, body={"description": "again"})
    await driver.send("POST", f"{path}/made-anew/members", 200, body={"member": "annberg"})
    await driver.send("GET", f"{path}/made-anew/members?search=ann", 200)
    await driver.send("DELETE", f"{path}/made-anew/members/annberg", 204)
    await driver.send("DELETE", f"{path}/made-anew", 204)


async def drive_invites(driver: Driver) -> None:
    body = {
        "org": "acme",
        "team": "backend",
        "role": "member",
        "invitees": ["a@b.ch", "annberg", "?"],
        "dry_run": False,
    }
    rows = (await driver.send("POST", "/v2/invites/bulk", 202, body=body))["invitees"]["invitees"]
    await driver.send("GET", "/v2/orgs/acme/invites", 200)
    await driver.send("PATCH", f"/v2/invites/{rows[0]['invite']['id']}/resend", 204)
    await driver.send("DELETE", f"/v2/invites/{rows[0]['invite']['id']}", 204)


async def drive_scim(driver: Driver) -> None:
    path = "/v2/scim/2.0"
    for name in ("ServiceProviderConfig", "ResourceTypes", "ResourceTypes/User", "Schemas", f"Schemas/{USER}"):
        await driver.send("GET", f"{path}/{name}", 200, scim=True)
    body = {"schemas": [USER], "userName": "jon.snow@example.com", "name": {"givenName": "Jon", "familyName": "Snow"}}
    made = await driver.send("POST", f"{path}/Users", 201, body=body, scim=True)
    await driver.send("POST", f"{path}/Users", 409, body=body, scim=True)
    await driver.send("GET", f"{path}/Users?startIndex=1&count=10&sortBy=userName&sortOrder=descending", 200, scim=True)
    await driver.send("GET", f"{path}/Users/{made['id']}", 200, scim=True)
    await driver.send("GET", f"{path}/Users/nobody", 404, scim=True)
    await driver.send("PUT", f"{path}/Users/{made['id']}", 200, body={"schemas": [USER], "enabled": True}, scim=True)


async def drive_organization_tokens(driver: Driver) -> None:
    path = "/v2/orgs/acme/access-tokens"
    resources = [{"type": "TYPE_ORG", "path": "acme", "scopes": ["scope-member-read"]}]
    made = await driver.send("POST", path, 201, body={"label": "made", "resources": resources})
    await driver.send("GET", f"{path}?page=1&page_size=2", 200)
    await driver.send("GET", f"{path}/{made['id']}", 200)
    await driver.send("PATCH", f"{path}/{made['id']}", 200, body={"is_active": False})
    await driver.send("DELETE", f"{path}/{made['id']}", 204)
