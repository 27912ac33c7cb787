"""Repositories, and which of their tags are immutable."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from bot.errors import UserError
from bot.hub import Call, Hub, HubProtocolError, NotFoundError
from bot.operations.base import Answer, Change, Choices, Operation, Outcome, Params, Preview, Read, Write
from bot.operations.fields import Organization, RepositoryName, TagRules
from bot.operations.text import count, day

REPOSITORIES = "/v2/namespaces/{organization}/repositories"
REPOSITORY = "/v2/namespaces/{organization}/repositories/{repository}"
IMMUTABLE_TAGS = "/v2/namespaces/{organization}/repositories/{repository}/immutabletags"
VERIFY = "/v2/namespaces/{organization}/repositories/{repository}/immutabletags/verify"
EVERY_TAG = ".*"


async def choose_repositories(hub: Hub, organization: str, typed: str) -> Sequence[str]:
    """Repository names that match what was typed, for a form's menu."""
    query = {"ordering": "name"} | ({"name": typed} if typed else {})
    pages = await hub.pages(REPOSITORIES, query=query, limit=100, organization=organization)
    return [repository["name"] for repository in pages.data]


REPOSITORY_CHOICES = Choices(choose_repositories)


class RepositoryList(Params):
    """Which repositories to list, in which order."""

    organization: Organization
    name: str = Field("", title="Name", description="Part of the repository's name")
    ordering: Literal["name", "-name", "last_updated", "-last_updated", "pull_count", "-pull_count"] = Field(
        "name", title="Order", description="What to sort by; - turns it round"
    )


class OneRepository(Params):
    """A repository."""

    organization: Organization
    repository: Annotated[RepositoryName, REPOSITORY_CHOICES]


class ImmutableSet(OneRepository):
    """Which tags of a repository shall be immutable."""

    rules: TagRules = ()
    enabled: bool = Field(
        True, title="Immutable tags", description="Whether rules hold; without rules, they stay as they are"
    )


@dataclass(frozen=True, slots=True)
class ImmutableSettings:
    """A repository's setting: whether its rules hold, and the rules (RE2)."""

    enabled: bool
    rules: tuple[str, ...]

    @property
    def effective(self) -> tuple[str, ...]:
        """The expressions that make tags immutable now; switched on without a rule, all of them are."""
        return (self.rules or (EVERY_TAG,)) if self.enabled else ()


async def list_repositories(hub: Hub, params: RepositoryList) -> Answer:
    """Every repository that matches."""
    query = {"ordering": params.ordering} | ({"name": params.name} if params.name else {})
    pages = await hub.pages(REPOSITORIES, query=query, organization=params.organization)
    rows = tuple(
        (
            repository["name"],
            "private" if repository.get("is_private") else "public",
            f"{int(repository.get('pull_count') or 0):,}",
            day(repository.get("last_updated")),
            repository.get("description") or "–",
        )
        for repository in pages.data
    )
    columns = ("Repository", "Visibility", "Pulls", "Updated", "Description")
    return Answer(f"Repositories of {params.organization}", columns, rows, len(rows))


async def require_repository(hub: Hub, params: OneRepository) -> dict[str, Any]:
    """The repository as Docker Hub has it; raises `UserError` where there is none."""
    try:
        envelope = await hub.get(REPOSITORY, organization=params.organization, repository=params.repository)
    except NotFoundError:
        raise UserError(
            f"There is no repository “{params.repository}” in {params.organization}. “/hub repo list” shows them all."
        ) from None
    repository: dict[str, Any] = envelope.data
    return repository


async def read_settings(hub: Hub, params: OneRepository) -> ImmutableSettings:
    """The repository's immutable-tags setting."""
    settings = (await require_repository(hub, params)).get("immutable_tags_settings")
    if not isinstance(settings, dict):
        raise HubProtocolError(Call("GET", REPOSITORY, REPOSITORY), detail="no immutable_tags_settings")
    return ImmutableSettings(bool(settings.get("enabled")), tuple(settings.get("rules") or ()))


async def matching_tags(hub: Hub, params: OneRepository, rules: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each rule the tags that Docker Hub says it matches."""
    unique = tuple(dict.fromkeys(rules))
    envelopes = await asyncio.gather(
        *(
            hub.post(
                VERIFY,
                json={"regex": rule},
                repeatable=True,
                organization=params.organization,
                repository=params.repository,
            )
            for rule in unique
        )
    )
    return {rule: frozenset(envelope.data.get("tags") or ()) for rule, envelope in zip(unique, envelopes, strict=True)}


def wanted_settings(params: ImmutableSet, current: ImmutableSettings) -> ImmutableSettings:
    """The setting after the write: rules that were not given stay as they are."""
    wanted = ImmutableSettings(params.enabled, params.rules or current.rules)
    if wanted.enabled and not wanted.rules:
        raise UserError(f"{params.repository} has no rules yet. Give at least one, such as --rule 'v.*'.")
    return wanted


async def preview_set(hub: Hub, params: ImmutableSet) -> Preview:
    """The setting before and after, and which tags become immutable or mutable again.

    What must still hold when it is done: the setting as it stood, and the tags that lose their protection. A tag that
    was pushed meanwhile and is only protected by the new rules does not make the approval stale.
    """
    current = await read_settings(hub, params)
    wanted = wanted_settings(params, current)
    if current == wanted:
        return Preview((), notes=(f"{params.repository} has these rules already.",))
    tags = await matching_tags(hub, params, (*current.effective, *wanted.effective))
    before = frozenset[str]().union(*(tags[rule] for rule in current.effective))
    after = frozenset[str]().union(*(tags[rule] for rule in wanted.effective))
    gained, lost = tuple(sorted(after - before)), tuple(sorted(before - after))
    return Preview(
        changes=(*setting_changes(current, wanted), *tag_changes(gained, lost)),
        notes=(f"{count(len(after), 'tag')} of {params.repository} will be immutable, {len(before):,} are now.",),
        basis={"before": [current.enabled, current.rules], "after": [wanted.enabled, wanted.rules], "lost": lost},
    )


def setting_changes(current: ImmutableSettings, wanted: ImmutableSettings) -> tuple[Change, ...]:
    """What changes in the setting itself."""
    changes = []
    if current.enabled != wanted.enabled:
        changes.append(Change("Immutable tags", "on" if current.enabled else "off", "on" if wanted.enabled else "off"))
    if current.rules != wanted.rules:
        changes.append(Change("Rules", "  ".join(current.rules) or None, "  ".join(wanted.rules) or None))
    return tuple(changes)


def tag_changes(gained: tuple[str, ...], lost: tuple[str, ...]) -> tuple[Change, ...]:
    """What changes for the tags."""
    changes = []
    if gained:
        changes.append(Change(f"{count(len(gained), 'tag')} immutable", "mutable", "immutable", items=gained))
    if lost:
        changes.append(Change(f"{count(len(lost), 'tag')} mutable again", "immutable", "mutable", items=lost))
    return tuple(changes)


async def set_immutable(hub: Hub, params: ImmutableSet) -> Outcome:
    """Write the setting: both keys, always, or another writer's rules would be lost."""
    wanted = wanted_settings(params, await read_settings(hub, params))
    body = {"immutable_tags": wanted.enabled, "immutable_tags_rules": list(wanted.rules)}
    await hub.patch(IMMUTABLE_TAGS, json=body, organization=params.organization, repository=params.repository)
    state = f"on, with {count(len(wanted.rules), 'rule')}" if wanted.enabled else "off"
    return Outcome(f"Immutable tags of {params.repository} are {state}")


async def show_immutable(hub: Hub, params: OneRepository) -> Answer:
    """The rules, and which tags each makes immutable."""
    settings = await read_settings(hub, params)
    tags = await matching_tags(hub, params, settings.rules)
    rows = tuple((rule, f"{len(tags[rule]):,}", ", ".join(sorted(tags[rule])) or "–") for rule in settings.rules)
    state = "on" if settings.enabled else "off: the rules below do not hold"
    title = f"Immutable tags of {params.organization}/{params.repository}"
    return Answer(title, ("Rule", "Tags", "Which"), rows, len(rows), f"Immutable tags are {state}.")


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="repo.list",
        title="List repositories",
        summary="List the organization's repositories",
        params=RepositoryList,
        run=list_repositories,
        endpoint="GET /v2/namespaces/{namespace}/repositories",
        scopes=("scope-repository-list",),
    ),
    Read(
        name="repo.immutable.show",
        title="Show immutable tags",
        summary="Show which tags of a repository are immutable",
        params=OneRepository,
        run=show_immutable,
        endpoint="GET /v2/namespaces/{namespace}/repositories/{repository}",
        scopes=("scope-repository-read", "scope-repository-settings-admin"),
    ),
    Write(
        name="repo.immutable.set",
        title="Set immutable tags",
        summary="Set which tags of a repository are immutable",
        params=ImmutableSet,
        preview=preview_set,
        execute=set_immutable,
        endpoint="PATCH /v2/namespaces/{namespace}/repositories/{repository}/immutabletags",
        hub_action="repo.immutable.tags.updated",
        subjects=lambda params: (params.repository,),
        scopes=("scope-repository-settings-admin",),
    ),
)
