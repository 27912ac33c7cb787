"""SCIM of the organization's SSO connection: how it is reached, and what it says of itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from bot.errors import UserError
from bot.hub import AuthError, Call, Hub, HubProtocolError, NotFoundError
from bot.operations.kit.base import Answer, Operation, Params, Read
from bot.operations.kit.fields import Organization, Text, refuse
from bot.operations.kit.refusals import needing
from bot.operations.kit.text import nearest_hint

CONFIG = "/v2/scim/2.0/ServiceProviderConfig"
TYPES = "/v2/scim/2.0/ResourceTypes"
TYPE = "/v2/scim/2.0/ResourceTypes/{name}"
SCHEMAS = "/v2/scim/2.0/Schemas"
SCHEMA = "/v2/scim/2.0/Schemas/{id}"
# https://docs.docker.com/enterprise/security/provisioning/scim/
NEEDS = "a Business plan with an SSO connection; the SCIM token"
TAKES = "a Business plan, and an SSO connection of the organization with SCIM switched on"
NAME_LENGTH = 255


def check_scim_name(value: str) -> str:
    """A resource type's name or a schema's id, which becomes part of an address."""
    if len(value) > NAME_LENGTH or not value[0].isalnum() or not all(c.isalnum() or c in ".:_-" for c in value):
        raise refuse(f"“{value[:80]}” is no name in SCIM: letters, digits, . : _ and -, such as User")
    return value


ScimName = Annotated[Text, AfterValidator(check_scim_name)]


class Scim(Params):
    """Whose SCIM is asked."""

    organization: Organization


class ScimType(Scim):
    """A resource type."""

    type: ScimName = Field(title="Resource type", description="Its name, such as User")


class ScimSchema(Scim):
    """A schema."""

    schema_: ScimName = Field(
        alias="schema",
        title="Schema",
        description="Its id or its name: urn:ietf:params:scim:schemas:core:2.0:User, or User",
    )


@contextmanager
def scim_of(hub: Hub) -> Iterator[Hub]:
    """Docker Hub spoken to with the SCIM token; says what is missing where it cannot be, and what a refusal means."""
    if hub.scim is None:
        raise UserError(
            "Hubwarden has no SCIM token. Whoever runs it can set that of the organization's SSO connection, which "
            "Docker's Admin Console shows where SCIM is set up."
        )
    try:
        with needing("use SCIM", TAKES):
            yield hub.scim
    except AuthError as error:
        raise UserError(
            "Docker Hub does not take the bot's SCIM token: SCIM is switched off, or its token was refreshed, which "
            f"ends the old one. Whoever runs Hubwarden can set the new one. (401: {error.detail or 'no reason given'})"
        ) from error


async def read_one(hub: Hub, template: str, /, **segments: str) -> dict[str, Any]:
    """One of SCIM's documents; raises as `Hub.get`, and `UserError` as `scim_of`."""
    with scim_of(hub) as scim:
        data = (await scim.get(template, query=None, **segments)).data
    if not isinstance(data, dict):
        raise HubProtocolError(Call("GET", template, template), detail="the answer is no SCIM resource")
    return data


async def read_all(hub: Hub, template: str) -> list[dict[str, Any]]:
    """All rows of one of SCIM's short lists, which have no pages; the contract's key, or RFC 7644's."""
    data = await read_one(hub, template)
    rows = data.get("resources", data.get("Resources"))
    return [row for row in rows or () if isinstance(row, dict)]


def yes_or_no(value: object) -> str:
    """A boolean for people, with a dash where Docker Hub does not say."""
    return {True: "yes", False: "no"}.get(value, "–") if isinstance(value, bool) else "–"


async def show_config(hub: Hub, params: Scim) -> Answer:
    """What Docker Hub's SCIM can do."""
    config = await read_one(hub, CONFIG)
    features = ("filter", "sort", "patch", "bulk", "changePassword", "etag")
    rows = tuple((name, yes_or_no((config.get(name) or {}).get("supported"))) for name in features)
    most = (config.get("filter") or {}).get("maxResults")
    scheme = config.get("authenticationSchemes") or {}
    scheme = scheme[0] if isinstance(scheme, list) and scheme else scheme
    more = (
        ("most results of a filter", f"{most:,}" if isinstance(most, int) else "–"),
        ("log-in", str(scheme.get("name") or "–") if isinstance(scheme, dict) else "–"),
    )
    rows = rows + more
    return Answer(f"SCIM of {params.organization}", ("Feature", "Supported"), rows, len(rows))


def type_row(row: dict[str, Any]) -> tuple[str, ...]:
    """One resource type."""
    return tuple(str(row.get(key) or "–") for key in ("name", "description", "endpoint", "schema"))


TYPE_COLUMNS = ("Name", "Description", "Endpoint", "Schema")


async def list_types(hub: Hub, params: Scim) -> Answer:
    """Every resource type."""
    rows = tuple(type_row(row) for row in await read_all(hub, TYPES))
    return Answer(f"SCIM resource types of {params.organization}", TYPE_COLUMNS, rows, len(rows))


async def show_type(hub: Hub, params: ScimType) -> Answer:
    """One resource type; raises `UserError` with the nearest where there is none."""
    try:
        row = await read_one(hub, TYPE, name=params.type)
    except NotFoundError:
        hint = nearest_hint(params.type, [str(row.get("name")) for row in await read_all(hub, TYPES)])
        raise UserError(f"SCIM has no resource type “{params.type}”.{hint}") from None
    return Answer(f"SCIM resource type {params.type}", TYPE_COLUMNS, (type_row(row),), 1)


async def list_schemas(hub: Hub, params: Scim) -> Answer:
    """Every schema."""
    rows = tuple(
        (str(row.get("name") or "–"), str(row.get("id") or "–"), f"{len(row.get('attributes') or ()):,}")
        for row in await read_all(hub, SCHEMAS)
    )
    return Answer(f"SCIM schemas of {params.organization}", ("Name", "Id", "Attributes"), rows, len(rows))


async def show_schema(hub: Hub, params: ScimSchema) -> Answer:
    """The attributes of one schema, by its id or its name; raises `UserError` with the nearest where there is none."""
    schema = await find_schema(hub, params.schema_)
    rows = tuple(attribute_rows(schema.get("attributes") or (), ""))
    columns = ("Attribute", "Type", "Required", "Several", "Change")
    return Answer(f"SCIM schema {schema.get('id') or params.schema_}", columns, rows, len(rows))


async def find_schema(hub: Hub, wanted: str) -> dict[str, Any]:
    """The schema with this id, or this name where it is no URN."""
    known: list[dict[str, Any]] = []
    if not wanted.lower().startswith("urn:"):
        known = await read_all(hub, SCHEMAS)
    ids = [str(row.get("id")) for row in known if str(row.get("name")).casefold() == wanted.casefold()]
    try:
        return await read_one(hub, SCHEMA, id=ids[0] if len(ids) == 1 else wanted)
    except NotFoundError:
        known = known or await read_all(hub, SCHEMAS)
        hint = nearest_hint(wanted, [str(row.get(key)) for row in known for key in ("id", "name")])
        raise UserError(f"SCIM has no schema “{wanted}”.{hint}") from None


def attribute_rows(attributes: Any, prefix: str) -> Iterator[tuple[str, ...]]:
    """A line for each attribute, and for those within it."""
    for each in attributes:
        name = f"{prefix}{each.get('name')}"
        yield (
            name,
            str(each.get("type") or "–"),
            yes_or_no(each.get("required")),
            yes_or_no(each.get("multiValued")),
            str(each.get("mutability") or "–"),
        )
        yield from attribute_rows(each.get("subAttributes") or (), f"{name}.")


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="scim.config",
        title="Show SCIM's features",
        summary="Show what Docker Hub's SCIM can do",
        params=Scim,
        run=show_config,
        endpoint="GET /v2/scim/2.0/ServiceProviderConfig",
        needs=NEEDS,
    ),
    Read(
        name="scim.types",
        title="List SCIM types",
        summary="List the resource types of SCIM",
        params=Scim,
        run=list_types,
        endpoint="GET /v2/scim/2.0/ResourceTypes",
        needs=NEEDS,
    ),
    Read(
        name="scim.type",
        title="Show a SCIM type",
        summary="Show one resource type of SCIM",
        params=ScimType,
        run=show_type,
        endpoint="GET /v2/scim/2.0/ResourceTypes/{name}",
        needs=NEEDS,
    ),
    Read(
        name="scim.schemas",
        title="List SCIM schemas",
        summary="List the schemas of SCIM",
        params=Scim,
        run=list_schemas,
        endpoint="GET /v2/scim/2.0/Schemas",
        needs=NEEDS,
    ),
    Read(
        name="scim.schema",
        title="Show a SCIM schema",
        summary="Show the attributes of one SCIM schema",
        params=ScimSchema,
        run=show_schema,
        endpoint="GET /v2/scim/2.0/Schemas/{id}",
        needs=NEEDS,
    ),
)
