"""People as the organization's identity provider sees them: SCIM's users."""

import json
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from bot.errors import at_fault
from bot.hub import Call, Hub, HubProtocolError, NotFoundError
from bot.operations.kit.base import Answer, Beneficiary, ByAnyName, Cell, Mentions, Operation, Params, Read
from bot.operations.kit.beneficiaries import somebody
from bot.operations.kit.fields import Name, Organization, Sought, Text, check_invitee, refuse, split_words
from bot.operations.kit.pages import Names
from bot.operations.kit.people import one_person
from bot.operations.kit.text import moment, nearest_hint
from bot.operations.scim.configuration import NEEDS, scim_of
from bot.operations.scim.filter import checked

USERS = "/v2/scim/2.0/Users"
USER = "/v2/scim/2.0/Users/{user}"
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)?")


def check_reference(value: str) -> str:
    """A SCIM user's id, e-mail address or Docker ID."""
    return value.lower() if UUID.fullmatch(value) else check_invitee(value)


def check_filter(value: str) -> str:
    """A SCIM filter with Docker's operators."""
    try:
        return checked(value) if value else value
    except ValueError as error:
        raise refuse(str(error)) from None


def check_attribute(value: str) -> str:
    """An attribute's name, such as userName or name.givenName; a sort order may begin with -."""
    if not ATTRIBUTE.fullmatch(value.removeprefix("-")):
        raise refuse(f"“{value}” is no attribute such as userName or name.givenName; “/hub scim schema User” has them")
    return value


def check_plain_attribute(value: str) -> str:
    """An attribute's name, without -."""
    if value.startswith("-"):
        raise refuse(f"“{value}” begins with -, which only a sort order does")
    return check_attribute(value)


Reference = Annotated[
    Text,
    Names("person"),
    BeforeValidator(one_person),
    AfterValidator(check_reference),
    Mentions(addresses=True),
    ByAnyName(),
    Field(title="User", description="The e-mail address, the Docker ID, SCIM's id, or @somebody"),
]
SortAttribute = Annotated[Name, AfterValidator(check_attribute)]
Attributes = Annotated[tuple[Annotated[Text, AfterValidator(check_plain_attribute)], ...], BeforeValidator(split_words)]


class UserList(Params):
    """Which users to list, and what of them."""

    organization: Organization
    filter: Annotated[Sought, AfterValidator(check_filter)] = Field(
        "", title="Filter", description='Such as userName eq "jon.snow@docker.com"; eq, ne, co, sw, and, or, not, ( )'
    )
    sort: SortAttribute | None = Field(
        None, title="Sort by", description="An attribute such as userName; - before it turns the order round"
    )
    attributes: Attributes = Field(
        (), title="Attributes", description="Only these, such as userName, displayName, name.givenName", max_length=20
    )


class OneUser(Params):
    """A user."""

    organization: Organization
    user: Reference


async def list_users(hub: Hub, params: UserList) -> Answer:
    """Every user that matches, with the attributes that were asked for."""
    query = {"filter": params.filter, "attributes": ",".join(params.attributes)}
    if params.sort:
        query["sortBy"] = params.sort.removeprefix("-")
        query["sortOrder"] = "descending" if params.sort.startswith("-") else "ascending"
    given = {key: value for key, value in query.items() if value}
    with scim_of(hub) as scim:
        users = (await scim.pages(USERS, query=given)).data
    title = f"SCIM users of {params.organization}"
    if params.attributes:
        rows = tuple(tuple(text_at(user, path) for path in params.attributes) for user in users)
        return Answer(title, params.attributes, rows, len(rows))
    rows = tuple((*names(user), state(user), text_at(user, "groups"), str(user.get("id") or "–")) for user in users)
    return Answer(title, ("E-mail", "Name", "Docker ID", "State", "Teams", "Id"), rows, len(rows))


def names(user: dict[str, Any]) -> tuple[str, str, str]:
    """E-mail address, name and Docker ID."""
    return text_at(user, "userName"), text_at(user, "name"), text_at(user, "displayName")


def whose(user: dict[str, Any]) -> tuple[Beneficiary, ...]:
    """The person that the user is, by address and Docker ID."""
    return somebody(*(str(user.get(key) or "") for key in ("userName", "displayName")))


def state(user: dict[str, Any]) -> str:
    """Whether the user can log in."""
    return "active" if is_active(user) else "deactivated"


def is_active(user: dict[str, Any]) -> bool:
    """Whether the user is active; raises HubProtocolError where it does not say, since a PUT has to send it."""
    active = user.get("active")
    if not isinstance(active, bool):
        raise HubProtocolError(Call("GET", USERS, USERS), detail="a SCIM user without `active`")
    return active


def text_at(user: dict[str, Any], path: str) -> str:
    """An attribute by its path, in any case, for people; a dash where there is none."""
    value: Any = user
    for part in path.casefold().split("."):
        found = [value] if isinstance(value, dict) else value if isinstance(value, list) else []
        value = [held for each in found for key, held in each.items() if key.casefold() == part]
        value = value[0] if len(value) == 1 else value
    return as_text(value) or "–"


def as_text(value: Any) -> str:
    """A value of SCIM in one line."""
    match value:
        case bool():
            return "yes" if value else "no"
        case {"givenName": _} | {"familyName": _}:
            return " ".join(str(value[key]) for key in ("givenName", "familyName") if value.get(key))
        case {"value": held} | {"display": held}:
            return str(held)
        case list():
            return ", ".join(filter(None, map(as_text, value)))
        case dict():
            return ", ".join(f"{key} {as_text(held)}" for key, held in value.items())
        case _:
            return str(value or "")


async def find_user(hub: Hub, reference: str) -> dict[str, Any] | None:
    """The user with this id, e-mail address or Docker ID, or None. Raises `UserError` where several fit."""
    with scim_of(hub) as scim:
        if UUID.fullmatch(reference):
            try:
                found: dict[str, Any] = (await scim.get(USER, user=reference)).data
            except NotFoundError:
                return None
            return found
        key = "userName" if "@" in reference else "displayName"
        # Docker does not say whether its filter minds the case of letters; people do not.
        spellings = dict.fromkeys((reference, reference.lower()))
        query = {"filter": " or ".join(f"{key} eq {json.dumps(each, ensure_ascii=False)}" for each in spellings)}
        users = (await scim.pages(USERS, query=query)).data
    fitting = [user for user in users if str(user.get(key) or "").lower() == reference.lower()]
    if len(fitting) > 1:
        listed = ", ".join(str(user.get("id")) for user in fitting)
        raise at_fault("user", f"{reference} is {len(fitting)} SCIM users. Name one by its id: {listed}")
    return fitting[0] if fitting else None


async def require_user(hub: Hub, params: OneUser) -> dict[str, Any]:
    """The user; raises `UserError` with the nearest where there is none."""
    if (user := await find_user(hub, params.user)) is not None:
        return user
    with scim_of(hub) as scim:
        users = (await scim.pages(USERS)).data
    known = [str(user[key]) for user in users for key in ("userName", "displayName") if user.get(key)]
    hint = nearest_hint(params.user, known)
    raise at_fault("user", f"SCIM of {params.organization} has no user “{params.user}”.{hint}")


async def show_user(hub: Hub, params: OneUser) -> Answer:
    """All that SCIM says of one user."""
    user = await require_user(hub, params)
    meta = user.get("meta") or {}
    email, name, username = names(user)
    rows: tuple[tuple[Cell, ...], ...] = (
        ("E-mail", email),
        ("Name", name),
        ("Docker ID", username),
        ("State", state(user)),
        ("Teams", text_at(user, "groups")),
        ("Id", str(user.get("id") or "–")),
        ("Made", moment(meta.get("created"))),
        ("Changed", moment(meta.get("lastModified"))),
    )
    return Answer(f"SCIM user {email}", ("Attribute", "Value"), rows, len(rows))


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="scim.user.list",
        title="List SCIM users",
        summary="List the users of SCIM",
        params=UserList,
        run=list_users,
        endpoint="GET /v2/scim/2.0/Users",
        needs=NEEDS,
    ),
    Read(
        name="scim.user.show",
        title="Show a SCIM user",
        summary="Show one user of SCIM",
        params=OneUser,
        run=show_user,
        endpoint="GET /v2/scim/2.0/Users/{id}",
        needs=NEEDS,
    ),
)
