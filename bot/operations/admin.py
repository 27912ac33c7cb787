"""What the bot itself may do: Docker Hub's rate limits, and as whom it is logged in."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

from bot.hub import Hub, HubError, HubRejected, NotFoundError, RateLimit, UnauthorizedError
from bot.hub.limits import family
from bot.operations.audit_log import ACTIONS, AUDIT_LOGS
from bot.operations.invites import INVITES
from bot.operations.kit.base import Answer, Cell, Operation, Params, Read
from bot.operations.kit.fields import Organization
from bot.operations.members import MEMBERS, find_editors, find_member, role_of
from bot.operations.repositories.repositories import REPOSITORIES
from bot.operations.scim.configuration import CONFIG
from bot.operations.scim.users import USERS
from bot.operations.teams.teams import TEAMS
from bot.operations.tokens.organization_reads import TOKENS as ORGANIZATION_TOKENS

PERSONAL_TOKENS = "/v2/access-tokens"
SETTINGS = "/v2/orgs/{organization}/settings"
# One cheap read of each family of routes that has one.
ASKED = (MEMBERS, TEAMS, INVITES, SETTINGS, ORGANIZATION_TOKENS, REPOSITORIES, AUDIT_LOGS, ACTIONS)
LISTS = frozenset({MEMBERS, TEAMS, ORGANIZATION_TOKENS, REPOSITORIES, AUDIT_LOGS})
OAT = "organization access token"


class Limits(Params):
    """The organization whose lists are asked, to have fresh numbers."""

    organization: Organization


class WhoAmI(Params):
    """The organization in which the bot's role is looked up."""

    organization: Organization


async def show_limits(hub: Hub, params: Limits) -> Answer:
    """What is left of each route family's requests a minute; and apart from them, of the registry's image pulls."""
    pulls, *errors = await asyncio.gather(pull_row(hub), *refreshing(hub, params.organization))
    limits = sorted(known_limits(hub), key=lambda limit: limit.share)
    if not limits and (error := next((each for each in errors if each is not None), None)):
        raise error
    rows: list[tuple[Cell, ...]] = [
        (limit.family, f"{limit.remaining:,}", f"{limit.limit:,} a minute", limit.reset_at) for limit in limits
    ]
    row, note = pulls
    rows += [row] if row else []
    said = "" if limits else "Docker Hub sent no rate limits of its API. "
    return Answer(
        "Docker Hub's rate limits", ("Routes", "Left", "Of", "Full again"), tuple(rows), len(rows), said + note
    )


def known_limits(hub: Hub) -> tuple[RateLimit, ...]:
    """The last snapshot of each family, SCIM's too."""
    return (*hub.rate_limits, *(hub.scim.rate_limits if hub.scim else ()))


def refreshing(hub: Hub, organization: str) -> list[Coroutine[Any, Any, HubError | None]]:
    """One read of each family, for the headers of its answer."""
    # Of what is spent nothing new is to be learnt, and asking would wait for the reset.
    now = datetime.now(UTC)
    spent = {limit.family for limit in known_limits(hub) if not limit.remaining and limit.reset_at > now}
    work = [
        touch(hub, template, {"page_size": "1"} if template in LISTS else {}, organization=organization)
        for template in ASKED
        if family(template) not in spent
    ]
    if hub.identity.kind != OAT:
        work.append(touch(hub, PERSONAL_TOKENS, {"page_size": "1"}))
    if hub.scim is not None:
        work += [touch(hub.scim, CONFIG, {}), touch(hub.scim, USERS, {"count": "1"})]
    return work


async def touch(hub: Hub, template: str, query: dict[str, str], **segments: str) -> HubError | None:
    """Read once; the error where that failed. A refusal tells the limit as well as an answer does."""
    try:
        await hub.get(template, query=query, **segments)
    except HubError as error:
        return error
    return None


async def pull_row(hub: Hub) -> tuple[tuple[Cell, ...] | None, str]:
    """The image-pull limit as a row, where the registry tells one, and what there is to say of it."""
    if hub.registry is None:
        return (
            None,
            "These are the API's limits. Image pulls have their own, and Hubwarden is not told where to ask for it.",
        )
    try:
        limit = await hub.registry.pull_limit()
    except HubError as error:
        reason = error.detail or error.status or "no answer"
        return None, (
            "These are the API's limits. Image pulls have their own, which is not known: the registry could not be "
            f"asked ({reason})."
        )
    if limit is None:
        return None, "These are the API's limits. The registry names no limit of image pulls for this address."
    window = f" in {limit.window / 3600:g} h" if limit.window else ""
    row = ("image pulls", f"{limit.remaining:,}", f"{limit.limit:,}{window}", "–")
    return row, "Image pulls are counted apart: these are of the address of the bot's machine, without a log-in."


async def show_identity(hub: Hub, params: WhoAmI) -> Answer:
    """As whom the bot is logged in, what it is in the organization, and whether SCIM is there."""
    standing, scim = await asyncio.gather(find_standing(hub, params.organization), find_scim(hub))
    kind = hub.identity.kind
    rows: tuple[tuple[str, str], ...] = (
        ("Account", hub.identity.name),
        ("Logged in with", f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"),
        ("Organization", params.organization),
        *standing,
        ("SCIM", scim),
    )
    note = "Docker Hub's API does not list an account's organizations; --organization asks for another one."
    return Answer("As whom Hubwarden is logged in", ("What", "Docker Hub says"), rows, len(rows), note)


async def find_standing(hub: Hub, organization: str) -> tuple[tuple[str, str], ...]:
    """The account's role and teams in the organization; for an organization access token, what it reaches."""
    name = hub.identity.name.lower()
    if hub.identity.kind == OAT:
        return (("Role", await find_reach(hub, organization, name)),)
    try:
        member, editors = await asyncio.gather(
            find_member(hub, organization, name), find_editors(hub, organization, search=name)
        )
    except (UnauthorizedError, NotFoundError) as error:
        return (("Role", f"none that can be seen ({refusal_text(error)})"),)
    if member is None:
        return (("Role", "none: no member of it"),)
    teams = ", ".join(sorted(member.get("groups") or ()))
    return ("Role", role_of(member, editors)), ("Teams", teams or "–")


async def find_reach(hub: Hub, organization: str, name: str) -> str:
    """What an organization access token is in the organization: it has scopes, and no role."""
    if name != organization:
        return f"none: the token is one of {name}"
    try:
        await hub.get(MEMBERS, query={"page_size": "1"}, organization=organization)
    except UnauthorizedError as error:
        return f"none, but the token's scopes; scope-member-read is not among them ({refusal_text(error)})"
    return "none, but the token's scopes; scope-member-read is among them"


async def find_scim(hub: Hub) -> str:
    """Whether SCIM is there, by asking it."""
    if hub.scim is None:
        return "not asked: the bot has no SCIM token"
    try:
        await hub.scim.get(CONFIG)
    except HubRejected as error:
        return f"refused ({refusal_text(error)})"
    return "there, and takes the bot's SCIM token"


def refusal_text(error: HubRejected) -> str:
    """`403: this is not part of your subscription`."""
    return ": ".join(str(part) for part in (error.status, error.detail) if part)


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="limits",
        title="Show rate limits",
        summary="Show what is left of Docker Hub's rate limits",
        params=Limits,
        run=show_limits,
        endpoint="X-RateLimit headers of every answer",
    ),
    Read(
        name="whoami",
        title="Show the bot's account",
        summary="Show as whom the bot is logged in to Docker Hub",
        params=WhoAmI,
        run=show_identity,
        endpoint="GET /v2/orgs/{org_name}/members",
        scopes=("scope-member-read",),
    ),
)
