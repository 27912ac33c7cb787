"""Who may approve: one class a kind of approver, and one line in `PRINCIPALS`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from bot.governance.people import SLACK_USER, Directory, Person
from bot.phrases import Mention


class Principal(Protocol):
    """A kind of approver: frozen, and equal where it means the same.

    `kind` is its name in a row, `key` the one in the policy document. `pattern` is what an id of this kind looks like,
    and `unlike` what is said of a text that is none: “x” is …
    """

    kind: ClassVar[str]
    key: ClassVar[str]
    pattern: ClassVar[str]
    unlike: ClassVar[str]

    def __init__(self, id: str) -> None:  # noqa: A002  as rows and documents have it
        """By what tells it from others of its kind."""

    @property
    def id(self) -> str:
        """What tells it from others of its kind."""
        ...

    def mention(self) -> Mention:
        """How a text names it."""
        ...

    async def admits(self, person: Person, directory: Directory) -> bool:
        """Whether the person is it, or of it, as of now; raises `DirectoryUnavailable`."""
        ...

    async def people(self, directory: Directory) -> frozenset[str]:
        """The ids of everybody whom it admits, as of now; raises `DirectoryUnavailable`."""
        ...


@dataclass(frozen=True, slots=True)
class User:
    """One person."""

    kind: ClassVar[str] = "user"
    key: ClassVar[str] = "users"
    pattern: ClassVar[str] = SLACK_USER.pattern
    unlike: ClassVar[str] = "no Slack user's id, such as U024BE7LH"

    id: str

    def mention(self) -> Mention:
        """By their own id."""
        return Mention(self.id)

    async def admits(self, person: Person, directory: Directory) -> bool:
        """Only themselves; nobody has to be asked."""
        return person.id == self.id

    async def people(self, directory: Directory) -> frozenset[str]:
        """Only themselves."""
        return frozenset({self.id})


@dataclass(frozen=True, slots=True)
class UserGroup:
    """Everybody in a user group of the workspace."""

    kind: ClassVar[str] = "group"
    key: ClassVar[str] = "groups"
    pattern: ClassVar[str] = r"S[A-Z0-9]+"
    unlike: ClassVar[str] = "no id of a Slack user group, such as S0614TZR7"

    id: str

    def mention(self) -> Mention:
        """As a group."""
        return Mention(self.id, "group")

    async def admits(self, person: Person, directory: Directory) -> bool:
        """Whoever is in the group now."""
        return person.id in await directory.members_of(self.id)

    async def people(self, directory: Directory) -> frozenset[str]:
        """Whoever is in the group now."""
        return await directory.members_of(self.id)


PRINCIPALS: tuple[type[Principal], ...] = (User, UserGroup)
BY_KIND = {principal.kind: principal for principal in PRINCIPALS}


def dump_principal(principal: Principal) -> dict[str, str]:
    """As a row holds it."""
    return {"kind": principal.kind, "id": principal.id}


def load_principal(stored: Mapping[str, Any]) -> Principal:
    """The principal of a row; raises `LookupError` for a kind that this version does not have: it admits nobody."""
    return BY_KIND[stored["kind"]](stored["id"])
