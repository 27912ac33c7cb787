"""Repositories: which there are, what each is, and new ones."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from bot.errors import UserError, at_fault
from bot.hub import Hub, NotFoundError
from bot.operations.kit.base import (
    Answer,
    Cell,
    Change,
    Choices,
    Lookup,
    Operation,
    Outcome,
    Params,
    Preview,
    Read,
    Write,
)
from bot.operations.kit.consequences import Harm, Risk
from bot.operations.kit.fields import AtMost, Organization, RepositoryName, Sought
from bot.operations.kit.menus import Explained
from bot.operations.kit.text import count, day, moment, nearest_hint, size

REPOSITORIES = "/v2/namespaces/{organization}/repositories"
REPOSITORY = "/v2/namespaces/{organization}/repositories/{repository}"
TAGS = "/v2/namespaces/{organization}/repositories/{repository}/tags"
SHOWN = 100

Visibility: TypeAlias = Literal["private", "public"]
# https://docs.docker.com/docker-hub/repos/manage/access/
MEANING: dict[str, str] = {
    "private": "Private: only the organization's owners and editors, and the teams that are given it, can pull it.",
    "public": "Public: everybody on the internet can find it and pull all its tags, without an account.",
}


WHO = Explained(
    {
        "private": "Owners, editors and the teams that are given it can pull it",
        "public": "Everybody on the internet can pull it, without an account",
    }
)
Description = Annotated[str, AtMost(100, "description", "the full description has room for more")]
FullDescription = Annotated[str, AtMost(25_000, "full description", "keep the rest elsewhere and link to it")]


async def choose_repositories(hub: Hub, lookup: Lookup) -> Sequence[str]:
    """Repository names that match what was typed, for a form's menu."""
    query = {"ordering": "name"} | ({"name": lookup.typed} if lookup.typed else {})
    pages = await hub.pages(REPOSITORIES, query=query, limit=100, organization=lookup.organization)
    return [repository["name"] for repository in pages.data]


REPOSITORY_CHOICES = Choices(choose_repositories)


class RepositoryList(Params):
    """Which repositories to list, in which order."""

    organization: Organization
    name: Sought = Field("", title="Name", description="Part of the repository's name")
    ordering: Literal["name", "-name", "last_updated", "-last_updated", "pull_count", "-pull_count"] = Field(
        "name", title="Order", description="What to sort by; - turns it round"
    )


class OneRepository(Params):
    """A repository."""

    organization: Organization
    repository: Annotated[RepositoryName, REPOSITORY_CHOICES]


class RepositoryCreate(Params):
    """A new repository."""

    organization: Organization
    repository: RepositoryName
    visibility: Annotated[Visibility, WHO] = Field(
        "private", title="Visibility", description="Public: everybody can pull from it"
    )
    description: Description = Field("", title="Description", description="One line, at most 100 characters")
    full_description: FullDescription = Field(
        "", title="Full description", description="What its page says, in Markdown, at most 25,000 characters"
    )


async def list_repositories(hub: Hub, params: RepositoryList) -> Answer:
    """Every repository that matches."""
    query = {"ordering": params.ordering} | ({"name": params.name} if params.name else {})
    pages = await hub.pages(REPOSITORIES, query=query, organization=params.organization)
    rows = tuple(
        (
            repository["name"],
            visibility_of(repository),
            f"{int(repository.get('pull_count') or 0):,}",
            day(repository.get("last_updated")),
            repository.get("description") or "–",
        )
        for repository in pages.data
    )
    columns = ("Repository", "Visibility", "Pulls", "Updated", "Description")
    return Answer(f"Repositories of {params.organization}", columns, rows, len(rows))


def visibility_of(repository: dict[str, Any]) -> Visibility:
    """`private` or `public`."""
    return "private" if repository.get("is_private") else "public"


async def find_repository(hub: Hub, organization: str, repository: str) -> dict[str, Any] | None:
    """The repository as Docker Hub has it, or None."""
    try:
        envelope = await hub.get(REPOSITORY, organization=organization, repository=repository)
    except NotFoundError:
        return None
    found: dict[str, Any] = envelope.data
    return found


async def is_there(hub: Hub, params: OneRepository) -> bool:
    """Whether there is such a repository, as far as the bot's account may see."""
    try:
        await hub.head(REPOSITORY, organization=params.organization, repository=params.repository)
    except NotFoundError:
        return False
    return True


async def missing_repository(hub: Hub, params: OneRepository) -> str:
    """The sentence that there is no such repository, with the nearest one that there is."""
    try:
        names = [each["name"] for each in (await hub.pages(REPOSITORIES, organization=params.organization)).data]
    except NotFoundError:
        names = []
    hint = nearest_hint(params.repository, names)
    return f"There is no repository “{params.repository}” in {params.organization}.{hint}"


async def require_repository(hub: Hub, params: OneRepository) -> dict[str, Any]:
    """The repository as Docker Hub has it; raises `UserError` where there is none."""
    repository = await find_repository(hub, params.organization, params.repository)
    if repository is None:
        raise at_fault("repository", f"{await missing_repository(hub, params)} “/hub repo list” shows them all.")
    return repository


def require_admin(repository: dict[str, Any], params: OneRepository) -> None:
    """Raises `UserError` where Docker Hub says that the bot's account does not administer the repository."""
    permissions = repository.get("permissions") or {}
    if permissions.get("admin") is False:
        levels = " and ".join(level for level in ("read", "write") if permissions.get(level)) or "look on"
        raise UserError(
            f"This takes an administrator of {params.organization}/{params.repository}, and the bot's account may only "
            f"{levels} there. Make it an editor of the organization, or give one of its teams the permission admin."
        )


async def read_tags(hub: Hub, params: OneRepository) -> list[dict[str, Any]]:
    """Every tag of a repository that is there, newest first."""
    try:
        pages = await hub.pages(TAGS, organization=params.organization, repository=params.repository)
    except NotFoundError:
        return []
    return list(pages.data)


async def count_tags(hub: Hub, params: OneRepository) -> int:
    """How many tags a repository that is there has."""
    try:
        pages = await hub.pages(TAGS, limit=1, organization=params.organization, repository=params.repository)
    except NotFoundError:
        return 0
    return len(pages.data) if pages.total is None else pages.total


async def show_repository(hub: Hub, params: OneRepository) -> Answer:
    """One repository: what it is, how big, how used, and what the bot's account may do on it."""
    repository = await require_repository(hub, params)
    tags = await count_tags(hub, params)
    title = f"Repository {params.organization}/{params.repository}"
    rows = repository_rows(repository, tags)
    return Answer(title, ("What", "Value"), rows, len(rows), MEANING[visibility_of(repository)])


def repository_rows(repository: dict[str, Any], tags: int) -> tuple[tuple[Cell, ...], ...]:
    """What there is to say of a repository, line by line."""
    immutable = repository.get("immutable_tags_settings") or {}
    rules = count(len(immutable.get("rules") or ()), "rule")
    allowed = [level for level, is_allowed in (repository.get("permissions") or {}).items() if is_allowed]
    return (
        ("Visibility", visibility_of(repository)),
        ("Description", repository.get("description") or "–"),
        ("Full description", repository.get("full_description") or "–"),
        ("Tags", f"{tags:,}"),
        ("Immutable tags", f"on, {rules}" if immutable.get("enabled") else "off"),
        ("Size", size(repository.get("storage_size"))),
        ("Pulls", f"{int(repository.get('pull_count') or 0):,}"),
        ("Stars", f"{int(repository.get('star_count') or 0):,}"),
        ("Updated", moment(repository.get("last_updated"))),
        ("Made", moment(repository.get("date_registered"))),
        ("Made by", repository.get("hub_user") or "–"),
        ("The bot may", ", ".join(allowed) or "–"),
    )


async def check_repository(hub: Hub, params: OneRepository) -> Answer:
    """Whether there is such a repository; the nearest where there is not."""
    name, there = f"{params.organization}/{params.repository}", await is_there(hub, params)
    hidden = "One that the bot's account may not see counts as missing."
    note = "" if there else f"{await missing_repository(hub, params)} {hidden}"
    return Answer(f"Is {name} there?", ("Repository", "There"), ((name, "yes" if there else "no"),), 1, note)


def excerpt(text: str) -> str:
    """The text in quotation marks; of a long one the beginning, and how long it is."""
    return f"“{text}”" if len(text) <= SHOWN else f"“{text[:SHOWN]}…” ({len(text):,} characters)"


def body_of(params: RepositoryCreate) -> dict[str, Any]:
    """What is sent for a new repository; a description that was not given is left out."""
    given = {"description": params.description, "full_description": params.full_description}
    return {
        "name": params.repository,
        "namespace": params.organization,
        "is_private": params.visibility == "private",
        **{key: text for key, text in given.items() if text},
    }


def publicity(visibility: str) -> tuple[Risk, ...]:
    """What to look at twice where a repository is or becomes public."""
    return (
        (Risk(Harm.PUBLIC, MEANING["public"].removeprefix("Public: ").capitalize()),) if visibility == "public" else ()
    )


async def preview_create(hub: Hub, params: RepositoryCreate) -> Preview:
    """The repository that would come; a no-op where it is there as asked, refused where its name is taken."""
    name = f"{params.organization}/{params.repository}"
    found = await find_repository(hub, params.organization, params.repository)
    if found is not None:
        refuse_different(found, params)
        return Preview((), notes=(f"There is such a repository {name} already.",))
    described = f", {excerpt(params.description)}" if params.description else ""
    changes = [Change(f"Repository {name}", None, f"new and {params.visibility}{described}")]
    if params.full_description:
        changes.append(Change("Full description", None, excerpt(params.full_description)))
    return Preview(tuple(changes), notes=(MEANING[params.visibility],), basis=body_of(params))


def refuse_different(found: dict[str, Any], params: RepositoryCreate) -> None:
    """Raises `UserError` where the repository that has the name is not what was asked for."""
    given = {key: value for key, value in body_of(params).items() if key not in {"name", "namespace"}}
    if any((found.get(key) or "") != (value or "") for key, value in given.items()):
        described = f", described as {excerpt(found['description'])}" if found.get("description") else ""
        raise at_fault(
            "repository",
            f"There is a repository “{params.repository}” in {params.organization} already: "
            f"{visibility_of(found)}{described}. Choose another name, or change that one with "
            f"“/hub repo update {params.repository}” and “/hub repo visibility {params.repository}”.",
        )


async def create(hub: Hub, params: RepositoryCreate) -> Outcome:
    """Make the repository."""
    await hub.post(REPOSITORIES, json=body_of(params), organization=params.organization)
    return Outcome(f"There is a {params.visibility} repository {params.organization}/{params.repository} now")


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="repo.list",
        title="List repositories",
        summary="List the organization's repositories",
        also_called=("images", "which repositories", "repositories"),
        params=RepositoryList,
        run=list_repositories,
        endpoint="GET /v2/namespaces/{namespace}/repositories",
        scopes=("scope-repository-list",),
        alias="repos",
    ),
    Read(
        name="repo.show",
        title="Show a repository",
        summary="Show one repository",
        also_called=("image", "about a repository"),
        params=OneRepository,
        run=show_repository,
        endpoint="GET /v2/namespaces/{namespace}/repositories/{repository}",
        scopes=("scope-repository-read", "scope-tag-read"),
    ),
    Read(
        name="repo.check",
        title="Check a repository",
        summary="Tell whether there is a repository of this name",
        also_called=("does a repository exist",),
        params=OneRepository,
        run=check_repository,
        endpoint="HEAD /v2/namespaces/{namespace}/repositories/{repository}",
        scopes=("scope-repository-read", "scope-repository-list"),
    ),
    Write(
        name="repo.create",
        title="Create a repository",
        summary="Create a repository",
        also_called=("new repository", "new repo", "make image"),
        verb="Ask to create it",
        heading=lambda params, _: f"Create {params.visibility} repository {params.organization}/{params.repository}",
        risks=lambda params, _: publicity(params.visibility),
        params=RepositoryCreate,
        preview=preview_create,
        execute=create,
        endpoint="POST /v2/namespaces/{namespace}/repositories",
        hub_action="repo.create",
        subjects=lambda params: (params.repository,),
        scopes=("scope-repository-read", "scope-repository-create"),
        needs="owners and editors",
    ),
)
