"""Whatever is sent, the sandbox's Docker Hub answers: no body makes it fail, and what it refuses changes nothing."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.clock import Clock
from sandbox.hub import State, build_state
from sandbox.hub.routes import ROUTES
from sandbox.hub.wire.call import Answer, Call, Route
from sandbox.hub.wire.callers import ANONYMOUS, Caller
from sandbox.hub.wire.problems import Refusal, body_of
from sandbox.hub.wire.sessions import Sessions

FIELDS = {
    "auth": ("identifier", "secret", "username", "password", "login_2fa_token", "code"),
    "access-tokens": ("token_label", "scopes", "expires_at", "is_active"),
    "org-access-tokens": ("label", "description", "resources", "expires_at", "is_active"),
    "settings": ("restricted_images", "enabled", "standard_registries", "custom_registries"),
    "repositories": ("name", "namespace", "description", "full_description", "is_private", "group_id", "permission"),
    "immutabletags": ("immutable_tags", "immutable_tags_rules", "regex"),
    "members": ("role",),
    "groups": ("name", "description", "member"),
    "invites": ("org", "team", "role", "invitees", "dry_run"),
    "scim": ("schemas", "userName", "name", "enabled"),
}
NAMES = ("type", "path", "scopes", "id", "allowed", "address", "givenName", "enabled", "allow_official_images")
WORDS = ("acme", "api", "annberg", "data", "latest", "v.*", "(", "a@b.ch", "User", "owner", "2030-01-01", "")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3000) | st.sampled_from(WORDS) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=8,
)
QUERIES = st.dictionaries(
    st.sampled_from(
        ("page", "page_size", "search", "type", "role", "ordering", "from", "to", "filter", "count", "sortBy")
    ),
    st.sampled_from((*WORDS, "1", "-1", "100", "1e3", "²")),
    max_size=4,
)
CALLERS = st.sampled_from((*[Caller("user", "acme-hubwarden")] * 4, Caller("user", "annberg"), ANONYMOUS))


KNOWN = {
    "namespace": ("acme",),
    "org_name": ("acme",),
    "name": ("acme",),
    "account": ("acme",),
    "repository": ("api",),
    "group_name": ("data", "owners"),
    "uuid": ("*",),
    "access_token_id": ("*",),
    "id": ("*",),
}


def existing(state: State, route: Route) -> str:
    """The id of something that the route is about and that is there."""
    organization = state.organizations["acme"]
    if route.family == "scim":
        return state.accounts["annberg"].id
    if route.family == "access-tokens":
        return next(token.id for token in state.personal_tokens.values() if token.active)
    return next(iter(organization.tokens if route.family == "org-access-tokens" else organization.invites))


def everything(state: State) -> str:
    """All that a request could change."""
    return repr((state.sequence, state.accounts, state.organizations, state.repositories, state.personal_tokens))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(ROUTES), QUERIES, CALLERS, st.data())
def test_every_route_answers_whatever_is_sent(
    route: Route, query: dict[str, str], caller: Caller, data: st.DataObject
) -> None:
    state = build_state(Clock(), members=12, repositories=4)
    fields = st.dictionaries(st.sampled_from(FIELDS.get(route.family, NAMES)), VALUES, max_size=5)
    body = data.draw(st.one_of(fields, fields, fields, VALUES), label="body")
    names = [part.strip("{}") for part in route.path.split("/") if part.startswith("{")]
    drawn = {name: data.draw(st.sampled_from(KNOWN.get(name, WORDS) * 9 + WORDS), label=name) for name in names}
    params = {name: existing(state, route) if value == "*" else value for name, value in drawn.items()}
    call = Call(
        state=state,
        sessions=Sessions(state),
        method=route.method,
        path=route.path,
        origin="http://hub.sandbox",
        params=params,
        query=query,
        body=json.dumps(body).encode(),
        content_type="application/scim+json",
        caller=Caller("scim", "acme") if route.auth == "scim" else caller,
    )
    before = everything(state)
    try:
        answer = route.act(call)
    except Refusal as refusal:
        answer = Answer(refusal.status, body_of(refusal, route.style))
        assert everything(state) == before, "what is refused changes nothing"
    assert 200 <= answer.status < 500
    json.dumps(answer.data)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v2/access-tokens/{uuid}", {"token_label": "other", "is_active": "no"}),
        ("/v2/access-tokens/{uuid}", {"token_label": "", "is_active": False}),
        ("/v2/orgs/{org_name}/access-tokens/{access_token_id}", {"label": "other", "description": 1}),
        ("/v2/orgs/{org_name}/access-tokens/{access_token_id}", {"label": "other", "is_active": 1}),
        ("/v2/namespaces/{namespace}/repositories/{repository}", {"description": "other", "full_description": 1}),
    ],
)
def test_a_change_that_is_half_wrong_is_not_made_by_half(path: str, body: dict[str, object]) -> None:
    state = build_state(Clock(), members=12, repositories=4)
    route = next(route for route in ROUTES if (route.method, route.path) == ("PATCH", path))
    token = existing(state, route)
    params = {"org_name": "acme", "namespace": "acme", "repository": "api", "uuid": token, "access_token_id": token}
    call = Call(
        state=state,
        sessions=Sessions(state),
        method=route.method,
        path=route.path,
        origin="http://hub.sandbox",
        params=params,
        query={},
        body=json.dumps(body).encode(),
        content_type="application/json",
        caller=Caller("user", "acme-hubwarden"),
    )
    before = everything(state)
    with pytest.raises(Refusal) as refused:
        route.act(call)
    assert refused.value.status == 400
    assert everything(state) == before
