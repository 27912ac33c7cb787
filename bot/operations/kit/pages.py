"""Addresses of Docker Hub's pages, and references to images: which organization, repository or tag they name."""

import re
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from urllib.parse import unquote

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import with_info_before_validator_function

from bot.keystrokes import bare
from bot.operations.kit.base import marker_of

Kind: TypeAlias = Literal["organization", "repository", "tag", "team", "person"]
TITLES: dict[Kind, str] = {
    "organization": "organization",
    "repository": "repository",
    "tag": "tag",
    "team": "team",
    "person": "Docker ID",
}
# Docker's own images, which a reference without an organization means:
# https://docs.docker.com/docker-hub/image-library/trusted-content/#docker-official-images
OFFICIAL = "library"

LINK = re.compile(r"<([^<>|]+)(?:\|[^<>]*)?>")
ADDRESS = re.compile(
    r"(?P<scheme>https?://)?(?P<host>(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63})(?::[0-9]+)?(?P<path>/[^?#\s]*)?(?:[?#]\S*)?",
    re.IGNORECASE,
)
DOCKERS = re.compile(r"(?:[a-z0-9-]{1,63}\.)*docker\.(?:com|io)", re.IGNORECASE)
# Those whose paths are pages; the others are what images are pulled from.
SITES = re.compile(r"(?:www\.)?(?:hub|app|login|docs)\..*", re.IGNORECASE)
COMMANDS = frozenset({"pull", "push"})
COMMAND = re.compile(r"(?:\$\s*)?(?:sudo\s+)?docker\s+(?:image\s+)?(?:pull|push)\s+", re.IGNORECASE)
# https://docs.docker.com/reference/cli/docker/image/tag/#description
REFERENCE = re.compile(
    r"(?:(?P<owner>[^\s/:@]+)/)?(?P<repository>[^\s/:@]+)(?::(?P<tag>[^\s/:@]+))?(?:@(?P<digest>[a-z0-9]+:[0-9a-f]+))?",
    re.IGNORECASE,
)
PART = "([^/]+)"
PAGES: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    ("/r/*/*/tags/*", ("organization", "repository", "tag")),
    ("/r/*/*", ("organization", "repository")),
    ("/r/*", ("organization",)),
    ("/repository/docker/*/*/tags/*", ("organization", "repository", "tag")),
    ("/repository/docker/*/*", ("organization", "repository")),
    ("/repository/docker/*", ("organization",)),
    ("/layers/*/*/*", ("organization", "repository", "tag")),
    ("/repositories/*/*/tags/*", ("organization", "repository", "tag")),
    ("/repositories/*/*", ("organization", "repository")),
    ("/repositories/*", ("organization",)),
    ("/namespaces/*/repositories/*/tags/*", ("organization", "repository", "tag")),
    ("/namespaces/*/repositories/*", ("organization", "repository")),
    ("/_/*/tags/*", ("repository", "tag")),
    ("/_/*", ("repository",)),
    ("/(?:u|users)/*", ("person",)),
    ("/(?:orgs|accounts)/*/(?:[^/]+/)?(?:teams|groups)/*", ("organization", "team")),
    ("/(?:orgs|accounts)/*", ("organization",)),
)
PATHS = tuple((re.compile(f"(?:/v2)?{path.replace('*', PART)}(?:/.*)?", re.IGNORECASE), kinds) for path, kinds in PAGES)


@dataclass(frozen=True, slots=True)
class Place:
    """What an address or a reference names, each empty where it does not."""

    organization: str = ""
    repository: str = ""
    tag: str = ""
    team: str = ""
    person: str = ""
    digest: str = ""

    def named(self, kind: Kind) -> str:
        """What of that kind it names."""
        found: str = getattr(self, kind)
        return found


def name_in(typed: str, kind: Kind) -> str:
    """What the text names, before anybody has checked it: in an address, or as a name."""
    try:
        place = read_place(typed, kind)
    except PydanticCustomError:
        place = None
    return (place.named(kind) if place else "") or bare_name(typed, kind)


def bare_name(typed: str, kind: Kind) -> str:
    """The name without the marks around it; a tag alone may begin and end in `_`."""
    return bare(typed, keeps="_" if kind == "tag" else "")


def refused(text: str) -> PydanticCustomError:
    """An error whose text is shown as it stands."""
    return PydanticCustomError("refused", "{text}", {"text": text})


def read_place(typed: str, kind: Kind) -> Place | None:
    """What the text names where it is the address of a page, or a reference to an image where one is asked for.

    None where it is a name like any other; raises what a validator raises where it is somewhere else's.
    """
    text = bare(typed, keeps="_")
    link = LINK.fullmatch(text)
    text = link[1].strip() if link else text
    if (address := ADDRESS.fullmatch(text)) and (address["scheme"] or address["path"]):
        return read_address(address, typed)
    return read_reference(text, typed) if kind in {"repository", "tag"} else None


def read_address(address: re.Match[str], typed: str) -> Place | None:
    """What a page's address names; what is pulled from Docker Hub by its host is a reference."""
    host, path = address["host"], address["path"] or ""
    if not DOCKERS.fullmatch(host):
        raise refused(f"“{typed}” is not on Docker Hub")
    for pattern, kinds in PATHS:
        if found := pattern.fullmatch(path):
            named = {kind: unquote(part) for kind, part in zip(kinds, found.groups(), strict=True)}
            return place_of(**({"organization": OFFICIAL} if path.startswith("/_/") else {}) | named)
    if SITES.fullmatch(host):
        raise refused(f"“{typed}” is an address of Docker Hub that names no repository, tag, team or person")
    return read_image(path.removeprefix("/"), typed)


def read_reference(text: str, typed: str) -> Place | None:
    """What a reference such as `docker pull acme/api:1.2` names; None for a name without any of its marks."""
    without = text[found.end() :] if (found := COMMAND.match(text)) else text
    host, slash, rest = without.partition("/")
    if slash and (host.lower() == "localhost" or "." in host or ":" in host):
        if not DOCKERS.fullmatch(host):
            raise refused(f"“{typed}” is not on Docker Hub")
        return read_image(rest, typed)
    if without != text:
        return read_image(without, typed)
    if not any(mark in text for mark in "/:@"):
        return None
    found = REFERENCE.fullmatch(text)
    return image_of(found, owner=found["owner"] or "") if found else None


def read_image(text: str, typed: str) -> Place:
    """What a reference names of which only Docker Hub can be meant: without an owner, one of Docker's own images."""
    found = REFERENCE.fullmatch(text)
    if found is None:
        raise refused(f"“{typed}” names no image")
    return image_of(found, owner=found["owner"] or OFFICIAL)


def image_of(found: re.Match[str], *, owner: str) -> Place:
    """The place of an image."""
    return place_of(
        organization=owner, repository=found["repository"], tag=found["tag"] or "", digest=found["digest"] or ""
    )


def place_of(**named: str) -> Place:
    """The place; all but tags are in lower case in Docker Hub."""
    return Place(**{kind: value if kind == "tag" else value.lower() for kind, value in named.items()})


@dataclass(frozen=True, slots=True)
class Names:
    """Annotates a text that names such a thing: marks around it go, and a page's address or a reference will do.

    An address that belongs to another organization or repository than the one that is given is refused.
    """

    kind: Kind

    def read(self, value: Any, info: ValidationInfo) -> Any:
        """The name alone."""
        if not isinstance(value, str):
            return value
        place = read_place(value, self.kind)
        if place is None:
            return bare_name(value, self.kind)
        above: tuple[Kind, ...] = ("organization", "repository") if self.kind == "tag" else ("organization",)
        for kind in above if self.kind != "organization" else ():
            given, named = str(info.data.get(kind) or ""), place.named(kind)
            if given and named and given != named:
                raise refused(f"“{value}” is of the {TITLES[kind]} {named}, and {given} is given")
        if not place.named(self.kind):
            raise refused(f"“{value}” names no {TITLES[self.kind]}")
        return place.named(self.kind)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How pydantic asks for it."""
        return with_info_before_validator_function(self.read, handler(source))


def takes(info: FieldInfo, kind: Kind) -> bool:
    """Whether the field names such a thing."""
    marker = marker_of(info, Names)
    return marker is not None and marker.kind == kind
