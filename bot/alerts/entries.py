"""An entry of Docker Hub's audit log: as text fields, whatever Docker sent, then numbered, then stored."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from bot.operations.kit.base import canonical_json

NAME_LENGTH = 512
VALUE_LENGTH = 2000
DEPTH = 4
TOKEN_MARK = " - access token"  # noqa: S105  what follows a user's name in an entry
TOKEN_TRACE = "access_token_"  # noqa: S105  the beginning of a key
# NUL and lone surrogates are legal in JSON, and neither database stores them.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+")
BEFORE = frozenset({"old", "previous", "prev", "prior", "former", "before", "from", "was", "original"})
AFTER = frozenset({"new", "current", "next", "after", "to", "is", "updated"})

# Unique within an organization's log: a digest, and a number among the identical ones.
Key: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class AuditLogEntry:
    """One entry. `data` is flat: `{"settings": {"enabled": false}}` reads `{"settings.enabled": "false"}`.

    Docker's contract names the fields but not the keys of `data`: https://docs.docker.com/reference/api/hub/latest/
    `at` is UTC. A user with a token acts as `example-ci - access token "CI"`.
    """

    organization: str
    action: str
    name: str
    actor: str
    at: datetime
    data: Mapping[str, str]
    description: str = ""

    def facts_of_data(self) -> Iterator[tuple[str, str]]:
        """Keys and values, without those that tell which access token was used: they say who, not what."""
        return ((key, value) for key, value in self.data.items() if not key.startswith(TOKEN_TRACE))

    def new_state(self) -> Iterator[tuple[str, str]]:
        """As `facts_of_data`, without keys that speak of the state before, such as `old_role` or `previousPrivacy`."""
        return ((key, value) for key, value in self.facts_of_data() if not speaks_of_before(key))

    def differences(self) -> Iterator[tuple[str, str, str]]:
        """What was otherwise before: a word for it, the state before and the new one, for what `data` tells both of.

        `{"old_role": "member", "new_role": "owner"}` is one: role, member, owner.
        """
        states: dict[tuple[str, ...], dict[bool, str]] = {}
        for key, value in self.facts_of_data():
            states.setdefault(subject_of(key), {}).setdefault(speaks_of_before(key), value)
        for words, state in states.items():
            if len(state) == len({True, False}) and state[True] != state[False]:
                yield " ".join(words), state[True], state[False]


@dataclass(frozen=True, slots=True)
class NumberedEntry:
    """An entry with what tells it apart: the digest of its canonical JSON, and its number among identical ones.

    `raw` is what Docker Hub sent, as it was; `entry` is what rules see of it, which has limits.
    """

    entry: AuditLogEntry
    digest: str
    ordinal: int
    raw: Any

    @property
    def key(self) -> Key:
        """Unique within an organization's log."""
        return self.digest, self.ordinal


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry that this pass has stored; `id` is that of its row."""

    id: int
    key: Key
    entry: AuditLogEntry


def read_entry(raw: Any, organization: str, *, otherwise: datetime) -> AuditLogEntry:
    """The entry in a row of Docker's answer; what is missing is empty, and a row without a moment has `otherwise`."""
    row = raw if isinstance(raw, Mapping) else {}
    data = row.get("data")
    return AuditLogEntry(
        organization=organization,
        action=as_text(row.get("action"), 128),
        name=as_text(row.get("name"), NAME_LENGTH),
        actor=as_text(row.get("actor"), NAME_LENGTH),
        at=read_moment(row.get("timestamp")) or otherwise,
        data=dict(flatten(data)) if isinstance(data, Mapping) else {},
        description=as_text(row.get("action_description"), VALUE_LENGTH).strip(),
    )


def as_text(value: Any, length: int) -> str:
    """Any JSON value as text that a database can hold, at most `length` characters; None is empty."""
    text = storable_text(value)
    return text if len(text) <= length else text[: length - 1] + "…"


def storable_text(value: Any) -> str:
    """Any JSON value as text that a database can hold, however long; None is empty."""
    if value is None:
        return ""
    return UNSTORABLE.sub("\ufffd", value if isinstance(value, str) else canonical_json(value))


def flatten(data: Mapping[str, Any], prefix: str = "", depth: int = DEPTH) -> Iterator[tuple[str, str]]:
    """Keys joined with dots, and values as text."""
    for key, value in data.items():
        path = prefix + as_text(key, NAME_LENGTH)
        if isinstance(value, Mapping) and depth > 1:
            yield from flatten(value, f"{path}.", depth - 1)
        else:
            yield path, as_text(value, VALUE_LENGTH)


def read_moment(value: Any) -> datetime | None:
    """RFC 3339 as UTC, a moment without a zone counts as UTC; None for anything else."""
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def speaks_of_before(key: str) -> bool:
    """Whether one of the key's words means the state before."""
    return any(word.lower() in BEFORE for word in WORD.findall(key))


def subject_of(key: str) -> tuple[str, ...]:
    """What the key speaks of, whichever state it means: `old_role` and `newRole` both speak of the role."""
    words = (word.lower() for word in WORD.findall(key))
    return tuple(word for word in words if word not in BEFORE | AFTER)


def account_of(actor: str) -> str:
    """The Docker ID of whoever acts, in lower case: `example-ci - access token "CI"` is example-ci."""
    return actor.partition(TOKEN_MARK)[0].strip().casefold()
