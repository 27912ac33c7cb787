"""Organization access tokens: new ones, changed ones, and their end."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from bot.errors import UserError, at_fault
from bot.hub import Call, Hub
from bot.operations.kit.base import Change, Operation, Outcome, Params, Preview, Write
from bot.operations.kit.consequences import Harm, Risk
from bot.operations.kit.fields import Organization
from bot.operations.kit.text import count, day
from bot.operations.tokens.access_tokens import (
    LOCKS_OUT,
    Description,
    Label,
    LastDay,
    Switch,
    Token,
    check_expiry,
    common_changes,
    endless,
    expiry_json,
    expiry_text,
    find_token,
    namesakes,
    new_state,
    read_new,
    switch_back,
    update_heading,
    whose,
)
from bot.operations.tokens.organization_reads import (
    ALLOWED,
    NEEDS,
    READS,
    TEAM_LIMIT,
    TOKEN,
    TOKENS,
    OneOrganizationToken,
    missing,
    owners_only,
    read_tokens,
    read_whole,
    require_token,
)
from bot.operations.tokens.resources import (
    Grants,
    OrganizationScopes,
    Resource,
    changes_of_reach,
    history_notes,
    limit_notes,
    read_resources,
    wanted_resources,
)

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


class OrganizationTokenCreate(Params):
    """A new token of the organization."""

    organization: Organization
    label: Label
    repos: Grants = REPOS_FIELD
    org_scopes: OrganizationScopes = SCOPES_FIELD
    expires: LastDay
    description: Description = Field("", title="Description", description="More about what it is for")


class OrganizationTokenUpdate(OneOrganizationToken):
    """What to change; a kind of resource that is not given stays as it is, and `none` takes it away."""

    label: Label | None = Field(None, title="New label", description="What it is called from now on")
    description: Description | None = Field(None, title="New description", description="More about what it is for")
    active: Switch | None = Field(None, title="Switch", description="Off: it stops working until it is on again")
    repos: Grants = REPOS_FIELD
    org_scopes: OrganizationScopes = SCOPES_FIELD


def body_of(params: OrganizationTokenCreate) -> dict[str, Any]:
    """What is sent for a new token; raises `UserError` for one that would reach nothing."""
    resources = wanted_resources(params.organization, params.repos, params.org_scopes)
    if not resources:
        raise at_fault(
            "repos",
            f"“{params.label}” would reach nothing. Give at least one repository, such as "
            f"{params.organization}/<name>:image-pull, or one organization scope, such as member-read.",
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
            raise UserError(f"“{params.token}” would reach nothing any more. Switch it off instead.")
        body["resources"] = [resource.as_json() for resource in wanted]
    if params.active is not None:
        body["is_active"] = params.active == "on"
    if not body:
        raise UserError("Nothing would be different: change the label, the description, the switch or what it reaches.")
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
        raise at_fault("token", missing(tokens, params))
    row = await read_whole(hub, params.organization, found)
    changes = await wanted_changes(hub, found, row, params)
    if not changes:
        return Preview((), notes=(f"“{found.label}” is so already.",))
    if token is None:
        raise at_fault("token", missing(tokens, params))
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
    notes = history_notes(token, resources, stops=False)  # its risk says what stops
    return Preview((change,), notes=tuple(notes), basis=["delete", token.id], about=whose(hub, token))


async def delete(hub: Hub, params: OneOrganizationToken) -> Outcome:
    """Delete it for good."""
    token = await require_token(hub, params)
    with owners_only(params.organization):
        await hub.delete(TOKEN, organization=params.organization, token=token.id)
    return Outcome(f"The organization access token “{token.label}” of {params.organization} is deleted")


def create_risks(params: OrganizationTokenCreate, _: Preview) -> tuple[Risk, ...]:
    """A token is power in itself; one without an end more so."""
    acts = Risk(Harm.POWER, f"Whoever holds it acts as {params.organization}, within what it reaches.")
    return (acts, *endless(params.expires))


def update_risks(_: OrganizationTokenUpdate, would: Preview) -> tuple[Risk, ...]:
    """A token that reaches more than before gives that to whoever holds it."""
    reaches_more = any(change.subject.startswith("Reach: ") and change.after for change in would.changes)
    return (Risk(Harm.POWER, "Whoever holds it may do more at once."),) if reaches_more else ()


def titled(params: OrganizationTokenUpdate, _: Preview) -> str:
    """What happens to it."""
    more = bool(params.repos or params.org_scopes or params.description is not None)
    return update_heading("org token", params.token, label=params.label, active=params.active, more=more)


OPERATIONS: tuple[Operation, ...] = (
    *READS,
    Write(
        name="oat.create",
        title="Create an org token",
        summary="Create an organization access token",
        also_called=("new token", "access token", "ci token", "service account", "machine user"),
        verb="Ask for the token",
        heading=lambda params, _: f"Create org token “{params.label}” of {params.organization}",
        risks=create_risks,
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
        also_called=("disable token", "enable token", "rename token", "token scopes"),
        verb="Ask to change the token",
        heading=titled,
        risks=update_risks,
        inverse=lambda params, would: switch_back("oat.update", params, would.changes),
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
        also_called=("revoke token", "remove token"),
        verb="Ask to delete the token",
        heading=lambda params, _: f"Delete org token “{params.token}” of {params.organization}",
        risks=lambda *_: (LOCKS_OUT,),
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
