"""The tables, as SQLAlchemy sees them; `migrations/` makes them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.db.moments import UtcDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy's own form
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
        list[str]: JSON(),
    }


def index_of_homeless(table: str) -> Index:
    """The rows that belong to no workspace yet: few or none, and found among however many others."""
    none = text("workspace IS NULL")
    return Index(f"ix_{table}_homeless", "id", sqlite_where=none, postgresql_where=none)


class OperationRequest(Base):
    """A recorded wish to change Docker Hub, and its life.

    `subjects` are what it must not be done beside, once somebody has looked. Where it waits, `waits_because` says why,
    since `waits_since` and until `resume_at` (both business time; None: until something else is over);
    `postponements` counts how often in a row it was put off with nothing done in between.
    """

    __tablename__ = "requests"
    __table_args__ = (
        Index("ix_requests_status_lease_until", "status", "lease_until"),
        Index("ix_requests_status_expires_at", "status", "expires_at"),
        Index("ix_requests_requester_id", "requester", "id"),
        index_of_homeless("requests"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(String(16))
    source_key: Mapped[str | None] = mapped_column(String(255), unique=True)
    workspace: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime]
    organization: Mapped[str] = mapped_column(String(255))
    operation: Mapped[str] = mapped_column(String(64))
    params: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text)
    requester: Mapped[str] = mapped_column(String(64))
    origin: Mapped[str | None] = mapped_column(String(255))
    rule: Mapped[str] = mapped_column(String(255))
    requirement: Mapped[dict[str, Any]]
    expires_at: Mapped[datetime]
    about: Mapped[list[Any] | None]
    reconsidered: Mapped[dict[str, Any] | None]
    preview: Mapped[dict[str, Any]]
    fingerprint: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decision_reason: Mapped[str | None] = mapped_column(Text)
    settled_by: Mapped[str | None] = mapped_column(String(64))
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    subjects: Mapped[list[str] | None]
    resume_at: Mapped[datetime | None]
    waits_because: Mapped[str | None] = mapped_column(Text)
    waits_since: Mapped[datetime | None]
    postponements: Mapped[int] = mapped_column(default=0, server_default="0")
    finished_at: Mapped[datetime | None]
    outcome: Mapped[dict[str, Any] | None]
    error: Mapped[str | None] = mapped_column(Text)


class StoredBallot(Base):
    """What one person said to a request; rows are only ever added."""

    __tablename__ = "ballots"
    __table_args__ = (
        Index("ix_ballots_request_id", "request_id"),
        Index("ix_ballots_voter", "voter"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"))
    voter: Mapped[str] = mapped_column(String(64))
    choice: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    admitted_by: Mapped[list[Any]]
    voids: Mapped[list[Any]]


class RequestItem(Base):
    """One item of a request on several things, and how far it has come."""

    __tablename__ = "request_items"

    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(512), primary_key=True)
    position: Mapped[int]
    subject: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)


class TrailRecord(Base):
    """One fact of the audit trail; rows are only ever added. `previous_id` is the one written just before it."""

    __tablename__ = "audit_trail"
    __table_args__ = (
        Index("ix_audit_trail_request_id", "request_id"),
        index_of_homeless("audit_trail"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str] = mapped_column(String(64))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("requests.id"))
    details: Mapped[dict[str, Any]]
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("audit_trail.id"), unique=True)
    workspace: Mapped[str | None] = mapped_column(String(32))


class Message(Base):
    """A message that shall exist at a destination (`protocol`, `workspace`, `address`): the outbox.

    `wanted` counts the versions that were asked for, `sent` is the one that stands there, at `posted_address` under
    `posted_id`. What it says is rendered from the request, or from `payload`, when it is delivered. `created_at` is
    business time, `due_at` and `lease_until` are the machine's. It stands in the thread of the message with the key
    `thread_of`, where it has one.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_state_due_at", "state", "due_at"),
        Index("ix_messages_request_id", "request_id"),
        index_of_homeless("messages"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    protocol: Mapped[str] = mapped_column(String(16), server_default="slack")
    workspace: Mapped[str | None] = mapped_column(String(32))
    address: Mapped[str] = mapped_column(String(80))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("requests.id"))
    thread_of: Mapped[str | None] = mapped_column(String(255))
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(8))
    wanted: Mapped[int] = mapped_column(default=1)
    sent: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    posted_address: Mapped[str | None] = mapped_column(String(32))
    posted_id: Mapped[str | None] = mapped_column(String(32))
    error: Mapped[str | None] = mapped_column(Text)


class HubEvent(Base):
    """One entry of Docker Hub's audit log, which gives them no id.

    `digest` is that of its canonical JSON, `ordinal` counts the identical ones. `raw` is the entry as Docker Hub sent
    it, whole: JSON in which everything but ASCII is escaped, since neither database stores NUL or half a surrogate
    pair. The rest is for looking up: flat, in limits, and storable; `description` has no limit. Entries that were
    stored before both were kept have NULL there.
    """

    __tablename__ = "hub_events"
    __table_args__ = (
        UniqueConstraint("organization", "digest", "ordinal"),
        Index("ix_hub_events_organization_action_name", "organization", "action", "name"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization: Mapped[str] = mapped_column(String(255))
    digest: Mapped[str] = mapped_column(String(64))
    ordinal: Mapped[int]
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(128))
    name: Mapped[str] = mapped_column(String(512))
    actor: Mapped[str] = mapped_column(String(512))
    data: Mapped[dict[str, Any]]
    description: Mapped[str | None] = mapped_column(Text)
    raw: Mapped[str | None] = mapped_column(Text)
    seen_at: Mapped[datetime]


class ExpectedEvent(Base):
    """An entry that Docker's log will show because of what the bot itself did; `event_id` once it has been seen."""

    __tablename__ = "expected_events"
    __table_args__ = (
        Index("ix_expected_events_organization_action", "organization", "action"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"))
    organization: Mapped[str] = mapped_column(String(255))
    action: Mapped[str] = mapped_column(String(128))
    subjects: Mapped[list[str]]
    since: Mapped[datetime]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("hub_events.id"))


class Cursor(Base):
    """Up to when an organization's audit log has been read.

    `pushes_known_to` is the id of the last entry that `first_pushes` has taken into account.
    """

    __tablename__ = "cursors"

    organization: Mapped[str] = mapped_column(String(255), primary_key=True)
    position: Mapped[datetime]
    polled_at: Mapped[datetime]
    pushes_known_to: Mapped[int] = mapped_column(default=0, server_default="0")


class FirstPush(Base):
    """When a tag was first pushed, as far as is known. `key` is the digest of its repository and name."""

    __tablename__ = "first_pushes"
    # Keys come in no order, so each row is a page to write: once, and not in an index too.
    __table_args__ = ({"sqlite_with_rowid": False},)

    organization: Mapped[str] = mapped_column(String(255), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]


class AskedHistory(Base):
    """A repository whose earlier pushes Docker Hub has been asked for: that is done once."""

    __tablename__ = "asked_histories"

    organization: Mapped[str] = mapped_column(String(255), primary_key=True)
    repository: Mapped[str] = mapped_column(String(512), primary_key=True)
    asked_at: Mapped[datetime]


class Lease(Base):
    """What one replica does at a time. `until` is by the database's clock; `holder` is a process's name."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime]


class LimitEpisode(Base):
    """A time during which little is left of a rate limit; `ended_at` once it is over.

    `reset_at` is when the last window ends in which little was left.
    """

    __tablename__ = "limit_episodes"
    __table_args__ = (Index("ix_limit_episodes_family", "family"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    family: Mapped[str] = mapped_column(String(64))
    open_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    started_at: Mapped[datetime]
    reset_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    remaining: Mapped[int]
    limit: Mapped[int]


class LimitSnapshot(Base):
    """What is left of a route family's rate limit, as any of the replicas last saw it."""

    __tablename__ = "limit_snapshots"

    family: Mapped[str] = mapped_column(String(64), primary_key=True)
    limit: Mapped[int]
    remaining: Mapped[int]
    reset_at: Mapped[datetime]


class Replica(Base):
    """A process at work on this database; it writes here to see whether it can."""

    __tablename__ = "replicas"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]


class Trouble(Base):
    """An episode of something that has waited too long; gone once it is over."""

    __tablename__ = "troubles"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    began_at: Mapped[datetime]


class AnswerCursor(Base):
    """The question behind an answer that is shown in pages: each page asks it anew, for `reader` alone."""

    __tablename__ = "answer_cursors"
    __table_args__ = (Index("ix_answer_cursors_created_at", "created_at"),)

    token: Mapped[str] = mapped_column(String(32), primary_key=True)
    reader: Mapped[str] = mapped_column(String(64))
    operation: Mapped[str] = mapped_column(String(64))
    params: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class StoredArrival(Base):
    """Something that was delivered to us, kept before it is acknowledged: the inbox.

    `key` is its own identity, so what is delivered twice is one. `state` says how far it has come; `payload` is what
    working on it needs, and empty as soon as that is done. `claimed_by` works on it, until `lease_until`. All moments
    are the machine's.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        Index("ix_inbox_state_lease_until", "state", "lease_until"),
        Index("ix_inbox_done_at", "done_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    person: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(8))
    received_at: Mapped[datetime]
    claimed_by: Mapped[str] = mapped_column(String(64))
    lease_until: Mapped[datetime]
    done_at: Mapped[datetime | None]


class SlackAddress(Base):
    """An e-mail address, folded, that somebody in Slack has or once had; rows are only ever added.

    Who shares one is the same human.
    """

    __tablename__ = "slack_addresses"
    __table_args__ = (Index("ix_slack_addresses_address", "address"),)

    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    address: Mapped[str] = mapped_column(String(320), primary_key=True)
    first_seen: Mapped[datetime]


class Tie(Base):
    """Whose Docker ID it is, as it was first learned, and how; the policy's word goes before it."""

    __tablename__ = "ties"
    __table_args__ = (Index("ix_ties_person", "person"),)

    docker_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    person: Mapped[str] = mapped_column(String(64))
    how: Mapped[str] = mapped_column(String(16))
    learned_at: Mapped[datetime]
