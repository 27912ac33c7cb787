"""Personal access tokens: a caller sees and changes their own only; nothing of it is in the audit log."""

import secrets
from typing import Any

from sandbox.hub.content import access
from sandbox.hub.content.state import PersonalToken
from sandbox.hub.wire import pages, times
from sandbox.hub.wire.call import Answer, Call, Route, flag_in, text_in, texts_in
from sandbox.hub.wire.problems import Refusal, Style

PAGE = pages.Shape(missing_page=None, bad=400)


def list_tokens(call: Call) -> Answer:
    """The caller's own, newest first."""
    mine = _mine(call)
    active = sum(token.active for token in mine)
    return pages.paged(call, mine, shape=PAGE, render=as_json, active_count=active)


def create_token(call: Call) -> Answer:
    """A new token; its secret is answered here and never again."""
    owner, body = _owner(call), call.json()
    label, scopes = text_in(body, "token_label", limit=100), texts_in(body, "scopes")
    if not scopes or not set(scopes) <= set(access.PERSONAL_SCOPES):
        text = f"valid scopes: {', '.join(access.PERSONAL_SCOPES)}"
        raise Refusal(400, text, fields={"scopes": text})
    secret = f"dckr_pat_{secrets.token_urlsafe(20)}"
    token = PersonalToken(owner, label, secret, scopes, call.state.now(), expires_at(body))
    call.state.personal_tokens[token.id] = token
    call.state.touch()
    return Answer(201, {**as_json(token), "token": secret})


def get_token(call: Call) -> Answer:
    """One of the caller's own."""
    return Answer(data=as_json(_token(call)))


def update_token(call: Call) -> Answer:
    """Change the label, or switch off and on."""
    token, body = _token(call), call.json()
    label = text_in(body, "token_label", limit=100, default=token.label)
    active = flag_in(body, "is_active", default=token.active)
    if not label:
        raise Refusal(400, "token_label is empty", fields={"token_label": "This field may not be blank."})
    token.label, token.active = label, active
    call.state.touch()
    return Answer(data=as_json(token))


def delete_token(call: Call) -> Answer:
    """Delete for good."""
    del call.state.personal_tokens[_token(call).id]
    call.state.touch()
    return Answer(204)


def expires_at(body: dict[str, Any]) -> float | None:
    """The moment in `expires_at`, which may be null or missing. Raises Refusal 400."""
    value = body.get("expires_at")
    if value is None:
        return None
    try:
        return times.parse(value)
    except (TypeError, ValueError):
        text = "expires_at must be an RFC 3339 date-time"
        raise Refusal(400, text, fields={"expires_at": text}) from None


def as_json(token: PersonalToken) -> dict[str, Any]:
    """A token as the API answers it, without its secret."""
    return {
        "uuid": token.id,
        "client_id": "HUB",
        "creator_ip": "127.0.0.1",
        "creator_ua": "",
        "created_at": times.stamp(token.created_at),
        "last_used": times.maybe_stamp(token.last_used_at),
        "generated_by": "manual",
        "is_active": token.active,
        "token": "",
        "token_label": token.label,
        "scopes": list(token.scopes),
        "expires_at": times.maybe_stamp(token.expires_at),
    }


def _owner(call: Call) -> str:
    if call.caller.kind != "user":
        raise Refusal(403, "organization access tokens have no personal access tokens")
    return call.caller.name


def _mine(call: Call) -> list[PersonalToken]:
    owner = _owner(call)
    return [token for token in reversed(call.state.personal_tokens.values()) if token.owner == owner]


def _token(call: Call) -> PersonalToken:
    token = call.state.personal_tokens.get(call.params["uuid"])
    if token is None or token.owner != _owner(call):
        raise Refusal(404, "access token not found")
    return token


TOKENS = "/v2/access-tokens"

ROUTES = (
    Route("GET", TOKENS, list_tokens, "access-tokens", Style.FIELDS),
    Route("POST", TOKENS, create_token, "access-tokens", Style.FIELDS),
    Route("GET", f"{TOKENS}/{{uuid}}", get_token, "access-tokens", Style.FIELDS),
    Route("PATCH", f"{TOKENS}/{{uuid}}", update_token, "access-tokens", Style.FIELDS),
    Route("DELETE", f"{TOKENS}/{{uuid}}", delete_token, "access-tokens", Style.FIELDS),
)
