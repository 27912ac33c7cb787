"""Registry access management: which registries people who are signed in to Docker Desktop can reach."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from bot.hub import Call, Hub, HubProtocolError, NotFoundError
from bot.operations.kit.base import Answer, Change, ItemResult, Operation, Params, Preview, Read, Step, Write
from bot.operations.kit.consequences import Harm, Prepared, Risk
from bot.operations.kit.fields import Organization, Text, refuse, split_words
from bot.operations.kit.refusals import offering
from bot.operations.kit.text import count
from bot.operations.organization_settings import count_members
from bot.operations.registry.edits import (
    SWITCH,
    Document,
    Edit,
    apply,
    edits_of,
    is_allowed,
    is_listed,
    missing_text,
)
from bot.operations.teams.teams import TEAMS

REGISTRIES = "/v2/orgs/{organization}/settings/registry-access-management"
CAPABILITY = "registry access management"
NEEDS = "a Business plan, and an owner's Docker ID (an organization access token will not do)"
ADDRESS = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::[0-9]{1,5})?")


def check_registry(value: str) -> str:
    """A host name with or without a port, or the name of one of Docker's standard registries."""
    if not ADDRESS.fullmatch(value) or ".." in value:
        raise refuse(f"“{value}” is no registry: a host name such as ghcr.io, without https:// and without a path")
    return value


def check_once(values: tuple[str, ...]) -> tuple[str, ...]:
    """Each registry once, whatever the case of its letters."""
    return tuple({value.casefold(): value for value in reversed(values)}.values())[::-1]


Registries = Annotated[
    tuple[Annotated[Text, AfterValidator(check_registry)], ...],
    BeforeValidator(split_words),
    AfterValidator(check_once),
]


class RegistryAccess(Params):
    """Whose registry access."""

    organization: Organization


class RegistryAccessUpdate(RegistryAccess):
    """What to change; what is not given stays."""

    enabled: Literal["on", "off"] | None = Field(
        None, title="Registry access", description="On: only allowed registries can be reached"
    )
    allow: Registries = Field(
        (), title="Allow", description="Host names to add or allow, or standard registries to switch on"
    )
    block: Registries = Field((), title="Block", description="Registries of the list, or standard ones, to block")
    remove: Registries = Field((), title="Remove", description="Host names to take off the list")
    nickname: str = Field("", title="Nickname", description="What an allowed registry is called in the list")


async def read_document(hub: Hub, organization: str) -> Document:
    """The whole document, its three keys as Docker Hub has them; raises `CapabilityMissing` where there is none."""
    async with offering(CAPABILITY, exists=lambda: has_organization(hub, organization)):
        data = (await hub.get(REGISTRIES, organization=organization)).data
    match data:
        case {"enabled": bool(enabled)}:
            standard, custom = data.get("standard_registries") or [], data.get("custom_registries") or []
        case _:
            raise HubProtocolError(Call("GET", REGISTRIES, REGISTRIES), detail="no registry access document")
    return Document(enabled, tuple(standard), tuple(custom))


async def has_organization(hub: Hub, organization: str) -> bool:
    """Whether there is such an organization, as far as the bot's account may see."""
    try:
        await hub.get(TEAMS, query={"page_size": "1"}, organization=organization)
    except NotFoundError:
        return False
    return True


def meaning(document: Document) -> str:
    """What can be reached, in one or two sentences.

    https://docs.docker.com/enterprise/security/hardened-desktop/registry-access-management/
    """
    if not document.enabled:
        return "Registry access management is off: every registry can be reached."
    names = [str(row.get("id")) for row in document.standard if is_allowed(row)]
    names += [str(row.get("address")) for row in document.custom if is_allowed(row)]
    reached = f"Registry access management is on: {', '.join(names) or 'no registry'} can be reached, and no other."
    blocks_hub = any("hub" in str(row.get("id")).casefold() and not is_allowed(row) for row in document.standard)
    lost = " Docker Hub itself is blocked: nobody can pull even the organization's own images from it."
    return reached + (lost if blocks_hub else "")


async def show_access(hub: Hub, params: RegistryAccess) -> Answer:
    """The registries of the list, and whether each can be reached."""
    document = await read_document(hub, params.organization)
    rows = (
        *((str(row.get("id")), "standard", state(row), "–") for row in document.standard),
        *((str(row.get("address")), "added", state(row), nickname_of(row)) for row in document.custom),
    )
    columns = ("Registry", "Kind", "Access", "Nickname")
    return Answer(f"Registry access of {params.organization}", columns, rows, len(rows), meaning(document))


def state(row: Mapping[str, Any]) -> str:
    """`allowed` or `blocked`."""
    return "allowed" if is_allowed(row) else "blocked"


def nickname_of(row: Mapping[str, Any]) -> str:
    """What the registry is called, or a dash."""
    return str(row.get("friendly_name") or "–")


def find_edits(params: RegistryAccessUpdate, document: Document) -> list[Edit]:
    """What is left to change; raises `UserError` where it cannot be done."""
    enabled = None if params.enabled is None else params.enabled == "on"
    return edits_of(
        document,
        enabled=enabled,
        allow=params.allow,
        block=params.block,
        remove=params.remove,
        nickname=params.nickname,
    )


async def preview_update(hub: Hub, params: RegistryAccessUpdate) -> Preview:
    """Each difference, and what can be reached then, by how many people.

    The whole document as read must still hold when it is done, since all of it is written.
    """
    document = await read_document(hub, params.organization)
    edits = find_edits(params, document)
    unknown = tuple(missing_text(document, name) for name in params.remove if not is_listed(document, name))
    if not edits:
        already = f"Registry access of {params.organization} is so already. {meaning(document)}"
        return Preview((), notes=(already, *unknown))
    after = document
    for edit in edits:
        after = apply(edit, after)
    people = count(await count_members(hub, params.organization), "member")
    whom = (
        f"This holds for the {people} of {params.organization}, when signed in to Docker Desktop. "
        "It can take 24 hours to reach them; signing out and in again is faster."
    )
    return Preview(
        tuple(Change(edit.subject, edit.before, edit.after) for edit in edits),
        notes=(f"Then: {meaning(after)}", whom, *unknown),
        basis={"before": document.as_json(), "after": after.as_json()},
    )


async def edits_left(hub: Hub, params: RegistryAccessUpdate) -> Sequence[Step]:
    """One step for each difference, since Docker's audit log shows each on its own."""
    document = await read_document(hub, params.organization)
    return [
        Step(
            edit.key,
            edit.subject,
            hub_action=edit.hub_action,
            subjects=(*((edit.registry,) if edit.registry else ()), params.organization),
        )
        for edit in find_edits(params, document)
    ]


async def make_edit(hub: Hub, params: RegistryAccessUpdate, step: Step) -> ItemResult:
    """Write the whole document, with this one difference."""
    document = await read_document(hub, params.organization)
    edit = next((edit for edit in find_edits(params, document) if edit.key == step.key), None)
    if edit is None:
        return ItemResult(step.subject, True, "is so already")
    async with offering(CAPABILITY, exists=lambda: has_organization(hub, params.organization)):
        await hub.put(REGISTRIES, json=apply(edit, document).as_json(), organization=params.organization)
    return ItemResult(step.subject, True, edit.after or "removed")


def update_heading(params: RegistryAccessUpdate, would: Preview) -> str:
    """The one thing that changes, or how many."""
    if len(would.changes) == 1:
        change = would.changes[0]
        return f"{change.subject} of {params.organization}: {change.after or 'off the list'}"
    return f"Change registry access of {params.organization} ({count(len(would.changes), 'change')})"


def update_risks(params: RegistryAccessUpdate, would: Preview) -> tuple[Risk, ...]:
    """A protection that falls."""
    falls = any(change.subject == SWITCH and change.after == "off" for change in would.changes)
    said = f"Everybody in {params.organization} can then reach every registry."
    return (Risk(Harm.OPEN, said),) if falls else ()


def access_back(params: RegistryAccessUpdate, would: Preview) -> Prepared | None:
    """Each registry as it is until now; None where a nickname of several would have to come back."""
    values: dict[str, Any] = {"organization": params.organization, "allow": [], "block": [], "remove": []}
    for change in would.changes:
        name = change.subject.removeprefix("Registry ")
        match change.before, change.after:
            case before, _ if change.subject == SWITCH:
                values["enabled"] = before
            case "allowed", None | "blocked":
                values["allow"].append(name)
            case "blocked", "allowed":
                values["block"].append(name)
            case None, _:
                values["remove"].append(name)
            case _:
                return None
    return Prepared("registry.access.update", {key: value for key, value in values.items() if value})


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="registry.access.show",
        title="Show registry access",
        summary="Show which registries the organization's people can reach",
        also_called=("registry access management", "ram"),
        params=RegistryAccess,
        run=show_access,
        endpoint="GET /v2/orgs/{org_name}/settings/registry-access-management",
        needs=NEEDS,
        capability=CAPABILITY,
    ),
    Write(
        name="registry.access.update",
        title="Change registry access",
        summary="Change which registries the organization's people can reach",
        also_called=("registry access management", "ram", "allow registry", "block registry"),
        verb="Ask to change it",
        heading=update_heading,
        risks=update_risks,
        inverse=access_back,
        params=RegistryAccessUpdate,
        preview=preview_update,
        steps=edits_left,
        run_step=make_edit,
        endpoint="PUT /v2/orgs/{org_name}/settings/registry-access-management",
        hub_action="org.registry_access.registry_updated",
        subjects=lambda params: (params.organization, *params.allow, *params.block, *params.remove),
        alone_with=lambda _: ("the document on registry access",),
        needs=NEEDS,
        capability=CAPABILITY,
    ),
)
