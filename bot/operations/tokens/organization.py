"""Organization access tokens: what they reach, who made them, and switching them off."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Annotated, Any

from pydantic import Field

from bot.errors import UserError
from bot.hub import Call, Hub
from bot.operations.kit.base import Answer, Change, Choices, Lookup, Operation, Outcome, Params, Preview, Read, Write
from bot.operations.kit.fields import Organization
from bot.operations.kit.refusals import needing
from bot.operations.kit.text import count, day, moment
from bot.operations.tokens.access_tokens import (
    Description,
    Label,
    LastDay,
    Switch,
    Token,
    TokenReference,
    check_expiry,
    common_changes,
    expiry_json,
    expiry_text,
    find_token,
    missing_text,
    name_choices,
    namesakes,
    new_state,
    read_new,
    whose,
)
from bot.operations.tokens.resources import (
    Grants,
    OrganizationScopes,
    Resource,
    changes_of_reach,
    history_notes,
    limit_notes,
    place_of,
    read_resources,
    wanted_resources,
)

TOKENS = "/v2/orgs/{organization}/access-tokens"
TOKEN = "/v2/orgs/{organization}/access-tokens/{token}"  # noqa: S105  an address
NEEDS = "a Team or Business plan; an owner's password or personal access token, not an organization access token"

TAKES = (
    "a Team or Business plan, and a bot that is logged in with an owner's password or personal access token; an "
    "organization access token cannot make, show or change organization access tokens"
)

# https://docs.docker.com/security/access-tokens/organization-access-tokens/; the API answers the used number only.
TEAM_LIMIT = 10
ALLOWED = "Docker's documentation allows 10 with a Team and 100 with a Business plan, switched off and expired ones too"

REPOS_FIELD = Field(
    (),
    title="Repositories",
    description="What it may do where, one repository a line, such as acme/api:image-pull,image-push; acme/* is all of "
    "the organization acme, */*/public all public ones on Docker Hub",
)
SCOPES_FIELD = Field(
    (),
    title="Organization scopes",
    description="What it may do in the organization itself, such as member-read, activity-read",
)


async def choose_tokens(hub: Hub, lookup: Lookup) -> Sequence[str]:
    """The organization's tokens, for a form's menu."""
    return name_choices(await read_tokens(hub, lookup.organization), lookup.typed)


class OrganizationTokenList(Params):
    """Whose tokens to list."""

    organization: Organization


class OneOrganizationToken(Params):
    """A token of the organization."""

    organization: Organization
    token: Annotated[TokenReference, Choices(choose_tokens)]


class OrganizationTokenCreate(Params):
    """A new token of the organization."""

    organization: Organization
    label: Label
    repos: Grants = REPOS_FIELD
    org_scopes: OrganizationScopes = SCOPES_FIELD
    expires: LastDay = None
    description: Description = Field("", title="Description", description="More about what it is for")


class OrganizationTokenUpdate(OneOrganizationToken):
    """What to change; a kind of resource that is not given stays as it is, and `none` takes it away."""

    label: Label | None = Field(None, title="New label", description="What it is called from now on")
    description: Description | None = Field(None, title="New description", description="More about what it is for")
    active: Switch | None = Field(None, title="Switch", description="Off: it stops working until it is on again")
    repos: Grants = REPOS_FIELD
    org_scopes: OrganizationScopes = SCOPES_FIELD


def owners_only(organization: str) -> AbstractContextManager[None]:
    """Says what a 403 means here."""
    return needing(f"manage the organization access tokens of {organization}", TAKES)


def read_token(row: dict[str, Any]) -> Token:
    """A token of Docker Hub's list."""
    return Token(
        id=str(row.get("id") or ""),
        label=str(row.get("label") or ""),
        is_active=bool(row.get("is_active")),
        made_by=str(row.get("created_by") or "somebody whom Docker Hub does not name"),
        created_at=row.get("created_at"),
        last_used_at=row.get("last_used_at"),
        expires_at=row.get("expires_at"),
        maker=str(row.get("created_by") or ""),
    )


async def read_tokens(hub: Hub, organization: str) -> list[Token]:
    """Every token of the organization; raises `UserError` where the bot may not see them."""
    with owners_only(organization):
        return [read_token(row) for row in (await hub.pages(TOKENS, organization=organization)).data]


def missing(tokens: Sequence[Token], params: OneOrganizationToken) -> str:
    """That the organization has no such token."""
    return missing_text(tokens, params.token, whose=params.organization, command="oat list")


async def require_token(hub: Hub, params: OneOrganizationToken) -> Token:
    """The token that the label or id names; raises `UserError` where there is none, or where there are several."""
    tokens = await read_tokens(hub, params.organization)
    token = find_token(tokens, params.token)
    if token is None:
        raise UserError(missing(tokens, params))
    return token


async def read_whole(hub: Hub, organization: str, token: Token) -> dict[str, Any]:
    """The token with what it reaches, which the list leaves out."""
    with owners_only(organization):
        whole: dict[str, Any] = (await hub.get(TOKEN, organization=organization, token=token.id)).data
    return whole


async def list_tokens(hub: Hub, params: OrganizationTokenList) -> Answer:
    """Every token of the organization, and how many of how many."""
    tokens = await read_tokens(hub, params.organization)
    rows = tuple(
        (t.label, t.state, t.made_by, day(t.created_at), moment(t.last_used_at), day(t.expires_at)) for t in tokens
    )
    columns = ("Label", "State", "Made by", "Made", "Last used", "Expires")
    note = f"{count(len(tokens), 'token')} used; Docker Hub's API does not say how many are allowed. {ALLOWED}."
    return Answer(f"Organization access tokens of {params.organization}", columns, rows, len(rows), note)


async def show_token(hub: Hub, params: OneOrganizationToken) -> Answer:
    """One token, and what it may do where."""
    row = await read_whole(hub, params.organization, await require_token(hub, params))
    token = read_token(row)
    rows = (
        ("Label", token.label),
        ("Id", token.id),
        ("State", token.state),
        ("Made", moment(token.created_at)),
        ("Made by", token.made_by),
        ("Last used", moment(token.last_used_at)),
        ("Expires", moment(token.expires_at)),
        ("Description", str(row.get("description") or "–")),
        *((f"Reaches {place_of(each)}", f"{each.may} ({', '.join(each.scopes)})") for each in read_resources(row)),
    )
    title = f"Organization access token “{token.label}” of {params.organization}"
    return Answer(title, ("What", "Value"), rows, len(rows))


def body_of(params: OrganizationTokenCreate) -> dict[str, Any]:
    """What is sent for a new token; raises `UserError` for one that would reach nothing."""
    resources = wanted_resources(params.organization, params.repos, params.org_scopes)
    if not resources:
        raise UserError(
            f"“{params.label}” would reach nothing. Give at least one of "
            f"--repo {params.organization}/<name>:image-pull and --org-scope member-read."
        )
    description = {"description": params.description} if params.description else {}
    return {
        "label": params.label,
        **description,
        "resources": [resource.as_json() for resource in resources],
        **expiry_json(params.expires),
    }


async def preview_create(hub: Hub, params: OrganizationTokenCreate) -> Preview:
    """What the new token may reach."""
    check_expiry(params.expires)
    body = body_of(params)
    resources = wanted_resources(params.organization, params.repos, params.org_scopes)
    tokens = await read_tokens(hub, params.organization)
    reach = await changes_of_reach(hub, params.organization, (), resources)
    subject = f"Organization access token “{params.label}” of {params.organization}"
    full = (
        (f"{params.organization} has {count(len(tokens), 'token')}. {ALLOWED}.",) if len(tokens) >= TEAM_LIMIT else ()
    )
    return Preview(
        (Change(subject, None, f"active, {expiry_text(params.expires)}"), *reach),
        notes=(
            "Whoever holds it acts as the organization. The token is shown once, to the requester alone.",
            *full,
            *limit_notes(params.description, resources, params.expires),
            *namesakes(tokens, params.label),
        ),
        basis=body,
    )


async def create(hub: Hub, params: OrganizationTokenCreate) -> Outcome:
    """Make the token; its secret is in Docker Hub's answer and never again."""
    with owners_only(params.organization):
        data = (await hub.post(TOKENS, json=body_of(params), organization=params.organization)).data
    made, secret = read_new(data, Call("POST", TOKENS, TOKENS, writes=True), key="id")

    async def take_back() -> None:
        await hub.delete(TOKEN, organization=params.organization, token=made)

    summary = f"{params.organization} has the organization access token “{params.label}”; it "
    return Outcome(summary + expiry_text(params.expires), secret=secret, take_back=take_back)


def update_body(params: OrganizationTokenUpdate, current: Sequence[Resource]) -> dict[str, Any]:
    """What was given, and of the resources the whole, since Docker Hub replaces them; raises where none is left."""
    body: dict[str, Any] = {}
    if params.label is not None:
        body["label"] = params.label
    if params.description is not None:
        body["description"] = params.description
    if params.repos or params.org_scopes:
        wanted = wanted_resources(params.organization, params.repos, params.org_scopes, current=current)
        if not wanted:
            raise UserError(f"“{params.token}” would reach nothing any more. Switch it off instead: --active off.")
        body["resources"] = [resource.as_json() for resource in wanted]
    if params.active is not None:
        body["is_active"] = params.active == "on"
    if not body:
        flags = "--label, --description, --active on or off, --repo or --org-scope"
        raise UserError(f"Say what shall change: {flags}.")
    return body


async def wanted_changes(
    hub: Hub, token: Token, row: dict[str, Any], params: OrganizationTokenUpdate
) -> tuple[Change, ...]:
    """What differs from what was asked for."""
    current = read_resources(row)
    body = update_body(params, current)
    changes = common_changes(token, label=params.label, active=params.active)
    if params.description is not None and params.description != row.get("description"):
        before = str(row["description"]) if "description" in row else "not shown by Docker Hub"
        changes += (Change("Description", before or None, params.description or None),)
    if "resources" in body:
        changes += await changes_of_reach(hub, params.organization, current, read_resources(body))
    return changes


async def preview_update(hub: Hub, params: OrganizationTokenUpdate) -> Preview:
    """The token before and after; a no-op where it is as asked, under its new label too."""
    tokens = await read_tokens(hub, params.organization)
    token = find_token(tokens, params.token)
    renamed = find_token(tokens, params.label) if token is None and params.label else None
    found = token or renamed
    if found is None:
        raise UserError(missing(tokens, params))
    row = await read_whole(hub, params.organization, found)
    changes = await wanted_changes(hub, found, row, params)
    if not changes:
        return Preview((), notes=(f"“{found.label}” is so already.",))
    if token is None:
        raise UserError(missing(tokens, params))
    if token.is_expired:
        raise UserError(
            f"“{token.label}” expired on {day(token.expires_at)}, and an expired token can only be deleted. "
            "Make a new one: /hub oat create."
        )
    current = read_resources(row)
    notes = history_notes(token, current, stops=token.is_active and params.active == "off")
    notes += limit_notes(params.description, read_resources(update_body(params, current)))
    notes += namesakes(tokens, params.label, but=token.id) if params.label else ()
    before = [token.id, row.get("description"), token.is_active, [each.as_json() for each in current]]
    basis = [*before, update_body(params, current)]
    return Preview(changes, notes=notes, basis=basis, about=whose(hub, token))


async def update(hub: Hub, params: OrganizationTokenUpdate) -> Outcome:
    """Send what was given."""
    token = await require_token(hub, params)
    current = read_resources(await read_whole(hub, params.organization, token))
    body = update_body(params, current)
    with owners_only(params.organization):
        await hub.patch(TOKEN, json=body, organization=params.organization, token=token.id)
    return Outcome(f"The organization access token “{token.label}” is changed{new_state(params.label, params.active)}")


async def preview_delete(hub: Hub, params: OneOrganizationToken) -> Preview:
    """Which token would go, what it reaches, and when it was last used; a no-op where there is none."""
    tokens = await read_tokens(hub, params.organization)
    token = find_token(tokens, params.token)
    if token is None:
        return Preview((), notes=(missing(tokens, params),))
    resources = read_resources(await read_whole(hub, params.organization, token))
    change = Change(f"Organization access token “{token.label}” of {params.organization}", token.state, None)
    notes = (*history_notes(token, resources, stops=token.state == "active"), "A deleted token does not come back.")
    return Preview((change,), notes=notes, basis=["delete", token.id], about=whose(hub, token))


async def delete(hub: Hub, params: OneOrganizationToken) -> Outcome:
    """Delete it for good."""
    token = await require_token(hub, params)
    with owners_only(params.organization):
        await hub.delete(TOKEN, organization=params.organization, token=token.id)
    return Outcome(f"The organization access token “{token.label}” of {params.organization} is deleted")


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="oat.list",
        title="List org tokens",
        summary="List the organization access tokens",
        params=OrganizationTokenList,
        run=list_tokens,
        endpoint="GET /v2/orgs/{org_name}/access-tokens",
        needs=NEEDS,
    ),
    Read(
        name="oat.show",
        title="Show an org token",
        summary="Show an organization access token and what it reaches",
        params=OneOrganizationToken,
        run=show_token,
        endpoint="GET /v2/orgs/{org_name}/access-tokens/{access_token_id}",
        needs=NEEDS,
    ),
    Write(
        name="oat.create",
        title="Create an org token",
        summary="Create an organization access token",
        params=OrganizationTokenCreate,
        preview=preview_create,
        execute=create,
        endpoint="POST /v2/orgs/{org_name}/access-tokens",
        hub_action="org.access_token.create",
        subjects=lambda params: (params.organization, params.label),
        alone_with=lambda _: ("the organization access tokens",),
        observable=False,
        makes_secret=True,
        needs=NEEDS,
    ),
    Write(
        name="oat.update",
        title="Update an org token",
        summary="Change an organization access token, or switch it off or on",
        params=OrganizationTokenUpdate,
        preview=preview_update,
        execute=update,
        endpoint="PATCH /v2/orgs/{org_name}/access-tokens/{access_token_id}",
        hub_action="org.access_token.update",
        subjects=lambda params: (params.organization, params.token, params.label or params.token),
        alone_with=lambda _: ("the organization access tokens",),
        needs=NEEDS,
    ),
    Write(
        name="oat.delete",
        title="Delete an org token",
        summary="Delete an organization access token",
        params=OneOrganizationToken,
        preview=preview_delete,
        execute=delete,
        endpoint="DELETE /v2/orgs/{org_name}/access-tokens/{access_token_id}",
        hub_action="org.access_token.delete",
        subjects=lambda params: (params.organization, params.token),
        alone_with=lambda _: ("the organization access tokens",),
        destructive=True,
        needs=NEEDS,
    ),
)
