"""Changes of a repository that is there: its description, who can see it, and its end."""

from typing import Annotated, Any

from pydantic import Field

from bot.errors import UserError
from bot.hub import Hub
from bot.operations.kit.base import CapabilityMissing, Change, Operation, Outcome, Preview, Write
from bot.operations.kit.consequences import Harm, Logged, Prepared, Risk, repository_of, state_now
from bot.operations.kit.permissions import read_members
from bot.operations.kit.refusals import offering
from bot.operations.kit.text import count, minute, size
from bot.operations.repositories.repositories import (
    MEANING,
    REPOSITORY,
    WHO,
    Description,
    FullDescription,
    OneRepository,
    Visibility,
    excerpt,
    find_repository,
    is_there,
    missing_repository,
    publicity,
    read_tags,
    require_admin,
    require_repository,
    visibility_of,
)
from bot.operations.repositories.teams import TeamGrant, by_team, people_changes, read_grants

# The older family of addresses: these want the slash at the end.
OLDER = "/v2/repositories/{organization}/{repository}/"
PRIVACY = "/v2/repositories/{organization}/{repository}/privacy"
NEEDS = "administrators of the repository"
DESCRIBING = "changing a repository's description"
VISIBILITY = "changing a repository's visibility"
DELETING = "deleting a repository"


class RepositoryUpdate(OneRepository):
    """What to change about a repository; what is not given stays."""

    description: Description | None = Field(
        None, title="Description", description="One line, at most 100 characters; empty: none"
    )
    full_description: FullDescription | None = Field(
        None, title="Full description", description="What its page says, in Markdown, at most 25,000 characters"
    )


class RepositoryVisibility(OneRepository):
    """Who can see a repository."""

    visibility: Annotated[Visibility, WHO] = Field(title="Visibility", description="Public: everybody can pull from it")


def texts_of(params: RepositoryUpdate) -> dict[str, str]:
    """What was given, by Docker Hub's names, and nothing else."""
    given = {"description": params.description, "full_description": params.full_description}
    return {key: text for key, text in given.items() if text is not None}


async def preview_update(hub: Hub, params: RepositoryUpdate) -> Preview:
    """The texts before and after; a no-op where they are as asked."""
    wanted = texts_of(params)
    if not wanted:
        raise UserError("Nothing would be different: give a description, a full description, or both.")
    repository = await require_repository(hub, params)
    name, before = f"{params.organization}/{params.repository}", {key: repository.get(key) or "" for key in wanted}
    if before == wanted:
        return Preview((), notes=(f"{name} is described so already.",))
    changes = tuple(
        Change(key.replace("_", " ").capitalize(), quoted(before[key]), quoted(text))
        for key, text in wanted.items()
        if text != before[key]
    )
    readers = "everybody" if visibility_of(repository) == "public" else "whoever may pull from it"
    notes = (f"{name} is {visibility_of(repository)}: {readers} reads it.",)
    return Preview(changes, notes=notes, basis={"before": before, "after": wanted})


def quoted(text: str) -> str | None:
    """The text in quotation marks, None for none."""
    return excerpt(text) if text else None


async def update(hub: Hub, params: RepositoryUpdate) -> Outcome:
    """Send what was given."""
    body = texts_of(params)
    async with offering(DESCRIBING, exists=lambda: is_there(hub, params)):
        await hub.patch(REPOSITORY, json=body, organization=params.organization, repository=params.repository)
    return Outcome(f"{params.organization}/{params.repository} has its new description")


async def preview_visibility(hub: Hub, params: RepositoryVisibility) -> Preview:
    """How many tags become public, or who loses them; a no-op where it is so.

    The tags are no part of what must still hold: they change with every push, and those that come meanwhile become
    public too, which a note says.
    """
    repository = await require_repository(hub, params)
    name, before = f"{params.organization}/{params.repository}", visibility_of(repository)
    if before == params.visibility:
        return Preview((), notes=(f"{name} is {before} already.",))
    require_admin(repository, params)
    tags = tuple(str(tag["name"]) for tag in await read_tags(hub, params))
    changes = [Change(name, before, params.visibility)]
    changes += [Change(count(len(tags), "tag"), before, params.visibility, items=tags)] if tags else []
    people, notes = await find_people(hub, params)
    if params.visibility == "public":
        notes = ("Tags that are pushed until it is done become public too. What was pulled cannot be called back.",)
    else:
        pulls = f"{int(repository.get('pull_count') or 0):,}"
        notes = (f"It was pulled {pulls} times so far; whoever is outside the organization no longer can.", *notes)
    basis = {"before": before, "after": params.visibility}
    return Preview((*changes, *people), notes=(MEANING[params.visibility], *notes), basis=basis)


async def find_people(hub: Hub, params: RepositoryVisibility) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """Which members gain or lose what by it; or a note that it cannot be seen."""
    try:
        grants = by_team(await read_grants(hub, params))
    except CapabilityMissing as error:
        return (), (f"Which members keep it cannot be seen: {error.text}",)
    members = await read_members(hub, params.organization)
    becomes_public = params.visibility == "public"
    return people_changes(members, grants, grants, public=(not becomes_public, becomes_public)), ()


async def change_visibility(hub: Hub, params: RepositoryVisibility) -> Outcome:
    """Make it private or public."""
    body = {"is_private": params.visibility == "private"}
    async with offering(VISIBILITY, exists=lambda: is_there(hub, params)):
        await hub.post(PRIVACY, json=body, organization=params.organization, repository=params.repository)
    return Outcome(f"{params.organization}/{params.repository} is {params.visibility}")


async def preview_delete(hub: Hub, params: OneRepository) -> Preview:
    """What goes: the tags, and what teams may do; a no-op where there is no such repository.

    Tags and teams must still be these when it is done: a push meanwhile says that somebody needs it.
    """
    repository = await find_repository(hub, params.organization, params.repository)
    if repository is None:
        return Preview((), notes=(await missing_repository(hub, params),))
    require_admin(repository, params)
    tags = await read_tags(hub, params)
    grants, unseen = await find_teams(hub, params)
    basis = {
        "tags": sorted([str(tag["name"]), str(tag.get("tag_last_pushed"))] for tag in tags),
        "teams": sorted([grant.team, grant.permission] for grant in grants),
    }
    return Preview(
        leaving(repository, params, tags=tuple(str(tag["name"]) for tag in tags), grants=grants),
        notes=(*delete_notes(repository), *unseen),
        basis=basis,
    )


async def find_teams(hub: Hub, params: OneRepository) -> tuple[list[TeamGrant], tuple[str, ...]]:
    """The teams that lose the repository; or a note that they cannot be seen."""
    try:
        return await read_grants(hub, params), ()
    except CapabilityMissing as error:
        return [], (f"Which teams lose it cannot be seen: {error.text}",)


def leaving(
    repository: dict[str, Any], params: OneRepository, *, tags: tuple[str, ...], grants: list[TeamGrant]
) -> tuple[Change, ...]:
    """What is there, and will not be."""
    pulls = count(int(repository.get("pull_count") or 0), "pull")
    what = f"{visibility_of(repository)}, {size(repository.get('storage_size'))}, {pulls}"
    changes = [Change(f"Repository {params.organization}/{params.repository}", what, None)]
    if tags:
        changes.append(Change(count(len(tags), "tag"), "can be pulled", None, items=tags))
    if grants:
        teams = tuple(f"{grant.team}: {grant.permission}" for grant in grants)
        changes.append(Change(count(len(grants), "team"), "may use it", None, items=teams))
    return tuple(changes)


def delete_notes(repository: dict[str, Any]) -> tuple[str, ...]:
    """What else to know before a repository goes."""
    last = f"It was last changed {minute(repository.get('last_updated'))}."
    return (last, "Every pull of it fails from then on.")


async def delete(hub: Hub, params: OneRepository) -> Outcome:
    """Delete the repository with all that is in it; Docker Hub answers before it has finished."""
    async with offering(DELETING, exists=lambda: is_there(hub, params)):
        await hub.delete(OLDER, organization=params.organization, repository=params.repository)
    return Outcome(f"Repository {params.organization}/{params.repository} is deleted")


def turned(visibility: str) -> str:
    """The other of the two."""
    return "private" if visibility == "public" else "public"


def visibility_back_of(entry: Logged) -> Prepared | None:
    """The request that turns back what the log shows."""
    now = state_now(entry, ("private", "public"))
    repository = repository_of(entry)
    return prepare_visibility(entry.organization, repository, turned(now)) if now and repository else None


def prepare_visibility(organization: str, repository: str, visibility: str) -> Prepared:
    """The request for a visibility."""
    values = {"organization": organization, "repository": repository, "visibility": visibility}
    return Prepared("repo.visibility", values)


def delete_heading(params: OneRepository, would: Preview) -> str:
    """The repository, and how often it was pulled."""
    pulls = next((change.before or "" for change in would.changes), "").rpartition(", ")[2]
    return f"Delete repository {params.organization}/{params.repository}" + (f" ({pulls})" if pulls else "")


OPERATIONS: tuple[Operation, ...] = (
    Write(
        name="repo.update",
        title="Describe a repository",
        summary="Change a repository's description",
        also_called=("description", "readme", "overview"),
        verb="Ask to describe it",
        heading=lambda params, _: f"Change the description of {params.organization}/{params.repository}",
        params=RepositoryUpdate,
        preview=preview_update,
        execute=update,
        endpoint="PATCH /v2/namespaces/{namespace}/repositories/{repository}",
        hub_action="repo.update",
        subjects=lambda params: (params.repository,),
        scopes=("scope-repository-read", "scope-repository-edit"),
        needs=NEEDS,
        capability=DESCRIBING,
    ),
    Write(
        name="repo.visibility",
        title="Make private or public",
        summary="Make a repository private or public",
        also_called=("publish", "make public", "make private", "hide", "open source"),
        verb="Ask to change it",
        heading=lambda params, _: f"Make repository {params.organization}/{params.repository} {params.visibility}",
        risks=lambda params, _: publicity(params.visibility),
        inverse=lambda p, _: prepare_visibility(p.organization, p.repository, turned(p.visibility)),
        inverse_of=visibility_back_of,
        params=RepositoryVisibility,
        preview=preview_visibility,
        execute=change_visibility,
        endpoint="POST /v2/repositories/{namespace}/{repository}/privacy",
        hub_action="repo.change_privacy",
        subjects=lambda params: (params.repository,),
        scopes=("scope-repository-edit", "scope-tag-read", "scope-repo-group-read", "scope-member-read"),
        needs=NEEDS,
        capability=VISIBILITY,
    ),
    Write(
        name="repo.delete",
        title="Delete a repository",
        summary="Delete a repository with all its tags",
        also_called=("remove repository", "delete image"),
        verb="Ask to delete it",
        heading=delete_heading,
        risks=lambda *_: (Risk(Harm.FINAL, "A deleted repository does not come back."),),
        params=OneRepository,
        preview=preview_delete,
        execute=delete,
        endpoint="DELETE /v2/repositories/{namespace}/{repository}/",
        hub_action="repo.delete",
        subjects=lambda params: (params.repository,),
        scopes=("scope-repository-read", "scope-repository-admin", "scope-tag-read", "scope-repo-group-read"),
        destructive=True,
        needs=NEEDS,
        capability=DELETING,
    ),
)
