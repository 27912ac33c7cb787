"""Organization access tokens as Docker Hub has them: which there are, who made them, and what each reaches."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Annotated, Any

from bot.errors import at_fault
from bot.hub import Hub
from bot.operations.kit.base import Answer, Choices, Lookup, Operation, Params, Read
from bot.operations.kit.fields import Organization
from bot.operations.kit.refusals import needing
from bot.operations.kit.text import count, day, moment
from bot.operations.tokens.access_tokens import Token, TokenReference, find_token, missing_text, name_choices
from bot.operations.tokens.resources import place_of, read_resources

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
        raise at_fault("token", missing(tokens, params))
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


READS: tuple[Operation, ...] = (
    Read(
        name="oat.list",
        title="List org tokens",
        summary="List the organization access tokens",
        also_called=("access tokens", "service accounts"),
        params=OrganizationTokenList,
        run=list_tokens,
        endpoint="GET /v2/orgs/{org_name}/access-tokens",
        needs=NEEDS,
    ),
    Read(
        name="oat.show",
        title="Show an org token",
        summary="Show an organization access token and what it reaches",
        also_called=("access token", "what a token reaches"),
        params=OneOrganizationToken,
        run=show_token,
        endpoint="GET /v2/orgs/{org_name}/access-tokens/{access_token_id}",
        needs=NEEDS,
    ),
)
