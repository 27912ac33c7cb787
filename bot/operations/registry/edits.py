"""Changes of the registry access document, one by one: what differs from what was asked for, and how it is put in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from bot.errors import UserError
from bot.operations.kit.text import nearest_hint

# https://docs.docker.com/enterprise/security/hardened-desktop/registry-access-management/
MAX_REGISTRIES = 100
SWITCH = "Registry access management"

Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """The whole document; rows are kept as Docker Hub has them, keys that are not known here included."""

    enabled: bool
    standard: tuple[Row, ...]
    custom: tuple[Row, ...]

    def as_json(self) -> dict[str, Any]:
        """As the PUT takes it: all of it."""
        return {
            "enabled": self.enabled,
            "standard_registries": [dict(row) for row in self.standard],
            "custom_registries": [dict(row) for row in self.custom],
        }


@dataclass(frozen=True, slots=True)
class Edit:
    """One difference. `registry` is "" for the switch; `row` is the registry's new row, None where it goes."""

    kind: Literal["switch", "standard", "custom"]
    registry: str
    before: str | None
    after: str | None
    row: Row | None = None

    @property
    def key(self) -> str:
        """What tells it from the others of a request, whatever has been done of them."""
        return f"{self.kind}:{self.registry.casefold()}"

    @property
    def subject(self) -> str:
        """What it changes, for people."""
        return f"Registry {self.registry}" if self.registry else SWITCH

    @property
    def hub_action(self) -> str:
        """How Docker's audit log shows it."""
        match self.kind, self.before, self.after:
            case "switch", _, after:
                return f"org.registry_access.{'enabled' if after == 'on' else 'disabled'}"
            case "custom", None, _:
                return "org.registry_access.registry_added"
            case "custom", _, None:
                return "org.registry_access.registry_removed"
            case _:
                return "org.registry_access.registry_updated"

    @property
    def turn(self) -> int:
        """What opens comes before what closes: nobody is locked out of more than was asked for in between."""
        match self.kind, self.after:
            case "switch", after:
                return 0 if after == "off" else 3
            case _, str(after) if after.startswith("allowed"):
                return 1
            case _:
                return 2


def is_allowed(row: Row) -> bool:
    """Whether the registry can be reached."""
    return bool(row.get("allowed"))


def find(rows: Sequence[Row], key: str, name: str) -> Row | None:
    """The row of this name, whatever the case of its letters."""
    return next((row for row in rows if str(row.get(key)).casefold() == name.casefold()), None)


def edits_of(
    document: Document,
    *,
    enabled: bool | None,
    allow: Sequence[str],
    block: Sequence[str],
    remove: Sequence[str],
    nickname: str,
) -> list[Edit]:
    """What differs from what is asked for, in the order in which it is safe to do.

    Raises `UserError` where nothing is asked for, or what cannot be.
    """
    check(document, enabled=enabled, allow=allow, block=block, remove=remove, nickname=nickname)
    found = [
        *switch(document, enabled),
        *(edit for name in allow for edit in allowing(document, name, nickname)),
        *(edit for name in block for edit in blocking(document, name)),
        *(edit for name in remove for edit in removing(document, name)),
    ]
    after = document
    for edit in found:
        after = apply(edit, after)
    if len(after.custom) > max(MAX_REGISTRIES, len(document.custom)):
        raise UserError(
            f"That would be {len(after.custom):,} registries, and Docker takes at most {MAX_REGISTRIES}: remove some."
        )
    return sorted(found, key=lambda edit: edit.turn)


def check(
    document: Document,
    *,
    enabled: bool | None,
    allow: Sequence[str],
    block: Sequence[str],
    remove: Sequence[str],
    nickname: str,
) -> None:
    """Raises `UserError` where nothing is asked for, the same registry twice, or a nickname for none or for several."""
    if enabled is None and not (allow or block or remove):
        raise UserError(
            "Nothing would be different: switch registry access on or off, or name registries to allow, block or "
            "remove."
        )
    named = [name.casefold() for name in (*allow, *block, *remove)]
    if twice := next((name for name in named if named.count(name) > 1), None):
        raise UserError(f"“{twice}” is named twice: a registry can be allowed, blocked or removed, one of the three.")
    if nickname and (len(allow) != 1 or find(document.standard, "id", allow[0])):
        raise UserError(f"The nickname “{nickname}” goes with one registry of your own: allow one, by its host name.")


def switch(document: Document, enabled: bool | None) -> Iterator[Edit]:
    """The whole of it, on or off."""
    if enabled is not None and enabled != document.enabled:
        words = ("off", "on")
        yield Edit("switch", "", words[document.enabled], words[enabled])


def allowing(document: Document, name: str, nickname: str) -> Iterator[Edit]:
    """A standard registry switched on, a custom one allowed, renamed or added."""
    if (row := find(document.standard, "id", name)) is not None:
        if not is_allowed(row):
            yield Edit("standard", str(row["id"]), "blocked", "allowed", {**row, "allowed": True})
        return
    row = find(document.custom, "address", name)
    if row is None:
        yield adding(document, name.lower(), nickname)
        return
    wanted = {**row, "allowed": True} | ({"friendly_name": nickname} if nickname else {})
    if wanted != row:
        yield Edit("custom", str(row["address"]), described(row), described(wanted), wanted)


def adding(document: Document, name: str, nickname: str) -> Edit:
    """A custom registry that is new; raises `UserError` where the name is no host's."""
    if "." not in name and ":" not in name and name != "localhost":
        hint = nearest_hint(name, names_of(document))
        raise UserError(
            f"“{name}” is neither one of Docker's standard registries nor a host name such as ghcr.io.{hint}"
        )
    row = {"address": name, "friendly_name": nickname or name, "allowed": True}
    return Edit("custom", name, None, described(row), row)


def blocking(document: Document, name: str) -> Iterator[Edit]:
    """A registry of the list that can no longer be reached."""
    if (row := find(document.standard, "id", name)) is not None:
        if is_allowed(row):
            yield Edit("standard", str(row["id"]), "allowed", "blocked", {**row, "allowed": False})
        return
    row = find(document.custom, "address", name)
    if row is None:
        raise UserError(
            f"{missing_text(document, name)} What is not in the list is blocked anyway while registry access "
            "management is on."
        )
    if is_allowed(row):
        wanted = {**row, "allowed": False}
        yield Edit("custom", str(row["address"]), described(row), described(wanted), wanted)


def removing(document: Document, name: str) -> Iterator[Edit]:
    """A custom registry that leaves the list; nothing where it is not in it."""
    if (row := find(document.standard, "id", name)) is not None:
        raise UserError(f"“{row['id']}” is one of Docker's standard registries, which stay in the list: block it.")
    if (row := find(document.custom, "address", name)) is not None:
        yield Edit("custom", str(row["address"]), described(row), None)


def described(row: Row) -> str:
    """`allowed`, or `allowed, called “Ours”`."""
    name = str(row.get("friendly_name") or "")
    called = f", called “{name}”" if name and name != row.get("address") else ""
    return ("allowed" if is_allowed(row) else "blocked") + called


def is_listed(document: Document, name: str) -> bool:
    """Whether the registry is in the list, whatever the case of its letters."""
    return name.casefold() in {each.casefold() for each in names_of(document)}


def missing_text(document: Document, name: str) -> str:
    """The sentence that a registry is not in the list, with the nearest one that is."""
    return f"“{name}” is not in the list of registries.{nearest_hint(name, names_of(document))}"


def names_of(document: Document) -> list[str]:
    """Every registry of the list."""
    return [str(row.get("id")) for row in document.standard] + [str(row.get("address")) for row in document.custom]


def apply(edit: Edit, document: Document) -> Document:
    """The document with this one difference."""
    match edit.kind:
        case "switch":
            return replace(document, enabled=edit.after == "on")
        case "standard":
            return replace(document, standard=placed(document.standard, "id", edit))
        case "custom":
            return replace(document, custom=placed(document.custom, "address", edit))


def placed(rows: Sequence[Row], key: str, edit: Edit) -> tuple[Row, ...]:
    """The rows with the edit's in place of the one that it changes, at the end where it is new."""
    if edit.before is None and edit.row is not None:
        return (*rows, edit.row)
    changed = ((edit.row if str(row.get(key)) == edit.registry else row) for row in rows)
    return tuple(row for row in changed if row is not None)
