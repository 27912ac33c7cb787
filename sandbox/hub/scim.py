"""SCIM 2.0: users of an organization, by the token of its SSO connection; nothing of it is in the audit log."""

import json
from collections.abc import Mapping
from typing import Any

from sandbox.hub import members, scim_documents, scim_filter
from sandbox.hub.content import accounts
from sandbox.hub.content.state import Account, Membership, Organization, Team
from sandbox.hub.invites import EMAIL
from sandbox.hub.wire import times
from sandbox.hub.wire.call import SCIM_MEDIA_TYPE, Answer, Call, Route, flag_in, text_in, texts_in
from sandbox.hub.wire.problems import Refusal, Style

COMPANY = "company"
DEFAULT_COUNT, MOST = 100, 200


def get_config(call: Call) -> Answer:
    """The service provider configuration."""
    _organization(call)
    return _answer(scim_documents.service_provider_config())


def list_resource_types(call: Call) -> Answer:
    """One type, User."""
    _organization(call)
    return _answer(_listed(call, [scim_documents.resource_type()]))


def get_resource_type(call: Call) -> Answer:
    """The type User."""
    _organization(call)
    if call.params["name"] != "User":
        raise Refusal(404, f"resource type {call.params['name']} not found")
    return _answer(scim_documents.resource_type())


def list_schemas(call: Call) -> Answer:
    """One schema, the user's."""
    _organization(call)
    return _answer(_listed(call, [scim_documents.user_schema()]))


def get_schema(call: Call) -> Answer:
    """The user's schema."""
    _organization(call)
    if call.params["id"] != scim_documents.USER:
        raise Refusal(404, f"schema {call.params['id']} not found")
    return _answer(scim_documents.user_schema())


def list_users(call: Call) -> Answer:
    """Filtered, sorted and cut; `startIndex` counts from 1."""
    organization = _organization(call)
    start, count = _whole(call, "startIndex", default=1), _whole(call, "count", default=DEFAULT_COUNT, most=MOST)
    users = [as_json(call, call.state.accounts[name]) for name in _usernames(organization)]
    users = _sorted(call, _filtered(call, users))
    page = users[start - 1 : start - 1 + count]
    rows = [_limited(user, call.query.get("attributes", "")) for user in page]
    return _answer({**_listed(call, rows), "totalResults": len(users), "startIndex": start, "itemsPerPage": len(rows)})


def create_user(call: Call) -> Answer:
    """A user by e-mail address; one who has an account already comes into the team `company`."""
    organization, body = _organization(call), _body(call)
    email = text_in(body, "userName")
    if not EMAIL.fullmatch(email):
        raise Refusal(400, "userName must be an e-mail address")
    account = call.state.account_by_email(email)
    if account is not None and account.username in _usernames(organization):
        raise Refusal(409, f"user {email} already exists")
    full_name = _full_name(body, "")
    account = account or accounts.open_account(call.state, email, full_name=full_name)
    organization.members[account.username] = Membership("member", call.state.now())
    _company(call, organization).members[account.username] = None
    call.state.touch()
    return _answer(as_json(call, account), 201)


def get_user(call: Call) -> Answer:
    """One user."""
    organization = _organization(call)
    return _answer(as_json(call, _account(call, organization)))


def update_user(call: Call) -> Answer:
    """Change the name, and activate or deactivate: without `enabled` the user is deactivated."""
    organization, body = _organization(call), _body(call)
    account = _account(call, organization)
    enabled, name = flag_in(body, "enabled", default=False), _full_name(body, account.full_name)
    _set_enabled(organization, account, enabled=enabled)
    account.full_name, account.modified_at = name, call.state.now()
    call.state.touch()
    return _answer(as_json(call, account))


def as_json(call: Call, account: Account) -> dict[str, Any]:
    """A user as SCIM answers it; userName is the address, displayName the Docker ID."""
    organization = call.state.organizations[call.caller.name]
    given, _, family = account.full_name.partition(" ")
    return {
        "schemas": [scim_documents.USER],
        "id": account.id,
        "userName": account.email,
        "name": {"givenName": given, "familyName": family},
        "displayName": account.username,
        "active": account.username in organization.members,
        "emails": [{"value": account.email, "display": account.email, "primary": True}],
        "groups": [{"value": name, "display": name} for name in organization.teams_of(account.username)],
        "meta": {
            "resourceType": "User",
            "location": f"{call.origin}{USERS}/{account.id}",
            "created": times.second(account.created_at),
            "lastModified": times.second(account.modified_at or account.created_at),
        },
    }


def _organization(call: Call) -> Organization:
    organization = call.state.organizations[call.caller.name]
    if not organization.plan.scim:
        raise Refusal(403, "SCIM is not part of your organization's subscription")
    return organization


def _body(call: Call) -> dict[str, Any]:
    if call.content_type != SCIM_MEDIA_TYPE:
        raise Refusal(400, f"the media type must be {SCIM_MEDIA_TYPE}")
    body = call.json()
    if scim_documents.USER not in texts_in(body, "schemas"):
        raise Refusal(400, f"schemas must have {scim_documents.USER}")
    return body


def _usernames(organization: Organization) -> list[str]:
    return [*organization.members, *organization.deactivated]


def _account(call: Call, organization: Organization) -> Account:
    account = call.state.account_by_id(call.params["id"])
    if account is None or account.username not in _usernames(organization):
        raise Refusal(404, f"user {call.params['id']} not found")
    return account


def _set_enabled(organization: Organization, account: Account, *, enabled: bool) -> None:
    username = account.username
    if enabled and username in organization.deactivated:
        organization.members[username] = organization.deactivated.pop(username)
    elif not enabled and username in organization.members:
        if organization.owners() == [username]:
            raise Refusal(400, "the last owner of an organization cannot be deactivated")
        organization.deactivated[username] = members.drop(organization, username)


def _company(call: Call, organization: Organization) -> Team:
    if COMPANY not in organization.teams:
        organization.teams[COMPANY] = Team(call.state.number(), COMPANY)
    return organization.teams[COMPANY]


def _full_name(body: Mapping[str, Any], default: str) -> str:
    """The name is changed, never cleared."""
    name = body.get("name") or {}
    if not isinstance(name, dict):
        raise Refusal(400, "name must be an object")
    parts = (text_in(name, part, default="") for part in ("givenName", "familyName"))
    return " ".join(part for part in parts if part) or default


def _filtered(call: Call, users: list[dict[str, Any]]) -> list[dict[str, Any]]:
    text = call.query.get("filter")
    if text is None:
        return users
    try:
        test = scim_filter.compile_filter(text)
    except ValueError as error:
        raise Refusal(400, f"invalid filter: {error}") from None
    return [user for user in users if test(user)]


def _sorted(call: Call, users: list[dict[str, Any]]) -> list[dict[str, Any]]:
    order = call.choice("sortOrder", ("ascending", "descending"), default="ascending")
    path = call.query.get("sortBy")
    if path is None:
        return users
    return sorted(users, key=lambda u: scim_filter.attribute(u, path).casefold(), reverse=order == "descending")


def _limited(user: dict[str, Any], attributes: str) -> dict[str, Any]:
    wanted = {name.strip().casefold() for name in attributes.split(",") if name.strip()}
    return {k: v for k, v in user.items() if not wanted or k.casefold() in wanted | {"id", "schemas"}}


def _whole(call: Call, name: str, *, default: int, most: int = 2**31) -> int:
    text = call.query.get(name, str(default))
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise Refusal(400, f"{name} must be a whole number from 1 to {most}")
    return int(text)


def _listed(call: Call, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"schemas": [scim_documents.LIST], "totalResults": len(rows), call.state.options.scim_list_key: rows}


def _answer(data: dict[str, Any], status: int = 200) -> Answer:
    return Answer(status, text=json.dumps(data), content_type=SCIM_MEDIA_TYPE)


SCIM = "/v2/scim/2.0"
USERS = f"{SCIM}/Users"

ROUTES = (
    Route("GET", f"{SCIM}/ServiceProviderConfig", get_config, "scim", Style.SCIM, "scim"),
    Route("GET", f"{SCIM}/ResourceTypes", list_resource_types, "scim", Style.SCIM, "scim"),
    Route("GET", f"{SCIM}/ResourceTypes/{{name}}", get_resource_type, "scim", Style.SCIM, "scim"),
    Route("GET", f"{SCIM}/Schemas", list_schemas, "scim", Style.SCIM, "scim"),
    Route("GET", f"{SCIM}/Schemas/{{id}}", get_schema, "scim", Style.SCIM, "scim"),
    Route("GET", USERS, list_users, "scim", Style.SCIM, "scim"),
    Route("POST", USERS, create_user, "scim", Style.SCIM, "scim"),
    Route("GET", f"{USERS}/{{id}}", get_user, "scim", Style.SCIM, "scim"),
    Route("PUT", USERS + "/{id}", update_user, "scim", Style.SCIM, "scim"),
)
