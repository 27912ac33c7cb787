"""Repositories of a namespace: list, create, read, describe, make private or public, delete."""

import re
from operator import attrgetter
from typing import Any

from sandbox.hub.content import access, log
from sandbox.hub.content.state import PERMISSIONS, OrganizationToken, Repository, State
from sandbox.hub.wire import pages, times
from sandbox.hub.wire.call import Answer, Call, Route, flag_in, text_in
from sandbox.hub.wire.callers import Hand
from sandbox.hub.wire.problems import Refusal

LIST, READ, CREATE = "scope-repository-list", "scope-repository-read", "scope-repository-create"
EDIT = "scope-repository-edit"
PAGE = pages.Shape(strict=True, nullable=True, bad=400)
OLDER_PAGE = pages.Shape(nullable=True)
NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")

_KEYS = {
    "name": attrgetter("name"),
    "last_updated": attrgetter("updated_at", "id"),
    "pull_count": attrgetter("pull_count", "id"),
}
ORDERINGS = tuple(f"{sign}{key}" for key in _KEYS for sign in ("", "-"))


def list_repositories(call: Call) -> Answer:
    """What the caller may see; to an organization access token without the scope only what is public, in silence."""
    return _listed(call, PAGE)


def list_repositories_of_old(call: Call) -> Answer:
    """The same at the older address, where a page that is too large is cut in silence."""
    return _listed(call, OLDER_PAGE)


def _listed(call: Call, shape: pages.Shape) -> Answer:
    namespace = call.params["namespace"]
    _check_namespace(call.state, namespace)
    ordering = call.choice("ordering", ORDERINGS, default="-last_updated")
    part = call.query.get("name", "").casefold()
    rows = [r for r in call.state.repositories.get(namespace, {}).values() if part in r.name]
    if not access.sees_all(call.hand, namespace):
        rows = [r for r in rows if access.permission(call.hand, r, scope=LIST)]
    rows.sort(key=_KEYS[ordering.removeprefix("-")], reverse=ordering.startswith("-"))
    return pages.paged(call, rows, shape=shape, render=_entry)


def create_repository(call: Call) -> Answer:
    """A new repository; only who owns the namespace or edits the organization may."""
    body = call.json()
    namespace = call.params.get("namespace") or text_in(body, "namespace")  # the older address has it in the body only
    _check_creator(call, namespace)
    name = text_in(body, "name")
    if text_in(body, "namespace") != namespace:
        raise Refusal(400, "the namespace is not the path's", fields={"namespace": f"must be {namespace}"})
    made = create(
        call.hand,
        namespace=namespace,
        name=name,
        private=flag_in(body, "is_private", default=False),
        description=text_in(body, "description", limit=100, default=""),
        full_description=text_in(body, "full_description", limit=25000, default=""),
    )
    return Answer(201, as_json(call, made))


def get_repository(call: Call) -> Answer:
    """One repository."""
    return Answer(data=as_json(call, access.repository(call, need="read", scope=READ)))


def check_repository(call: Call) -> Answer:
    """200 where it is there and can be seen."""
    access.repository(call, need="read", scope=READ)
    return Answer()


def describe_repository(call: Call) -> Answer:
    """Change the description, the full description, or both."""
    found, body = access.repository(call, need="admin", scope=EDIT), call.json()
    description = text_in(body, "description", limit=100, default=found.description)
    full_description = text_in(body, "full_description", limit=25000, default=found.full_description)
    found.description, found.full_description = description, full_description
    changed = ",".join(key for key in ("description", "full_description") if key in body)
    text = f"updated the repository {found.full_name}"
    _log(call.hand, "repo.update", found=found, text=text, fields=changed)
    return Answer(data=as_json(call, found))


def change_privacy(call: Call) -> Answer:
    """Make private or public."""
    found = access.repository(call, need="admin", scope=None)
    set_privacy(call.hand, found, private=flag_in(call.json(), "is_private"))
    return Answer(data={})


def delete_repository(call: Call) -> Answer:
    """Delete with everything in it; 202, as Docker Hub deletes later."""
    delete(call.hand, access.repository(call, need="admin", scope=None))
    return Answer(202, data={})


def create(
    hand: Hand,
    *,
    namespace: str,
    name: str,
    private: bool,
    description: str = "",
    full_description: str = "",
) -> Repository:
    """Make a repository. Raises Refusal 400 for a name that cannot be, or is taken."""
    if not 2 <= len(name) <= 255 or not NAME.fullmatch(name):
        text = "a repository's name has 2 to 255 lower-case letters and digits, parted by one of . _ -"
        raise Refusal(400, text, fields={"name": text})
    state = hand.state
    if state.repository(namespace, name) is not None:
        raise Refusal(400, "Repository with this name already exists.", fields={"name": "already exists"})
    now = state.now()
    made = Repository(
        state.number(), namespace, name, now, hand.caller.name, private, description, full_description, updated_at=now
    )
    state.repositories.setdefault(namespace, {})[name] = made
    privacy = "private" if private else "public"
    text = f"created the {privacy} repository {made.full_name}"
    _log(hand, "repo.create", found=made, text=text, privacy=privacy)
    return made


def set_privacy(hand: Hand, found: Repository, *, private: bool) -> None:
    """Make private or public; nothing is logged where it is so already."""
    if found.private == private:
        return
    found.private, privacy = private, "private" if private else "public"
    text = f"changed the privacy of the repository {found.full_name} to {privacy}"
    _log(hand, "repo.change_privacy", found=found, text=text, privacy=privacy)


def delete(hand: Hand, found: Repository) -> None:
    """Delete a repository with its tags; one event."""
    del hand.state.repositories[found.namespace][found.name]
    _log(hand, "repo.delete", found=found, text=f"deleted the repository {found.full_name}")


def as_json(call: Call, found: Repository) -> dict[str, Any]:
    """The contract's `repository_info`, with the caller's own permissions."""
    level = access.permission(call.hand, found, scope=READ)
    owned = PERMISSIONS.index(level) if level else -1
    return {
        **_entry(found),
        "user": found.namespace,
        "is_automated": False,
        "collaborator_count": 0,
        "hub_user": found.created_by,
        "has_starred": False,
        "full_description": found.full_description,
        "permissions": {name: index <= owned for index, name in enumerate(PERMISSIONS)},
        "immutable_tags_settings": {"enabled": found.immutable, "rules": list(found.rules)},
        "source": None,
    }


def _entry(found: Repository) -> dict[str, Any]:
    """The contract's `repository_list_entry`."""
    images = bool(found.tags)
    return {
        "name": found.name,
        "namespace": found.namespace,
        "repository_type": "image",
        "status": 1,
        "status_description": "active",
        "description": found.description,
        "is_private": found.private,
        "star_count": found.star_count,
        "pull_count": found.pull_count,
        "last_updated": times.stamp(found.updated_at),
        "last_modified": times.stamp(found.updated_at),
        "date_registered": times.stamp(found.created_at),
        "affiliation": "owner",
        "media_types": ["application/vnd.oci.image.index.v1+json"] if images else [],
        "content_types": ["image"] if images else [],
        "categories": [],
        "storage_size": sum(tag.size for tag in found.tags.values()),
    }


def _check_namespace(state: State, namespace: str) -> None:
    if namespace not in state.organizations and namespace not in state.accounts:
        raise Refusal(404, f"namespace {namespace} not found")


def _check_creator(call: Call, namespace: str) -> None:
    _check_namespace(call.state, namespace)
    if namespace in call.state.organizations:
        access.organization(call, namespace, scope=CREATE, roles=access.EDITORS)
    elif isinstance(call.caller.token, OrganizationToken) or call.caller.name != namespace:
        raise Refusal(403, f"you cannot create repositories in {namespace}")


def _log(hand: Hand, action: str, *, found: Repository, text: str, **data: str) -> None:
    log.record(hand, action, account=found.namespace, name=found.full_name, text=text, data=data)


NAMESPACED = "/v2/namespaces/{namespace}/repositories"
OLDER = "/v2/repositories/{namespace}/{repository}"

ROUTES = (
    Route("GET", NAMESPACED, list_repositories, "repositories", auth="optional"),
    Route("POST", NAMESPACED, create_repository, "repositories"),
    Route("GET", f"{NAMESPACED}/{{repository}}", get_repository, "repositories", auth="optional"),
    Route("HEAD", f"{NAMESPACED}/{{repository}}", check_repository, "repositories", auth="optional"),
    Route("PATCH", f"{NAMESPACED}/{{repository}}", describe_repository, "repositories"),
    Route("GET", "/v2/repositories/{namespace}", list_repositories_of_old, "repositories", auth="optional", older=True),
    Route("POST", "/v2/repositories", create_repository, "repositories", older=True),
    Route("GET", OLDER, get_repository, "repositories", auth="optional", older=True),
    Route("HEAD", OLDER, check_repository, "repositories", auth="optional", older=True),
    Route("PATCH", OLDER, describe_repository, "repositories", older=True),
    Route("POST", f"{OLDER}/privacy", change_privacy, "repositories"),
    Route("DELETE", f"{OLDER}/", delete_repository, "repositories"),
)
