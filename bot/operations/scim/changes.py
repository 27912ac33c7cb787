"""What SCIM can change: make a user, rename one, deactivate one and let one in again."""

import asyncio
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from bot.errors import UserError, at_fault
from bot.hub import Hub
from bot.operations.kit.base import Change, Operation, Outcome, Params, Preview, Write
from bot.operations.kit.beneficiaries import somebody
from bot.operations.kit.consequences import Harm, Prepared, Risk
from bot.operations.kit.fields import Organization, Text, refuse
from bot.operations.kit.people import EMAIL, one_person
from bot.operations.kit.text import count
from bot.operations.members import MEMBERS, find_editors, find_member, leaving, refuse_last_owner, role_of
from bot.operations.scim.configuration import NEEDS, scim_of
from bot.operations.scim.users import (
    USER,
    USERS,
    OneUser,
    as_text,
    find_user,
    is_active,
    require_user,
    state,
    whose,
)

SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"
LONGEST_NAME = 255
UNLOGGED = "Docker Hub's audit log does not show it; Hubwarden's audit trail does."


def check_address(value: str) -> str:
    """An e-mail address, which is what SCIM's userName is."""
    if not EMAIL.fullmatch(value) or not value.isprintable():
        raise refuse(f"“{value}” is no e-mail address, which is what SCIM's userName has to be")
    return value


def check_name(value: str) -> str:
    """Part of somebody's name, on one line."""
    if len(value) > LONGEST_NAME or not value.isprintable():
        raise refuse(f"“{value[:80]}” is no name: one line of at most {LONGEST_NAME} characters that can be seen")
    return value


PersonName = Annotated[Text, AfterValidator(check_name)]


class UserCreate(Params):
    """A new user."""

    organization: Organization
    email: Annotated[Text, BeforeValidator(one_person), AfterValidator(check_address)] = Field(
        title="E-mail", description="The address, which is SCIM's userName; it has to be reachable"
    )
    given_name: PersonName | None = Field(None, title="Given name", description="Such as Jon")
    family_name: PersonName | None = Field(None, title="Family name", description="Such as Snow")


class UserUpdate(OneUser):
    """The name that a user gets; the part that is not given stays."""

    given_name: PersonName | None = Field(None, title="Given name", description="Such as Jon; cannot be cleared")
    family_name: PersonName | None = Field(None, title="Family name", description="Such as Snow; cannot be cleared")


async def preview_create(hub: Hub, params: UserCreate) -> Preview:
    """Who would be there; a no-op where the user is there and active."""
    existing, members = await asyncio.gather(
        find_user(hub, params.email),
        hub.pages(MEMBERS, query={"search": params.email, "type": "member"}, organization=params.organization),
    )
    if existing is not None:
        return already_there(params, existing)
    wanted = {"userName": params.email, "name": name_json(params, {})}
    change = Change(f"SCIM user {params.email}", None, f"active{named(as_text(wanted['name']))}")
    member = next((m for m in members.data if str(m.get("email") or "").lower() == params.email.lower()), None)
    joins = (
        f"{member['username']}, a member of {params.organization} already, has this address."
        if member is not None
        else f"Whoever has this address joins {params.organization}, in the team “company”, and takes a seat."
    )
    about = somebody(params.email, str((member or {}).get("username") or ""))
    return Preview((change,), notes=(joins, whose_token(params.organization), UNLOGGED), basis=wanted, about=about)


def already_there(params: UserCreate, user: dict[str, Any]) -> Preview:
    """Nothing to do; raises `UserError` where the user is there and deactivated."""
    if not is_active(user):
        raise at_fault(
            "email",
            f"SCIM has {params.email} already, deactivated. “/hub scim user activate {params.email}” brings them back.",
        )
    current = name_of(user)
    is_renamed = name_json(params, current) != current
    way_out = " “/hub scim user update” changes the name." if is_renamed else ""
    return Preview((), notes=(f"SCIM has {params.email} already, active{named(as_text(current))}.{way_out}",))


def whose_token(organization: str) -> str:
    """What nobody can check from here."""
    return f"SCIM acts where the bot's SCIM token belongs; no API tells whether that is {organization}."


def named(name: str) -> str:
    """` as “Jon Snow”`, or nothing."""
    return f", as “{name}”" if name else ""


def name_of(user: dict[str, Any]) -> dict[str, str]:
    """The parts of a user's name that are not empty."""
    name = user.get("name") or {}
    return {key: str(name[key]) for key in ("givenName", "familyName") if name.get(key)}


def name_json(params: UserCreate | UserUpdate, current: dict[str, str]) -> dict[str, str]:
    """The whole name, where the part that is not given stays: one part alone could clear the other."""
    given = {"givenName": params.given_name, "familyName": params.family_name}
    return current | {key: value for key, value in given.items() if value is not None}


async def create(hub: Hub, params: UserCreate) -> Outcome:
    """Make the user."""
    name = name_json(params, {})
    body: dict[str, Any] = {"schemas": [SCHEMA], "userName": params.email} | ({"name": name} if name else {})
    with scim_of(hub) as scim:
        user = (await scim.post(USERS, json=body)).data
    username = user.get("displayName") if isinstance(user, dict) else None
    return Outcome(f"SCIM has {params.email}" + (f", whose Docker ID is {username}" if username else ""))


async def put(hub: Hub, user: dict[str, Any], *, enabled: bool, name: dict[str, str] | None = None) -> None:
    """Write a user. `enabled` always goes along, or the user would be deactivated; without a name, the name stays."""
    body: dict[str, Any] = {"schemas": [SCHEMA], "enabled": enabled} | ({"name": name} if name else {})
    with scim_of(hub) as scim:
        await scim.put(USER, json=body, user=str(user["id"]))


async def preview_update(hub: Hub, params: UserUpdate) -> Preview:
    """The name before and after; whether the user is active stays as it is."""
    if params.given_name is None and params.family_name is None:
        raise UserError(
            "Give a given name, a family name or both: the name is all of a SCIM user that can be updated. "
            "“/hub scim user deactivate” and “activate” are for the rest."
        )
    user = await require_user(hub, params)
    before = name_of(user)
    after = name_json(params, before)
    if before == after:
        return Preview((), notes=(f"{user.get('userName')} is called “{as_text(before)}” already.",))
    change = Change(f"Name of SCIM user {user.get('userName')}", as_text(before) or "none", as_text(after))
    notes = (f"The user stays {state(user)}.", whose_token(params.organization), UNLOGGED)
    basis = {"id": user.get("id"), "name": before, "active": is_active(user)}
    return Preview((change,), notes=notes, basis=basis, about=whose(user))


async def update(hub: Hub, params: UserUpdate) -> Outcome:
    """Change the name."""
    user = await require_user(hub, params)
    name = name_json(params, name_of(user))
    await put(hub, user, enabled=is_active(user), name=name)
    return Outcome(f"{user.get('userName')} is called {as_text(name)}")


async def preview_deactivate(hub: Hub, params: OneUser) -> Preview:
    """What ends, and for whom: the membership, its role and its teams. The last owner stays."""
    user = await require_user(hub, params)
    address, username = user.get("userName"), str(user.get("displayName") or "").lower()
    if not is_active(user):
        return Preview((), notes=(f"{address} is deactivated already.",))
    changes, notes = await what_ends(hub, params.organization, username)
    comes_back = "Where the identity provider still assigns them, its next synchronization can activate them again."
    change = Change(f"SCIM user {address}", "active", "deactivated")
    notes = (*notes, comes_back, whose_token(params.organization), UNLOGGED)
    return Preview((change, *changes), notes=notes, about=whose(user))


async def what_ends(hub: Hub, organization: str, username: str) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """The membership that goes with a SCIM user; raises `UserError` for the last owner."""
    if not username:
        return (), ("SCIM does not say which Docker ID is theirs.",)
    if username == hub.identity.name.lower():
        own = f"{username} is the bot's own account: deactivated, it could not even activate itself again."
        raise at_fault("user", own)
    member, editors = await asyncio.gather(
        find_member(hub, organization, username), find_editors(hub, organization, search=username)
    )
    if member is None:
        return (), (f"{username} is no member of {organization}, so nothing ends there.",)
    role = role_of(member, editors)
    if role == "owner":
        await refuse_last_owner(hub, organization, username)
    teams = count(len(member.get("groups") or ()), "team")
    loses = (
        f"{username} can no longer log in through SSO, and loses all that {organization} and its {teams} gave them; "
        "the Docker account itself and what it pushed stay."
    )
    return leaving(organization, member, role), (loses,)


async def deactivate(hub: Hub, params: OneUser) -> Outcome:
    """Deactivate the user; SCIM of Docker Hub deletes nobody."""
    user = await require_user(hub, params)
    await put(hub, user, enabled=False)
    return Outcome(f"{user.get('userName')} is deactivated")


async def preview_activate(hub: Hub, params: OneUser) -> Preview:
    """Who comes back; a no-op where the user is active."""
    user = await require_user(hub, params)
    address = user.get("userName")
    if is_active(user):
        return Preview((), notes=(f"{address} is active already.",))
    who = user.get("displayName") or address
    back = (
        f"{who} is let into {params.organization} again and takes a seat. Docker does not say with which role and "
        "teams: “/hub member list” shows them afterwards."
    )
    change = Change(f"SCIM user {address}", "deactivated", "active")
    return Preview((change,), notes=(back, whose_token(params.organization), UNLOGGED), about=whose(user))


async def activate(hub: Hub, params: OneUser) -> Outcome:
    """Activate the user."""
    user = await require_user(hub, params)
    await put(hub, user, enabled=True)
    return Outcome(f"{user.get('userName')} is active")


def name_back(params: UserUpdate, would: Preview) -> Prepared | None:
    """The name as it is until now; None where a part of it is empty, since no request empties one."""
    before: dict[str, str] = would.basis["name"]
    parts = {"given_name": before.get("givenName"), "family_name": before.get("familyName")}
    given = {"given_name": params.given_name, "family_name": params.family_name}
    back = {key: parts[key] for key, value in given.items() if value is not None}
    if not all(back.values()):
        return None
    return Prepared("scim.user.update", {"organization": params.organization, "user": params.user, **back})


OPERATIONS: tuple[Operation, ...] = (
    Write(
        name="scim.user.create",
        title="Create a SCIM user",
        summary="Create a user by SCIM, who joins the organization",
        also_called=("provision", "add scim user"),
        verb="Ask to create the user",
        heading=lambda params, _: f"Create SCIM user {params.email}",
        params=UserCreate,
        preview=preview_create,
        execute=create,
        endpoint="POST /v2/scim/2.0/Users",
        hub_action=None,
        subjects=lambda params: (params.email,),
        alone_with=lambda params: (params.email, "a SCIM user by any name"),
        needs=NEEDS,
    ),
    Write(
        name="scim.user.update",
        title="Rename a SCIM user",
        summary="Change the name of a SCIM user",
        also_called=("change name",),
        verb="Ask to rename",
        heading=lambda params, would: f"Rename SCIM user {params.user} to {would.changes[0].after}",
        inverse=name_back,
        params=UserUpdate,
        preview=preview_update,
        execute=update,
        endpoint="PUT /v2/scim/2.0/Users/{id}",
        hub_action=None,
        subjects=lambda params: (params.user,),
        alone_with=lambda params: (params.user, "a SCIM user by any name"),
        needs=NEEDS,
    ),
    Write(
        name="scim.user.deactivate",
        title="Deactivate a SCIM user",
        summary="Deactivate a SCIM user, who leaves the organization",
        also_called=("deprovision", "disable user"),
        verb="Ask to deactivate",
        heading=lambda params, _: f"Deactivate SCIM user {params.user}",
        risks=lambda *_: (Risk(Harm.FINAL, "Who is let in again later need not get the same role and teams."),),
        params=OneUser,
        preview=preview_deactivate,
        execute=deactivate,
        endpoint="PUT /v2/scim/2.0/Users/{id}",
        hub_action=None,
        subjects=lambda params: (params.user,),
        alone_with=lambda params: (params.user, "a SCIM user by any name"),
        destructive=True,
        needs=NEEDS,
    ),
    Write(
        name="scim.user.activate",
        title="Activate a SCIM user",
        summary="Let a deactivated SCIM user in again",
        also_called=("reactivate", "enable user"),
        verb="Ask to activate",
        heading=lambda params, _: f"Let SCIM user {params.user} in again",
        inverse=lambda params, _: Prepared("scim.user.deactivate", params.model_dump(mode="json")),
        params=OneUser,
        preview=preview_activate,
        execute=activate,
        endpoint="PUT /v2/scim/2.0/Users/{id}",
        hub_action=None,
        subjects=lambda params: (params.user,),
        alone_with=lambda params: (params.user, "a SCIM user by any name"),
        needs=NEEDS,
    ),
)
