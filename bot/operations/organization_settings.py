"""Settings of the organization: which images of Docker Hub its people may use."""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from pydantic import Field

from bot.errors import UserError
from bot.hub import Call, Hub, HubProtocolError
from bot.operations.kit.base import Answer, Change, Operation, Outcome, Params, Preview, Read, Write
from bot.operations.kit.consequences import Harm, Prepared, Risk
from bot.operations.kit.fields import Organization
from bot.operations.kit.refusals import needing
from bot.operations.kit.text import count
from bot.operations.members import MEMBERS

SETTINGS = "/v2/orgs/{organization}/settings"
NEEDS = "a Business plan, and an owner's Docker ID (an organization access token will not do)"
# The words for each flag of `restricted_images`, off and on.
WORDS: Mapping[str, tuple[str, str]] = {
    "enabled": ("off", "on"),
    "allow_official_images": ("blocked", "allowed"),
    "allow_verified_publishers": ("blocked", "allowed"),
}
SUBJECTS: Mapping[str, str] = {
    "enabled": "Image restrictions",
    "allow_official_images": "Docker Official Images",
    "allow_verified_publishers": "Images of Verified Publishers",
}

Allowed: TypeAlias = Literal["allowed", "blocked"]
Flags: TypeAlias = Mapping[str, bool]


class OrganizationSettings(Params):
    """Whose settings."""

    organization: Organization


class SettingsUpdate(OrganizationSettings):
    """What to change; what is not given stays."""

    restricted_images: Literal["on", "off"] | None = Field(
        None, title="Image restrictions", description="On: people may pull only allowed kinds of images"
    )
    official_images: Allowed | None = Field(
        None, title="Official Images", description="Docker Official Images, while restrictions are on"
    )
    verified_publishers: Allowed | None = Field(
        None, title="Verified Publishers", description="Images of Verified Publishers, while restrictions are on"
    )


async def read_settings(hub: Hub, organization: str) -> dict[str, Any]:
    """The settings as Docker Hub has them."""
    with needing(f"read the settings of {organization}", NEEDS):
        settings = (await hub.get(SETTINGS, organization=organization)).data
    if not isinstance(settings, dict):
        raise HubProtocolError(Call("GET", SETTINGS, SETTINGS), detail="the settings are no object")
    return settings


def flags_of(settings: Mapping[str, Any]) -> dict[str, bool]:
    """The three flags of the image restrictions; raises `UserError` where the organization has none."""
    found = settings.get("restricted_images")
    if not isinstance(found, dict):
        raise UserError(f"Docker Hub shows no image restrictions for this organization. They take {NEEDS}.")
    return {name: bool(found.get(name)) for name in WORDS}


def word(name: str, flags: Flags) -> str:
    """How the flag stands, in words."""
    return WORDS[name][flags[name]]


def meaning(flags: Flags) -> str:
    """What the restrictions let people pull.

    https://docs.docker.com/enterprise/security/hardened-desktop/image-access-management/
    """
    if not flags["enabled"]:
        return "Image restrictions are off: everybody can pull every image on Docker Hub."
    names = {
        "allow_official_images": "Docker Official Images",
        "allow_verified_publishers": "Verified Publishers' images",
    }
    allowed = [text for name, text in names.items() if flags[name]]
    blocked = [text for name, text in names.items() if not flags[name]] + ["community images"]
    return (
        f"Image restrictions are on: people can pull {', '.join(['the organization’s own images', *allowed])} "
        f"from Docker Hub; {', '.join(blocked)} are blocked."
    )


async def count_members(hub: Hub, organization: str, *, role: str = "") -> int:
    """How many members there are, or how many who have the role."""
    query = {"type": "member"} | ({"role": role} if role else {})
    pages = await hub.pages(MEMBERS, query=query, limit=1, organization=organization)
    return len(pages.data) if pages.total is None else pages.total


async def show_settings(hub: Hub, params: OrganizationSettings) -> Answer:
    """The image restrictions, and what they mean."""
    flags = flags_of(await read_settings(hub, params.organization))
    rows = tuple((subject, word(name, flags)) for name, subject in SUBJECTS.items())
    return Answer(f"Settings of {params.organization}", ("Setting", "Value"), rows, len(rows), meaning(flags))


def wanted_flags(params: SettingsUpdate, current: Flags) -> dict[str, bool]:
    """The flags after the write: those that were not given stay as they are."""
    given = {
        "enabled": params.restricted_images,
        "allow_official_images": params.official_images,
        "allow_verified_publishers": params.verified_publishers,
    }
    return {name: current[name] if value is None else value == WORDS[name][True] for name, value in given.items()}


async def preview_update(hub: Hub, params: SettingsUpdate) -> Preview:
    """The flags before and after, what they mean then, and for how many people.

    The settings as read must still hold when it is done: somebody else's change meanwhile makes the approval stale.
    """
    if params.restricted_images is None and params.official_images is None and params.verified_publishers is None:
        raise UserError(
            "Nothing would be different: switch image restrictions on or off, or allow or block Official Images or "
            "Verified Publishers."
        )
    settings = await read_settings(hub, params.organization)
    current = flags_of(settings)
    wanted = wanted_flags(params, current)
    if wanted == current:
        return Preview((), notes=(f"The settings of {params.organization} are so already. {meaning(current)}",))
    changes = tuple(
        Change(subject, word(name, current), word(name, wanted))
        for name, subject in SUBJECTS.items()
        if current[name] != wanted[name]
    )
    notes = (f"Now: {meaning(current)}", f"Then: {meaning(wanted)}", await whom(hub, params, current, wanted))
    return Preview(changes, notes=notes, basis={"before": settings, "after": wanted})


async def whom(hub: Hub, params: SettingsUpdate, current: Flags, wanted: Flags) -> str:
    """For how many people it makes a difference."""
    if not current["enabled"] and not wanted["enabled"]:
        return "While image restrictions are off, this changes nothing for anybody."
    people = await count_members(hub, params.organization)
    owners = await count_members(hub, params.organization, role="owner")
    return (
        f"This holds for {count(people - owners, 'member')} of {params.organization}, when signed in to Docker "
        f"Desktop; not for its {count(owners, 'owner')}, who can always pull everything."
    )


async def update_settings(hub: Hub, params: SettingsUpdate) -> Outcome:
    """Write all three flags, those that stay included: the PUT replaces them."""
    wanted = wanted_flags(params, flags_of(await read_settings(hub, params.organization)))
    with needing(f"change the settings of {params.organization}", NEEDS):
        await hub.put(SETTINGS, json={"restricted_images": wanted}, organization=params.organization)
    return Outcome(f"The settings of {params.organization} are changed. {meaning(wanted)}".removesuffix("."))


NAMES: Mapping[str, str] = {
    SUBJECTS["enabled"]: "restricted_images",
    SUBJECTS["allow_official_images"]: "official_images",
    SUBJECTS["allow_verified_publishers"]: "verified_publishers",
}


def update_heading(params: SettingsUpdate, would: Preview) -> str:
    """The one setting and its new value, or that several change."""
    if len(would.changes) == 1:
        return f"{would.changes[0].subject} of {params.organization}: {would.changes[0].after}"
    return f"Change the image settings of {params.organization}"


def update_risks(params: SettingsUpdate, would: Preview) -> tuple[Risk, ...]:
    """A restriction that falls."""
    falls = any(NAMES[c.subject] == "restricted_images" and c.after == "off" for c in would.changes)
    said = f"Everybody in {params.organization} can then pull every image on Docker Hub."
    return (Risk(Harm.OPEN, said),) if falls else ()


def settings_back(params: SettingsUpdate, would: Preview) -> Prepared:
    """Each setting that changes, as it is until now."""
    before = {NAMES[change.subject]: change.before for change in would.changes}
    return Prepared("org.settings.update", {"organization": params.organization, **before})


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="org.settings.show",
        title="Show the settings",
        summary="Show which images the organization's people may use",
        also_called=("image access management", "restrictions"),
        params=OrganizationSettings,
        run=show_settings,
        endpoint="GET /v2/orgs/{name}/settings",
        needs=NEEDS,
    ),
    Write(
        name="org.settings.update",
        title="Change the settings",
        summary="Change which images the organization's people may use",
        also_called=("image access management", "restrict images", "official images", "verified publishers"),
        verb="Ask to change them",
        heading=update_heading,
        risks=update_risks,
        inverse=settings_back,
        params=SettingsUpdate,
        preview=preview_update,
        execute=update_settings,
        endpoint="PUT /v2/orgs/{name}/settings",
        hub_action="org.settings.update",
        subjects=lambda params: (params.organization,),
        alone_with=lambda _: ("the organization's settings",),
        needs=NEEDS,
    ),
)
