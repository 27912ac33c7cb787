"""Tags of a repository: which there are, what each points to, and their deletion."""

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from bot.errors import at_fault
from bot.hub import Hub, NotFoundError
from bot.operations.kit.base import Answer, Cell, Change, Choices, Lookup, Operation, Outcome, Preview, Read, Write
from bot.operations.kit.consequences import Harm, Risk
from bot.operations.kit.fields import LETTERS_AND_DIGITS, Spelled, Text, refuse
from bot.operations.kit.pages import Names, name_in
from bot.operations.kit.refusals import offering
from bot.operations.kit.text import minute, moment, nearest_hint, size
from bot.operations.repositories.immutable_tags import matching_tags, settings_of
from bot.operations.repositories.repositories import (
    TAGS,
    OneRepository,
    is_there,
    missing_repository,
    read_tags,
    require_admin,
    require_repository,
)

TAG = "/v2/namespaces/{organization}/repositories/{repository}/tags/{tag}"
OLDER = "/v2/repositories/{organization}/{repository}/tags/{tag}/"
DELETING = "deleting a tag"
# The newest of them: a form waits for three seconds, and what is older can be typed.
CHOICE_LIMIT = 500
# https://docs.docker.com/reference/cli/docker/image/tag/#description
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


def check_tag_name(value: str) -> str:
    """A tag: letters, digits, `_`, `.` and `-`, at most 128 characters, beginning with none of the last two."""
    if not NAME.fullmatch(value):
        raise refuse(
            f"“{value}” is no tag: letters, digits, _ . and -, at most 128 characters, and no . or - at the start"
        )
    return value


TagName = Annotated[
    Text,
    Names("tag"),
    AfterValidator(check_tag_name),
    Spelled(LETTERS_AND_DIGITS + "._-", 128),
    Field(title="Tag", description="A tag of the repository, such as v1.2.0"),
]


async def choose_tags(hub: Hub, lookup: Lookup) -> Sequence[str]:
    """Tags of the repository that the form has chosen, those first that begin with what was typed."""
    repository = name_in(lookup.values.get("repository", ""), "repository")
    if not repository:
        return ()
    pages = await hub.pages(TAGS, limit=CHOICE_LIMIT, organization=lookup.organization, repository=repository)
    typed = lookup.typed.casefold()
    found = [tag["name"] for tag in pages.data if typed in tag["name"].casefold()]
    return sorted(found, key=lambda name: not name.casefold().startswith(typed))[:100]


TAG_CHOICES = Choices(choose_tags, given=("repository",))


class OneTag(OneRepository):
    """A tag of a repository."""

    tag: Annotated[TagName, TAG_CHOICES]


class TagCheck(OneRepository):
    """What to look for: a tag, or any at all."""

    tag: Annotated[TagName | None, TAG_CHOICES] = Field(
        None, title="Tag", description="Without one: whether the repository has any tags"
    )


async def list_tags(hub: Hub, params: OneRepository) -> Answer:
    """Every tag, as Docker Hub orders them: newest first."""
    await require_repository(hub, params)
    rows = tuple(
        (
            tag["name"],
            size(tag.get("full_size")),
            moment(pushed_at(tag)),
            tag.get("last_updater_username") or "–",
        )
        for tag in await read_tags(hub, params)
    )
    title = f"Tags of {params.organization}/{params.repository}"
    return Answer(title, ("Tag", "Size", "Pushed", "By"), rows, len(rows))


def pushed_at(tag: dict[str, Any]) -> Any:
    """Docker's timestamp of the last push, or None."""
    return tag.get("tag_last_pushed") or tag.get("last_updated")


async def find_tag(hub: Hub, params: OneTag) -> dict[str, Any] | None:
    """The tag as Docker Hub has it, or None."""
    try:
        envelope = await hub.get(TAG, organization=params.organization, repository=params.repository, tag=params.tag)
    except NotFoundError:
        return None
    found: dict[str, Any] = envelope.data
    return found


async def missing_tag(hub: Hub, params: OneRepository, tag: str) -> str:
    """The sentence that the repository has no such tag, with the nearest one that it has."""
    hint = nearest_hint(tag, (each["name"] for each in await read_tags(hub, params)))
    return f"{params.organization}/{params.repository} has no tag “{tag}”.{hint}"


async def show_tag(hub: Hub, params: OneTag) -> Answer:
    """One tag, with the image of each platform that it points to."""
    await require_repository(hub, params)
    tag = await find_tag(hub, params)
    if tag is None:
        missing = await missing_tag(hub, params, params.tag)
        raise at_fault("tag", f"{missing} “/hub tag list {params.repository}” shows them all.")
    rows: tuple[tuple[Cell, ...], ...] = (
        ("Size", size(tag.get("full_size"))),
        ("Pushed", moment(pushed_at(tag))),
        ("Pushed by", tag.get("last_updater_username") or "–"),
        ("Last pulled", moment(tag.get("tag_last_pulled"))),
        ("Used in the last month", used_lately(tag)),
        *((f"Image {platform_of(image)}", image_text(image)) for image in images_of(tag)),
    )
    title = f"Tag {params.organization}/{params.repository}:{params.tag}"
    return Answer(title, ("What", "Value"), rows, len(rows))


def used_lately(tag: dict[str, Any]) -> str:
    """Whether a tag was used in the last month: the contract calls it `status`, Docker Hub answers `tag_status`."""
    return {"active": "yes", "inactive": "no"}.get(str(tag.get("tag_status", tag.get("status"))), "–")


def images_of(tag: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """A tag's images: the contract has one, and Docker Hub has been seen to answer a list."""
    images = tag.get("images")
    return [images] if isinstance(images, dict) else images or ()


def platform_of(image: dict[str, Any]) -> str:
    """`linux/arm64/v8`."""
    parts = (image.get("os"), image.get("architecture"), image.get("variant"))
    return "/".join(str(part) for part in parts if part) or "of an unknown platform"


def image_text(image: dict[str, Any]) -> str:
    """Its digest and its size."""
    return ", ".join((str(image.get("digest") or "no digest"), size(image.get("size"))))


async def check_tag(hub: Hub, params: TagCheck) -> Answer:
    """Whether the tag is there; without one, whether the repository has any."""
    try:
        await look(hub, params)
    except NotFoundError:
        answer, note = "no", await absence(hub, params)
    else:
        answer, note = "yes", ""
    name = f"{params.organization}/{params.repository}"
    what = f"{name}:{params.tag}" if params.tag else f"Any tag of {name}"
    return Answer(f"Tags of {name}", ("Tag", "There"), ((what, answer),), 1, note)


async def look(hub: Hub, params: TagCheck) -> None:
    """Raises `NotFoundError` where it is not there."""
    if params.tag:
        await hub.head(TAG, organization=params.organization, repository=params.repository, tag=params.tag)
    else:
        await hub.head(TAGS, organization=params.organization, repository=params.repository)


async def absence(hub: Hub, params: TagCheck) -> str:
    """Why it is not there; raises `UserError` where the repository is not there either."""
    if not await is_there(hub, params):
        raise at_fault("repository", f"{await missing_repository(hub, params)} “/hub repo list” shows them all.")
    if params.tag:
        return await missing_tag(hub, params, params.tag)
    return f"The repository {params.organization}/{params.repository} is there, and has no tags."


async def preview_delete(hub: Hub, params: OneTag) -> Preview:
    """Which image goes; a no-op where there is none, refused where a rule makes the tag immutable."""
    repository = await require_repository(hub, params)
    tag = await find_tag(hub, params)
    if tag is None:
        return Preview((), notes=(await missing_tag(hub, params, params.tag),))
    require_admin(repository, params)
    await refuse_immutable(hub, params, repository)
    before = f"{size(tag.get('full_size'))}, pushed {minute(pushed_at(tag))}"
    pulled = f"last pulled {minute(tag['tag_last_pulled'])}" if tag.get("tag_last_pulled") else "never pulled"
    notes = (f"It was {pulled}.", "Every pull of this tag fails from then on; only a new push brings the name back.")
    change = Change(f"Tag {params.organization}/{params.repository}:{params.tag}", before, None)
    return Preview((change,), notes=notes, basis={"tag": tag.get("id"), "pushed": pushed_at(tag)})


async def refuse_immutable(hub: Hub, params: OneTag, repository: dict[str, Any]) -> None:
    """Raises `UserError` where one of the rules in force matches the tag, by Docker Hub's own word."""
    matches = await matching_tags(hub, params, settings_of(repository).effective)
    rules = [rule for rule, tags in matches.items() if params.tag in tags]
    if rules:
        raise at_fault(
            "tag",
            f"The tag {params.tag} of {params.repository} is immutable by the rule “{rules[0]}”, and Docker Hub "
            f"deletes no immutable tag. Change the rules first: /hub repo immutable set {params.repository}",
        )


async def delete(hub: Hub, params: OneTag) -> Outcome:
    """Delete the tag."""

    async def exists() -> bool:
        return await find_tag(hub, params) is not None

    async with offering(DELETING, exists=exists):
        await hub.delete(OLDER, organization=params.organization, repository=params.repository, tag=params.tag)
    return Outcome(f"{params.organization}/{params.repository} has no tag {params.tag} any more")


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="tag.list",
        title="List tags",
        summary="List the tags of a repository",
        also_called=("versions", "which tags"),
        params=OneRepository,
        run=list_tags,
        endpoint="GET /v2/namespaces/{namespace}/repositories/{repository}/tags",
        scopes=("scope-tag-read",),
        alias="tags",
    ),
    Read(
        name="tag.show",
        title="Show a tag",
        summary="Show one tag of a repository",
        also_called=("digest", "version", "platforms"),
        params=OneTag,
        run=show_tag,
        endpoint="GET /v2/namespaces/{namespace}/repositories/{repository}/tags/{tag}",
        scopes=("scope-repository-read", "scope-tag-read"),
    ),
    Read(
        name="tag.check",
        title="Check a tag",
        summary="Tell whether a repository has a tag, or any tags",
        also_called=("does a tag exist",),
        params=TagCheck,
        run=check_tag,
        endpoint="HEAD /v2/namespaces/{namespace}/repositories/{repository}/tags",
        scopes=("scope-repository-read", "scope-tag-read"),
    ),
    Write(
        name="tag.delete",
        title="Delete a tag",
        summary="Delete a tag of a repository",
        also_called=("remove tag", "untag", "delete version"),
        verb="Ask to delete the tag",
        heading=lambda params, _: f"Delete tag {params.organization}/{params.repository}:{params.tag}",
        risks=lambda *_: (Risk(Harm.FINAL, "A deleted tag does not come back; only a new push brings its name back."),),
        params=OneTag,
        preview=preview_delete,
        execute=delete,
        endpoint="DELETE /v2/repositories/{namespace}/{repository}/tags/{tag}/",
        hub_action="repo.tag.delete",
        subjects=lambda params: (params.tag, params.repository),
        scopes=("scope-repository-settings-admin", "scope-tag-read", "scope-tag-admin"),
        destructive=True,
        needs="administrators of the repository",
        capability=DELETING,
    ),
)
