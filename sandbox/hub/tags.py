"""Tags of a repository: the list, one of them, the push that a registry would do, and deletion."""

import hashlib
from operator import attrgetter
from typing import Any

from sandbox.hub import immutable_tags
from sandbox.hub.content import access, log
from sandbox.hub.content.state import Repository, State, Tag
from sandbox.hub.wire import pages, times
from sandbox.hub.wire.call import Answer, Call, Route
from sandbox.hub.wire.callers import Hand
from sandbox.hub.wire.problems import Refusal, Style

READ = "scope-tag-read"
PAGE = pages.Shape(nullable=True)
MONTH = 30 * 86400
INDEX = "application/vnd.oci.image.index.v1+json"


def list_tags(call: Call) -> Answer:
    """Newest first."""
    found = access.repository(call, need="read", scope=READ)
    rows = sorted(found.tags.values(), key=attrgetter("pushed_at", "id"), reverse=True)
    return pages.paged(call, rows, shape=PAGE, render=lambda tag: _row(call.state, tag, found=found))


def check_tags(call: Call) -> Answer:
    """200 where the repository has tags."""
    if not access.repository(call, need="read", scope=READ).tags:
        raise Refusal(404, "the repository has no tags")
    return Answer()


def get_tag(call: Call) -> Answer:
    """One tag."""
    found = access.repository(call, need="read", scope=READ)
    return Answer(data=_row(call.state, _tag(call, found), found=found))


def check_tag(call: Call) -> Answer:
    """200 where the tag is there."""
    _tag(call, access.repository(call, need="read", scope=READ))
    return Answer()


def delete_tag(call: Call) -> Answer:
    """Delete a tag; an immutable one cannot be deleted."""
    found = access.repository(call, need="admin", scope=None)
    delete(call.hand, found, tag=_tag(call, found))
    return Answer(204)


def push(hand: Hand, found: Repository, *, name: str) -> Tag:
    """A new image under a tag, as `docker push` leaves it. Raises Refusal 403 for an immutable tag that is there.

    Source: docs.docker.com/docker-hub/repos/manage/hub-images/immutable-tags
    """
    old, now = found.tags.get(name), hand.state.now()
    if old is not None:
        _check_mutable(hand.state, found, name=name)
    tag = _pushed(hand, old, name=name, seed=f"{found.full_name}:{name}:{hand.state.number()}")
    found.tags[name], found.updated_at = tag, now
    text = f"pushed the tag {name} with the digest {tag.digest[:20]} to the repository {found.full_name}"
    _log(hand, "repo.tag.push", found=found, tag=tag, text=text)
    return tag


def delete(hand: Hand, found: Repository, *, tag: Tag) -> None:
    """Delete a tag. Raises Refusal 403 for an immutable one."""
    _check_mutable(hand.state, found, name=tag.name)
    del found.tags[tag.name]
    text = f"deleted the tag {tag.name} of the repository {found.full_name}"
    _log(hand, "repo.tag.delete", found=found, tag=tag, text=text)


def digest_of(seed: str) -> str:
    """A digest that looks like one."""
    return f"sha256:{hashlib.sha256(seed.encode()).hexdigest()}"


def _log(hand: Hand, action: str, *, found: Repository, tag: Tag, text: str) -> None:
    data = {"digest": tag.digest, "tag": tag.name}
    log.record(hand, action, account=found.namespace, name=found.full_name, text=text, data=data)


def _pushed(hand: Hand, old: Tag | None, *, name: str, seed: str) -> Tag:
    creator = old.created_by if old else hand.caller.name
    number = old.id if old else hand.state.number()
    digest = digest_of(seed)
    return Tag(number, name, digest, 20_000_000 + int(digest[7:12], 16), creator, hand.caller.name, hand.state.now())


def _check_mutable(state: State, found: Repository, *, name: str) -> None:
    if immutable_tags.is_immutable(state.options, found, tag=name):
        raise Refusal(403, f"the tag {name} of {found.full_name} is immutable")


def _tag(call: Call, found: Repository) -> Tag:
    tag = found.tags.get(call.params["tag"])
    if tag is None:
        raise Refusal(404, f"tag '{call.params['tag']}' not found")
    return tag


def _row(state: State, tag: Tag, *, found: Repository) -> dict[str, Any]:
    image = _image(state, tag)
    updater, creator = state.accounts.get(tag.updated_by), state.accounts.get(tag.created_by)
    return {
        "id": tag.id,
        "name": tag.name,
        "images": [image] if state.options.images_as_list else image,
        "creator": creator.number if creator else 0,
        "last_updated": times.stamp(tag.pushed_at),
        "last_updater": updater.number if updater else 0,
        "last_updater_username": tag.updated_by,
        "repository": found.id,
        "full_size": tag.size,
        "v2": "true" if state.options.v2_is_text else True,
        ("tag_status" if state.options.tag_status else "status"): _status(state, tag),
        "tag_last_pulled": times.maybe_stamp(tag.pulled_at),
        "tag_last_pushed": times.stamp(tag.pushed_at),
        "media_type": INDEX,
        "content_type": "image",
        "digest": tag.digest,
    }


def _image(state: State, tag: Tag) -> dict[str, Any]:
    layer = {"digest": digest_of(tag.digest), "size": tag.size, "instruction": "COPY . /app"}
    return {
        "architecture": "amd64",
        "features": "",
        "variant": "",
        "digest": tag.digest,
        **({"layers": [layer]} if state.options.layers else {}),
        "os": "linux",
        "os_features": "",
        "os_version": "",
        "size": tag.size,
        "status": _status(state, tag),
        "last_pulled": times.maybe_stamp(tag.pulled_at),
        "last_pushed": times.stamp(tag.pushed_at),
    }


def _status(state: State, tag: Tag) -> str:
    used = max(tag.pushed_at, tag.pulled_at or 0.0)
    return "active" if used > state.now() - MONTH else "inactive"


TAGS = "/v2/namespaces/{namespace}/repositories/{repository}/tags"
OLDER = "/v2/repositories/{namespace}/{repository}/tags"

ROUTES = (
    Route("GET", TAGS, list_tags, "tags", Style.DETAIL, auth="optional"),
    Route("HEAD", TAGS, check_tags, "tags", Style.DETAIL, auth="optional"),
    Route("GET", f"{TAGS}/{{tag}}", get_tag, "tags", Style.DETAIL, auth="optional"),
    Route("HEAD", f"{TAGS}/{{tag}}", check_tag, "tags", Style.DETAIL, auth="optional"),
    Route("GET", OLDER, list_tags, "tags", Style.DETAIL, auth="optional", older=True),
    Route("HEAD", OLDER, check_tags, "tags", Style.DETAIL, auth="optional", older=True),
    Route("GET", f"{OLDER}/{{tag}}", get_tag, "tags", Style.DETAIL, auth="optional", older=True),
    Route("HEAD", f"{OLDER}/{{tag}}", check_tag, "tags", Style.DETAIL, auth="optional", older=True),
    Route("DELETE", f"{OLDER}/{{tag}}", delete_tag, "tags", Style.DETAIL),
)
