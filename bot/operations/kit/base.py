"""What an operation is: its parameters, what it would change, and how it is done."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationInfo, field_validator
from pydantic.fields import FieldInfo

from bot.errors import UserError
from bot.keystrokes import bare
from bot.operations.kit.consequences import Logged, Prepared, Risk
from bot.phrases import Mention

if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from bot.hub import Hub
    from bot.operations.kit.own_tables import OwnTables


class Params(BaseModel):
    """An operation's parameters: validated once, then never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, populate_by_name=True)

    organization: str

    @field_validator("*", mode="before")
    @classmethod
    def find_option(cls, value: Any, info: ValidationInfo) -> Any:
        """One of few fixed values, whatever its case: Docker Hub's own pages have capitals where its API has none."""
        options = options_of(cls.model_fields[str(info.field_name)].annotation)
        if not isinstance(value, str) or not options:
            return value
        return next((option for option in options if str(option).casefold() == bare(value).casefold()), value)


def options_of(annotation: Any) -> tuple[Any, ...]:
    """The values of a `Literal`, and of one that may be None; nothing for any other type."""
    return tuple(
        option
        for part in (annotation, *get_args(annotation))
        if get_origin(part) is Literal
        for option in get_args(part)
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that will be different: `subject` goes from `before` to `after` (None: is not there).

    `items` names each thing that goes the same way, where the subject stands for several.
    """

    subject: str
    before: str | None
    after: str | None
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """Somebody whom a write is about, by each Docker ID and e-mail address that is known; people read the first."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a write would do, as far as reading can tell.

    `changes` is empty where there is nothing to do. `notes` are facts for the approver that are no change. `basis`
    is what must still hold when the write is done; without it, the changes themselves must. `about` are the people
    whom it is about; None where those are whom the parameters name.
    """

    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    basis: Any = None
    about: tuple[Beneficiary, ...] | None = None

    @property
    def is_noop(self) -> bool:
        """Whether Docker Hub already is as asked."""
        return not self.changes

    @property
    def fingerprint(self) -> str:
        """A hash that differs when what would happen differs."""
        basis = (
            self.basis if self.basis is not None else [[c.subject, c.before, c.after, c.items] for c in self.changes]
        )
        return hashlib.sha256(canonical_json(basis).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What came of one item of a write on several: whether it was done, and a short text."""

    subject: str
    done: bool
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """One item of a write on several things: done on its own, recorded on its own, never done twice.

    `key` is stable and unique within the request, `subject` names it for people, `data` (JSON) is what doing it needs
    besides the parameters. `hub_action` and `subjects` are how Docker's log will show it, where that differs from what
    the operation says.
    """

    key: str
    subject: str
    data: Mapping[str, Any] = field(default_factory=dict)
    hub_action: str | None = None
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a write.

    `secret` goes straight to the requester and is stored nowhere; `take_back` undoes the write where it cannot be
    delivered.
    """

    summary: str
    items: tuple[ItemResult, ...] = ()
    secret: SecretStr | None = field(default=None, repr=False)
    take_back: "Callable[[], Awaitable[None]] | None" = field(default=None, repr=False)

    @property
    def is_failure(self) -> bool:
        """Whether not a single item was done."""
        return bool(self.items) and not any(item.done for item in self.items)


@dataclass(frozen=True, slots=True)
class Document:
    """A file for the person who asked."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


# A moment is shown in the reader's own time zone, and a person as the surface shows people.
Cell: TypeAlias = str | datetime | Mention


@dataclass(frozen=True, slots=True)
class Answer:
    """What a read found: a table, or a `document`, or both.

    `total` counts all there is, `rows` may be fewer only where `note` says why. `counted` says it in words, where the
    rows are not all of one kind.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int
    note: str = ""
    document: Document | None = None
    counted: str = ""


class CapabilityMissing(UserError):
    """This organization's plan, or this account, does not offer that part of Docker Hub."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a form's menu is asked: what was `typed` so far, and the other `values` of the form that it depends on."""

    organization: str
    typed: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choices:
    """Annotates a field whose values Docker Hub knows.

    `find(hub, lookup)` answers at most 100 values that match, best first. `given` names the parameters whose values it
    wants to be told, as far as the form has them.
    """

    find: "Callable[[Hub, Lookup], Awaitable[Sequence[str]]]"
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mentions:
    """Annotates a field that takes a person of the Slack workspace for a Docker ID.

    `addresses` says that an e-mail address will do as well.
    """

    addresses: bool = False


@dataclass(frozen=True, slots=True)
class Somebody:
    """Annotates a field that takes a person of the Slack workspace by id; other text stays as it is typed."""


@dataclass(frozen=True, slots=True)
class FromFile:
    """Annotates a list that can come from a CSV file too: from the first of these columns that the file has.

    Where it has none of them, from the one column that holds nothing but e-mail addresses.
    """

    columns: tuple[str, ...]


Marker = TypeVar("Marker")


@dataclass(frozen=True, slots=True)
class Reach:
    """What one value of a parameter reaches: texts in which `*` is any text of the `alphabet`, and all else itself.

    `covers` is all that is in its power, what follows from it too; `names` is what it says, thing by thing.
    """

    alphabet: str
    covers: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reaches:
    """Annotates a list whose items can each reach several things: a rule goes by these, and not by how they are put."""

    read: Callable[[str], Reach]


@dataclass(frozen=True, slots=True)
class Untold:
    """Annotates a field whose values are expressions: what they reach cannot be told, so no rule can go by it."""

    what: str


@dataclass(frozen=True, slots=True)
class ByAnyName:
    """Annotates a field that names one thing in several ways, by its label or its id: no rule can go by it."""


def marker_of(field: FieldInfo, kind: type[Marker]) -> Marker | None:
    """The field's annotation of this kind, where it has one; that of `X` where the field is `X | None`."""
    arguments = get_args(field.annotation)
    inner = [getattr(part, "__metadata__", ()) for part in arguments if type(None) in arguments]
    return next((item for found in (field.metadata, *inner) for item in found if isinstance(item, kind)), None)


def field_named(params: type[Params], name: str) -> FieldInfo | None:
    """The field that people know by this name: its alias, where it has one."""
    return next((info for key, info in params.model_fields.items() if (info.alias or key) == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An operation that changes nothing: `run` asks Docker Hub, or `look` our own tables.

    `endpoint` is Docker's, empty where our own tables are asked. `needs` names the plan, role or credential that
    Docker wants for it; `alias` is a shorter way to type it. `capability` names a part of Docker Hub outside the
    contract, which can be missing. `also_called` is what people call it.
    """

    name: str
    title: str
    summary: str
    params: type[Params]
    run: "Callable[[Hub, Any], Awaitable[Answer]] | None" = None
    look: "Callable[[OwnTables, Any], Awaitable[Answer]] | None" = None
    endpoint: str = ""
    scopes: tuple[str, ...] = ()
    needs: str = ""
    alias: str = ""
    also_called: tuple[str, ...] = ()
    capability: str = ""

    def __post_init__(self) -> None:
        """One place to ask, and Docker's address where it is Docker Hub."""
        if (self.run is None) == (self.look is None) or bool(self.endpoint) != (self.run is not None):
            raise TypeError(f"{self.name}: give either run and its endpoint, or look")


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """An operation that changes Docker Hub: either by `execute`, or by `steps`, each done by `run_step`.

    `steps` answers what is left to do, as of now: a step that was done is not among them. `hub_action` is the action
    under which Docker's audit log will show it, `subjects` the names it may carry there. `observable` says whether
    reading shows that it was done: the preview of a write that was done is a no-op. `makes_secret` says that the
    outcome holds one, for its requester alone. Two requests that share one of their subjects are never done at once;
    `alone_with` names others for that, where one thing has several names, or where the thing is not what Docker logs.

    All pure: `heading` says what and whom in a line, `risks` what to look at twice, `inverse` which request undoes
    exactly this, and `inverse_of` the same for an entry of Docker's log under `hub_action`; None where there is none.
    `for_items` answers the values for these subjects alone. `verb` is what the button of its form says.
    """

    name: str
    title: str
    summary: str
    params: type[Params]
    preview: "Callable[[Hub, Any], Awaitable[Preview]]"
    execute: "Callable[[Hub, Any], Awaitable[Outcome]] | None" = None
    steps: "Callable[[Hub, Any], Awaitable[Sequence[Step]]] | None" = None
    run_step: "Callable[[Hub, Any, Step], Awaitable[ItemResult]] | None" = None
    endpoint: str
    hub_action: str | None
    subjects: Callable[[Any], tuple[str, ...]]
    alone_with: Callable[[Any], tuple[str, ...]] | None = None
    scopes: tuple[str, ...] = ()
    destructive: bool = False
    observable: bool = True
    makes_secret: bool = False
    needs: str = ""
    alias: str = ""
    also_called: tuple[str, ...] = ()
    verb: str = "Ask"
    heading: Callable[[Any, Preview], str] | None = None
    risks: Callable[[Any, Preview], tuple[Risk, ...]] | None = None
    inverse: Callable[[Any, Preview], Prepared | None] | None = None
    inverse_of: Callable[[Logged], Prepared | None] | None = None
    for_items: Callable[[Any, tuple[str, ...]], Mapping[str, Any]] | None = None
    capability: str = ""

    def __post_init__(self) -> None:
        """One way to do it, not two and not none."""
        if (self.execute is None) == (self.steps is None) or (self.steps is None) != (self.run_step is None):
            raise TypeError(f"{self.name}: give either execute, or steps and run_step")


Operation: TypeAlias = Read | Write


def is_read(operation: Operation) -> "TypeIs[Read]":
    """Whether it only asks: it needs no reason, no approvals and no request of its own."""
    return isinstance(operation, Read)


@dataclass(frozen=True, slots=True)
class Intent:
    """A parsed, validated wish that is not recorded yet.

    `notes` say what was made of what was typed or attached where that is not plain to see: for whoever asked, and for
    the approvers.
    """

    operation: Operation
    params: Params
    reason: str = ""
    notes: tuple[str, ...] = ()


def canonical_json(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces, text as it is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
