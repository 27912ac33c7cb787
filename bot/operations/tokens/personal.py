"""Personal access tokens of the bot's own account: Docker Hub shows nobody another person's."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from bot.errors import UserError, at_fault
from bot.hub import Call, Hub
from bot.operations.kit.base import Answer, Change, Choices, Lookup, Operation, Outcome, Params, Preview, Read, Write
from bot.operations.kit.consequences import Harm, Risk
from bot.operations.kit.fields import AtMost, Organization
from bot.operations.kit.menus import Explained
from bot.operations.kit.refusals import needing
from bot.operations.kit.text import count, day, moment
from bot.operations.tokens.access_tokens import (
    LOCKS_OUT,
    Label,
    LastDay,
    Switch,
    Token,
    TokenReference,
    check_expiry,
    common_changes,
    endless,
    expiry_json,
    expiry_text,
    find_token,
    missing_text,
    name_choices,
    namesakes,
    new_state,
    read_new,
    switch_back,
    update_heading,
)

TOKENS = "/v2/access-tokens"
TOKEN = "/v2/access-tokens/{uuid}"  # noqa: S105  an address
WHOSE = "The bot's own account"
NEEDS = "the bot logged in with a Docker ID, not with an organization access token"
TAKES = "a bot that is logged in with a Docker ID; an organization access token has none of them"
OWN_ONLY = (
    "These are the tokens of the bot's own account; Docker Hub shows nobody another person's, an administrator neither."
)
LOCKED_OUT = (
    "Whoever uses it is locked out at once. Docker Hub does not tell the bot which token it logs in with itself: "
    "if it is this one, the bot stops working."
)

Scope: TypeAlias = Literal["repo:read", "repo:write", "repo:admin", "repo:public_read"]

# https://docs.docker.com/security/access-tokens/reference/: each token has one of these, and it includes the lesser.
REACH: dict[str, str] = {
    "repo:public_read": "pull from public repositories",
    "repo:read": "pull from public and from its private repositories",
    "repo:write": "pull, and push to its repositories",
    "repo:admin": "pull, push, delete, and manage repositories and what else the account may manage",
}


PersonalLabel = Annotated[Label, AtMost(100, "label")]


async def choose_tokens(hub: Hub, lookup: Lookup) -> Sequence[str]:
    """The account's own tokens, for a form's menu."""
    return name_choices(await read_tokens(hub), lookup.typed)


class PersonalTokenList(Params):
    """Whose tokens is not asked: the bot's own."""

    organization: Organization


class OnePersonalToken(Params):
    """A token of the bot's own account."""

    organization: Organization
    token: Annotated[TokenReference, Choices(choose_tokens)]


class PersonalTokenCreate(Params):
    """A new token of the bot's own account."""

    organization: Organization
    label: PersonalLabel
    scope: Annotated[Scope, Explained(REACH)] = Field(
        title="Scope", description="How far it reaches; each includes the lesser ones"
    )
    expires: LastDay


class PersonalTokenUpdate(OnePersonalToken):
    """What to change; Docker Hub changes neither scope nor expiry afterwards."""

    label: PersonalLabel | None = Field(None, title="New label", description="What it is called from now on")
    active: Switch | None = Field(None, title="Switch", description="Off: it stops working until it is on again")


def own_account() -> AbstractContextManager[None]:
    """Says what a 403 means here."""
    return needing("keep personal access tokens", TAKES)


def read_token(row: dict[str, Any]) -> Token:
    """A token of Docker Hub's list."""
    by = f" ({row['generated_by']})" if row.get("generated_by") else ""
    return Token(
        id=str(row.get("uuid") or ""),
        label=str(row.get("token_label") or ""),
        is_active=bool(row.get("is_active")),
        made_by=f"the bot's own account{by}",
        created_at=row.get("created_at"),
        last_used_at=row.get("last_used"),
        expires_at=row.get("expires_at"),
        scopes=tuple(row.get("scopes") or ()),
    )


async def read_tokens(hub: Hub) -> list[Token]:
    """Every token of the bot's own account; raises `UserError` where it can have none."""
    with own_account():
        return [read_token(row) for row in (await hub.pages(TOKENS)).data]


def missing(tokens: Sequence[Token], reference: str) -> str:
    """That the account has no such token."""
    return missing_text(tokens, reference, whose=WHOSE, command="pat list")


async def require_token(hub: Hub, reference: str) -> Token:
    """The token that the label or id names; raises `UserError` where there is none, or where there are several."""
    tokens = await read_tokens(hub)
    token = find_token(tokens, reference)
    if token is None:
        raise at_fault("token", missing(tokens, reference))
    return token


async def list_tokens(hub: Hub, params: PersonalTokenList) -> Answer:
    """Every token of the bot's own account."""
    tokens = await read_tokens(hub)
    rows = tuple(
        (t.label, ", ".join(t.scopes) or "–", t.state, day(t.created_at), moment(t.last_used_at), day(t.expires_at))
        for t in tokens
    )
    columns = ("Label", "Scope", "State", "Made", "Last used", "Expires")
    active = sum(token.state == "active" for token in tokens)
    note = f"{active:,} of {count(len(tokens), 'token')} active. {OWN_ONLY}"
    return Answer("Personal access tokens of the bot's own account", columns, rows, len(rows), note)


async def show_token(hub: Hub, params: OnePersonalToken) -> Answer:
    """One token, from where it was made included."""
    listed = await require_token(hub, params.token)
    with own_account():
        row: dict[str, Any] = (await hub.get(TOKEN, uuid=listed.id)).data
    token = read_token(row)
    origin = ", ".join(str(part) for part in (row.get("creator_ip"), row.get("creator_ua")) if part)
    rows = (
        ("Label", token.label),
        ("Id", token.id),
        ("Scope", ", ".join(f"{scope}: {REACH.get(scope, scope)}" for scope in token.scopes) or "–"),
        ("State", token.state),
        ("Made", moment(token.created_at)),
        ("Made by", token.made_by),
        ("Made from", origin or "–"),
        ("Last used", moment(token.last_used_at)),
        ("Expires", moment(token.expires_at)),
    )
    return Answer(f"Personal access token “{token.label}”", ("What", "Value"), rows, len(rows), OWN_ONLY)


def body_of(params: PersonalTokenCreate) -> dict[str, Any]:
    """What is sent for a new token."""
    return {"token_label": params.label, "scopes": [params.scope], **expiry_json(params.expires)}


async def preview_create(hub: Hub, params: PersonalTokenCreate) -> Preview:
    """What the new token may reach."""
    check_expiry(params.expires)
    tokens = await read_tokens(hub)
    may = f"may {REACH[params.scope]} ({params.scope}); {expiry_text(params.expires)}"
    return Preview(
        (Change(f"Personal access token “{params.label}” of the bot's own account", None, may),),
        notes=(
            f"It reaches all that the bot's own account reaches, in {params.organization} and elsewhere.",
            "The token is shown once, to the requester alone.",
            *namesakes(tokens, params.label),
        ),
        basis=body_of(params),
    )


async def create(hub: Hub, params: PersonalTokenCreate) -> Outcome:
    """Make the token; its secret is in Docker Hub's answer and never again."""
    with own_account():
        data = (await hub.post(TOKENS, json=body_of(params))).data
    uuid, secret = read_new(data, Call("POST", TOKENS, TOKENS, writes=True), key="uuid")

    async def take_back() -> None:
        await hub.delete(TOKEN, uuid=uuid)

    summary = f"The bot's own account has the personal access token “{params.label}”; it {expiry_text(params.expires)}"
    return Outcome(summary, secret=secret, take_back=take_back)


def wanted_changes(token: Token, params: PersonalTokenUpdate) -> tuple[Change, ...]:
    """What differs from what was asked for."""
    return common_changes(token, label=params.label, active=params.active)


async def preview_update(hub: Hub, params: PersonalTokenUpdate) -> Preview:
    """The token before and after; a no-op where it is as asked, under its new label too."""
    if params.label is None and params.active is None:
        raise UserError("Nothing would be different: give it a new label, or switch it on or off.")
    tokens = await read_tokens(hub)
    token = find_token(tokens, params.token)
    if token is None:
        renamed = find_token(tokens, params.label) if params.label else None
        if renamed is None or wanted_changes(renamed, params):
            raise at_fault("token", missing(tokens, params.token))
        token = renamed
    changes = wanted_changes(token, params)
    if not changes:
        return Preview((), notes=(f"“{token.label}” is so already.",))
    switched_off = token.is_active and params.active == "off"
    notes = [f"“{token.label}” was {token.story}; it has the scope {', '.join(token.scopes) or 'none'}."]
    notes += [LOCKED_OUT] if switched_off else []
    notes += namesakes(tokens, params.label, but=token.id) if params.label else ()
    return Preview(changes, notes=tuple(notes), basis=[token.id, [[c.subject, c.before, c.after] for c in changes]])


async def update(hub: Hub, params: PersonalTokenUpdate) -> Outcome:
    """Send what was given."""
    token = await require_token(hub, params.token)
    body: dict[str, Any] = {"token_label": params.label} if params.label is not None else {}
    body |= {"is_active": params.active == "on"} if params.active is not None else {}
    with own_account():
        await hub.patch(TOKEN, json=body, uuid=token.id)
    return Outcome(f"The personal access token “{token.label}” is changed{new_state(params.label, params.active)}")


async def preview_delete(hub: Hub, params: OnePersonalToken) -> Preview:
    """Which token would go, and when it was last used; a no-op where there is none."""
    tokens = await read_tokens(hub)
    token = find_token(tokens, params.token)
    if token is None:
        return Preview((), notes=(missing(tokens, params.token),))
    subject = f"Personal access token “{token.label}” of the bot's own account"
    change = Change(subject, f"{token.state}, {', '.join(token.scopes) or 'no scope'}", None)
    notes = (f"It was {token.story}.", LOCKED_OUT)
    return Preview((change,), notes=notes, basis=["delete", token.id])


async def delete(hub: Hub, params: OnePersonalToken) -> Outcome:
    """Delete it for good."""
    token = await require_token(hub, params.token)
    with own_account():
        await hub.delete(TOKEN, uuid=token.id)
    return Outcome(f"The personal access token “{token.label}” of the bot's own account is deleted")


def create_risks(params: PersonalTokenCreate, _: Preview) -> tuple[Risk, ...]:
    """It is as powerful as the bot's own account, as far as its scope lets it."""
    may = Risk(Harm.POWER, f"Whoever holds it may {REACH[params.scope]}, as the bot's own account.")
    return (may, *endless(params.expires))


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="pat.list",
        title="List personal tokens",
        summary="List the personal access tokens of the bot's own account",
        also_called=("the bot's tokens",),
        params=PersonalTokenList,
        run=list_tokens,
        endpoint="GET /v2/access-tokens",
        needs=NEEDS,
    ),
    Read(
        name="pat.show",
        title="Show a personal token",
        summary="Show a personal access token of the bot's own account",
        also_called=("the bot's token",),
        params=OnePersonalToken,
        run=show_token,
        endpoint="GET /v2/access-tokens/{uuid}",
        needs=NEEDS,
    ),
    Write(
        name="pat.create",
        title="Create a personal token",
        summary="Create a personal access token of the bot's own account",
        also_called=("new personal token", "pat"),
        verb="Ask for the token",
        heading=lambda params, _: f"Create personal token “{params.label}” ({params.scope})",
        risks=create_risks,
        params=PersonalTokenCreate,
        preview=preview_create,
        execute=create,
        endpoint="POST /v2/access-tokens",
        hub_action=None,
        subjects=lambda params: (params.label,),
        alone_with=lambda _: ("the personal access tokens",),
        observable=False,
        makes_secret=True,
        needs=NEEDS,
    ),
    Write(
        name="pat.update",
        title="Update a personal token",
        summary="Rename or switch a personal access token of the bot's own account",
        also_called=("disable personal token", "enable personal token", "rename personal token"),
        verb="Ask to change the token",
        heading=lambda p, _: update_heading("personal token", p.token, label=p.label, active=p.active),
        inverse=lambda params, would: switch_back("pat.update", params, would.changes),
        params=PersonalTokenUpdate,
        preview=preview_update,
        execute=update,
        endpoint="PATCH /v2/access-tokens/{uuid}",
        hub_action=None,
        subjects=lambda params: (params.token,),
        alone_with=lambda _: ("the personal access tokens",),
        needs=NEEDS,
    ),
    Write(
        name="pat.delete",
        title="Delete a personal token",
        summary="Delete a personal access token of the bot's own account",
        also_called=("revoke personal token", "remove personal token"),
        verb="Ask to delete the token",
        heading=lambda params, _: f"Delete personal token “{params.token}”",
        risks=lambda *_: (LOCKS_OUT,),
        params=OnePersonalToken,
        preview=preview_delete,
        execute=delete,
        endpoint="DELETE /v2/access-tokens/{uuid}",
        hub_action=None,
        subjects=lambda params: (params.token,),
        alone_with=lambda _: ("the personal access tokens",),
        destructive=True,
        needs=NEEDS,
    ),
)
