"""What an organization access token reaches: as people type it, as Docker Hub has it, and in words."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from bot.hub import Hub
from bot.operations.kit.base import Change, Reach, Reaches
from bot.operations.kit.fields import (
    LETTERS_AND_DIGITS,
    Spelled,
    Text,
    check_repository_name,
    refuse,
    split_lines,
    split_words,
)
from bot.operations.kit.menus import Endings, Menu
from bot.operations.kit.pages import read_place
from bot.operations.kit.text import nearest
from bot.operations.repositories.repositories import REPOSITORIES, OneRepository, require_repository
from bot.operations.tokens.access_tokens import Token

REPOSITORY = "TYPE_REPO"
ORGANIZATION = "TYPE_ORG"
EVERY_PUBLIC = "*/*/public"
NONE = "none"
NAME_OR_STAR = LETTERS_AND_DIGITS + "._-*"

# https://docs.docker.com/security/access-tokens/organization-access-tokens/ says what the console takes; the contract
# has no such limit.
MAX_DESCRIPTION = 200
MAX_REPOSITORIES = 50
LONGEST_LIFE = timedelta(days=366)

# Both tables: https://docs.docker.com/security/access-tokens/reference/#organization-access-token-scopes
REPOSITORY_SCOPES: Mapping[str, str] = {
    "scope-image-pull": "pull images",
    "scope-image-push": "push and pull images",
    "scope-image-delete": "delete, push and pull images",
    "scope-repository-read": "read repository details",
    "scope-repository-edit": "edit details and make private or public",
    "scope-repository-admin": "delete the repository",
    "scope-repository-settings-admin": "set immutable tags",
    "scope-tag-read": "read tags",
    "scope-tag-admin": "delete tags",
    "scope-webhook-read": "read webhooks",
    "scope-webhook-edit": "make webhooks",
    "scope-webhook-admin": "delete webhooks",
    "scope-repo-group-read": "read which teams have access",
    "scope-repo-group-edit": "give teams access",
    "scope-repo-group-admin": "take access from teams",
}
ORGANIZATION_SCOPES: Mapping[str, str] = {
    "scope-member-read": "read members",
    "scope-member-edit": "change and remove members",
    "scope-invite-read": "read invites",
    "scope-invite-edit": "send and cancel invites",
    "scope-group-read": "read teams",
    "scope-group-edit": "change teams and who is in them",
    "scope-activity-read": "read the audit log",
    "scope-repository-list": "list all repositories, private ones too",
    "scope-repository-create": "create repositories",
    "scope-report-read": "download usage reports",
    "scope-registry-usage-read": "read registry usage",
    "scope-ram-read": "read registry access management",
    "scope-ram-write": "change registry access management",
    "scope-siem_credentials-read": "read SIEM destinations with their credentials",
}
WORDS = {**REPOSITORY_SCOPES, **ORGANIZATION_SCOPES}
# The lesser ones that a scope takes in, as its words in the table say.
INCLUDED: Mapping[str, tuple[str, ...]] = {
    "scope-image-push": ("scope-image-pull",),
    "scope-image-delete": ("scope-image-push", "scope-image-pull"),
}


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing that a token reaches, with Docker's names of its type and scopes."""

    type: str
    path: str
    scopes: tuple[str, ...]

    @property
    def may(self) -> str:
        """What the token may do there, in words; a scope that Docker has added since reads as it is."""
        return ", ".join(WORDS.get(scope, scope) for scope in self.scopes) or "nothing"

    def as_json(self) -> dict[str, Any]:
        """As Docker Hub takes it."""
        return {"type": self.type, "path": self.path, "scopes": list(self.scopes)}


def read_resources(token: Mapping[str, Any]) -> tuple[Resource, ...]:
    """The resources in Docker Hub's answer."""
    return tuple(
        Resource(str(row.get("type")), str(row.get("path")), tuple(row.get("scopes") or ()))
        for row in token.get("resources") or ()
    )


def check_scope(typed: str, *, known: Mapping[str, str], of: str, elsewhere: str) -> str:
    """Docker's name of a scope; it may be typed without its `scope-`."""
    scope = f"scope-{typed.lower().removeprefix('scope-')}"
    if scope in known:
        return scope
    if scope in WORDS:
        raise refuse(f"“{scope}” is no scope of {of}: give it as {elsewhere}{scope.removeprefix('scope-')}")
    near = nearest(scope, known)
    names = ", ".join(name.removeprefix("scope-") for name in known)
    raise refuse(f"“{typed}” is no scope of {of}: " + (f"the nearest is {near}" if near else f"there are {names}"))


def check_path(typed: str, organization: str) -> str:
    """`acme/api`, `acme/*` or `*/*/public`; `api` alone is `acme/api`, and the address of its page will do."""
    place = None if "*" in typed else read_place(typed, "repository")
    path = f"{place.organization or organization}/{place.repository}" if place else typed.lower()
    owner, slash, name = path.partition("/")
    if path in {EVERY_PUBLIC, f"{organization}/*"}:
        return path
    if slash and organization and owner != organization and "*" not in owner:
        raise refuse(
            f"“{typed}” is not {organization}'s, and its tokens reach no others: all of its own are {organization}/*"
        )
    if "*" in path or (slash and not name) or path in {organization, "all", "public", ""}:
        raise refuse(
            f"“{typed}” is no repository: one of them is {organization}/<name>, all of them are {organization}/*, "
            f"and all public ones on Docker Hub are {EVERY_PUBLIC}"
        )
    return f"{organization}/{check_repository_name(name if slash else path)}"


def check_grant(value: str, info: ValidationInfo) -> str:
    """`acme/api:scope-image-pull,scope-image-push`; the scopes may be typed without their `scope-`."""
    if value == NONE:
        return value
    organization = str(info.data.get("organization", ""))
    begin = value.find("://") + 1
    path, scopes = (value[:at], value[at + 1 :]) if (at := value.find(":", begin + 1)) > 0 else (value, "")
    path = check_path(path.strip(), organization)
    listed = split_words(scopes)
    if not listed:
        raise refuse(f"“{value}” says no scope: write {path}:image-pull, or several parted by commas")
    checked = (
        check_scope(each, known=REPOSITORY_SCOPES, of="a repository", elsewhere="--org-scope ") for each in listed
    )
    return f"{path}:{','.join(dict.fromkeys(checked))}"


def join_grants(values: tuple[str, ...]) -> tuple[str, ...]:
    """One grant a path; `none` stands alone."""
    check_none(values)
    scopes: dict[str, dict[str, None]] = {}
    for value in values:
        path, _, listed = value.partition(":")
        scopes.setdefault(path, {}).update(dict.fromkeys(listed.split(",")))
    return tuple(path if path == NONE else f"{path}:{','.join(listed)}" for path, listed in scopes.items())


def read_reach(grant: str) -> Reach:
    """What a grant reaches, as `repository:scope`, one text a scope.

    All public repositories on Docker Hub are the organization's public ones too: what they are is known to nobody here.
    """
    path, _, listed = grant.partition(":")
    if path == NONE:
        return Reach(NAME_OR_STAR, (NONE,), (NONE,))
    scopes = listed.split(",")
    lesser = [each for scope in scopes for each in INCLUDED.get(scope, ())]
    paths = (path, "*/*") if path == EVERY_PUBLIC else (path,)
    covers = tuple(f"{each}:{scope}" for each in paths for scope in dict.fromkeys((*scopes, *lesser)))
    return Reach(NAME_OR_STAR, covers, tuple(f"{path}:{scope}" for scope in scopes))


def check_organization_scope(value: str, info: ValidationInfo) -> str:
    """`scope-member-read`, typed in full or as `member-read`."""
    elsewhere = f"--repo {info.data.get('organization', '')}/*:"
    if value == NONE:
        return value
    return check_scope(value, known=ORGANIZATION_SCOPES, of="the organization", elsewhere=elsewhere)


def check_none(values: Sequence[str]) -> None:
    """Raises where `none` stands among others."""
    if NONE in values and len(values) > 1:
        raise refuse("“none” stands alone, or not at all")


def join_scopes(values: tuple[str, ...]) -> tuple[str, ...]:
    """Each scope once; `none` stands alone."""
    unique = tuple(dict.fromkeys(values))
    check_none(unique)
    return unique


def end_lines(text: str, scopes: Sequence[str]) -> str:
    """The text, in which each line that says no scope gets these."""
    return "\n".join(end_line(line.strip(), scopes) for line in text.splitlines() if line.strip())


def end_line(line: str, scopes: Sequence[str]) -> str:
    """The grant, with these scopes where it says none."""
    has_scopes = line.find(":", line.find("://") + 2 if "://" in line else 0) > 0
    return line if has_scopes or not scopes or line == NONE else f"{line}:{','.join(scopes)}"


def without_prefix(scopes: Mapping[str, str]) -> dict[str, str]:
    """The scopes as people type them."""
    return {scope.removeprefix("scope-"): meaning for scope, meaning in scopes.items()}


Grants = Annotated[
    tuple[Annotated[Text, AfterValidator(check_grant)], ...],
    BeforeValidator(split_lines),
    AfterValidator(join_grants),
    Reaches(read_reach),
    Endings("What it may do there", without_prefix(REPOSITORY_SCOPES), end_lines),
    Spelled(LETTERS_AND_DIGITS + "._-/:*", 600),
]
OrganizationScopes = Annotated[
    tuple[Annotated[Text, AfterValidator(check_organization_scope)], ...],
    BeforeValidator(split_words),
    AfterValidator(join_scopes),
    Menu(without_prefix(ORGANIZATION_SCOPES)),
]


def wanted_resources(
    organization: str, grants: Iterable[str], scopes: Sequence[str], *, current: Sequence[Resource] = ()
) -> tuple[Resource, ...]:
    """The resources after a write: a kind that was not given stays as it is, `none` empties it."""
    repositories = [resource for resource in current if resource.type != ORGANIZATION]
    whole = [resource for resource in current if resource.type == ORGANIZATION]
    if listed := tuple(grants):
        pairs = (grant.partition(":") for grant in listed if grant != NONE)
        repositories = [Resource(REPOSITORY, path, tuple(names.split(","))) for path, _, names in pairs]
    if scopes:
        named = tuple(scope for scope in scopes if scope != NONE)
        whole = [Resource(ORGANIZATION, organization, named)] if named else []
    return (*repositories, *whole)


def place_of(resource: Resource, *, size: str = "") -> str:
    """Where the token reaches, in words."""
    if resource.type == ORGANIZATION:
        return f"the organization {resource.path} itself"
    if resource.path == EVERY_PUBLIC:
        return f"all public repositories on Docker Hub ({EVERY_PUBLIC})"
    if resource.path.endswith("/*"):
        return f"all {size}repositories of {resource.path.removesuffix('/*')}, later ones too ({resource.path})"
    return resource.path


async def name_place(hub: Hub, organization: str, resource: Resource) -> str:
    """As `place_of`, with how many, and private or public; raises `UserError` for a repository that is not there."""
    if resource.type == ORGANIZATION or resource.path == EVERY_PUBLIC:
        return place_of(resource)
    if resource.path.endswith("/*"):
        total = (await hub.pages(REPOSITORIES, limit=1, organization=organization)).total
        return place_of(resource, size=f"{total:,} " if total else "")
    name = resource.path.removeprefix(f"{organization}/")
    repository = await require_repository(hub, OneRepository(organization=organization, repository=name))
    return f"{resource.path} ({'private' if repository.get('is_private') else 'public'})"


async def changes_of_reach(
    hub: Hub, organization: str, before: Sequence[Resource], after: Sequence[Resource]
) -> tuple[Change, ...]:
    """What the token may do after that it may not do before, and the reverse, place by place."""
    old, new = ({(each.type, each.path): each for each in side} for side in (before, after))
    differing = [key for key in {**old, **new} if set(scopes_at(old, key)) != set(scopes_at(new, key))]
    asked = [key for key in differing if key in new]
    names = await asyncio.gather(*(name_place(hub, organization, new[key]) for key in asked))
    places = {key: place_of(old[key]) for key in differing if key not in new} | dict(zip(asked, names, strict=True))
    return tuple(
        Change(f"Reach: {places[key]}", old[key].may if key in old else None, new[key].may if key in new else None)
        for key in differing
    )


def scopes_at(side: dict[tuple[str, str], Resource], key: tuple[str, str]) -> tuple[str, ...]:
    """The scopes at one place; none where the token does not reach it."""
    return side[key].scopes if key in side else ()


def limit_notes(description: str | None, resources: Sequence[Resource], expires: date | None = None) -> tuple[str, ...]:
    """What Docker's console would not take; whether the API takes it is not written anywhere."""
    repositories = sum(resource.type != ORGANIZATION for resource in resources)
    notes = []
    if len(description or "") > MAX_DESCRIPTION:
        notes.append(f"The description has {len(description or ''):,} characters; the console takes {MAX_DESCRIPTION}.")
    if repositories > MAX_REPOSITORIES:
        notes.append(f"It names {repositories:,} repositories; Docker's console takes {MAX_REPOSITORIES}.")
    if expires and expires > datetime.now(UTC).date() + LONGEST_LIFE:
        notes.append("It expires in more than a year; Docker's console takes a year at the most.")
    return tuple(f"{note} Docker Hub may refuse it." for note in notes)


def history_notes(token: Token, resources: Sequence[Resource], *, stops: bool) -> tuple[str, ...]:
    """Who made it, when it was last used, what it reaches; and that somebody is locked out, where it stops."""
    return (
        f"“{token.label}” was {token.story}.",
        *(f"It reaches {place_of(each)}: {each.may}." for each in resources),
        *(("Whatever uses it is locked out at once.",) if stops else ()),
    )
