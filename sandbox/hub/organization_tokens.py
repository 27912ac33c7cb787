"""Organization access tokens: owners make and change them, and no organization access token can."""

import secrets
from typing import Any

from sandbox.hub.content import access, log, scopes
from sandbox.hub.content.state import Organization, OrganizationToken, Resource
from sandbox.hub.personal_tokens import expires_at
from sandbox.hub.wire import pages, times
from sandbox.hub.wire.call import Answer, Call, Route, flag_in, text_in, texts_in
from sandbox.hub.wire.problems import Refusal

PAGE = pages.Shape(strict=True, nullable=True, total="total", missing_page=None, bad=400)


def list_tokens(call: Call) -> Answer:
    """All of the organization, without what they reach."""
    return pages.paged(call, list(_organization(call).tokens.values()), shape=PAGE, render=_entry)


def create_token(call: Call) -> Answer:
    """A new token; its secret is answered here and never again."""
    organization, body = _organization(call), call.json()
    token = OrganizationToken(
        organization.name,
        text_in(body, "label"),
        f"dckr_oat_{secrets.token_urlsafe(20)}",
        call.caller.name,
        call.state.now(),
        _resources(body, ()),
        text_in(body, "description", default=""),
        expires_at(body),
    )
    organization.tokens[token.id] = token
    _log(call, token, verb="create", text=f"created the access token {token.label}")
    return Answer(201, {**_whole(token), "token": token.secret})


def get_token(call: Call) -> Answer:
    """One token with what it reaches."""
    return Answer(data=_whole(_token(call)))


def update_token(call: Call) -> Answer:
    """Change label, description, what it reaches, or switch off and on."""
    token, body = _token(call), call.json()
    resources, active = _resources(body, token.resources), flag_in(body, "is_active", default=token.active)
    label, description = (text_in(body, key, default=getattr(token, key)) for key in ("label", "description"))
    token.label, token.description, token.active, token.resources = label or token.label, description, active, resources
    _log(call, token, verb="update", text=f"updated the access token {token.label}")
    return Answer(data=_whole(token))


def delete_token(call: Call) -> Answer:
    """Delete for good."""
    token = _token(call)
    token.active = False
    del call.state.organizations[token.organization].tokens[token.id]
    _log(call, token, verb="delete", text=f"deleted the access token {token.label}")
    return Answer(204)


def _organization(call: Call) -> Organization:
    return access.organization(call, call.params["org_name"], scope=None, roles=access.OWNER)


def _token(call: Call) -> OrganizationToken:
    token = _organization(call).tokens.get(call.params["access_token_id"])
    if token is None:
        raise Refusal(404, "access token not found")
    return token


def _resources(body: dict[str, Any], default: tuple[Resource, ...]) -> tuple[Resource, ...]:
    rows = body.get("resources")
    if rows is None:
        return default
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Refusal(400, "resources must be a list of objects", fields={"resources": "not a list of objects"})
    return tuple(_resource(row) for row in rows)


def _resource(row: dict[str, Any]) -> Resource:
    kind, path, wanted = _type(row), text_in(row, "path"), texts_in(row, "scopes")
    known = scopes.OF[kind]
    if unknown := [scope for scope in wanted if scope not in known]:
        raise Refusal(400, f"{unknown[0]} is not a scope of {kind}", fields={"scopes": "not a valid choice"})
    return Resource(kind, path, wanted)


def _type(row: dict[str, Any]) -> str:
    kind = text_in(row, "type")
    if kind not in scopes.OF:
        raise Refusal(400, "type must be TYPE_REPO or TYPE_ORG", fields={"type": "not a valid choice"})
    return kind


def _entry(token: OrganizationToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "label": token.label,
        "created_by": token.created_by,
        "is_active": token.active,
        "created_at": times.stamp(token.created_at),
        "expires_at": times.maybe_stamp(token.expires_at),
        "last_used_at": times.maybe_stamp(token.last_used_at),
    }


def _whole(token: OrganizationToken) -> dict[str, Any]:
    rows = [{"type": r.type, "path": r.path, "scopes": list(r.scopes)} for r in token.resources]
    return {**_entry(token), "description": token.description, "resources": rows}


def _log(call: Call, token: OrganizationToken, *, verb: str, text: str) -> None:
    name = token.organization
    action = f"org.access_token.{verb}"
    log.record(call.hand, action, account=name, name=name, text=text, data={"id": token.id, "label": token.label})


TOKENS = "/v2/orgs/{org_name}/access-tokens"

ROUTES = (
    Route("GET", TOKENS, list_tokens, "org-access-tokens"),
    Route("POST", TOKENS, create_token, "org-access-tokens"),
    Route("GET", f"{TOKENS}/{{access_token_id}}", get_token, "org-access-tokens"),
    Route("PATCH", f"{TOKENS}/{{access_token_id}}", update_token, "org-access-tokens"),
    Route("DELETE", f"{TOKENS}/{{access_token_id}}", delete_token, "org-access-tokens"),
)
