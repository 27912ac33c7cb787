"""The tables behind what people see and settle in Slack, as SQLAlchemy sees them; `migrations/` makes them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.models import Base


class StoredPreferences(Base):
    """What somebody wants to hear directly, and when not: `quiet_from` and `quiet_until` are `22:00`, by their clock.

    Who has no row has the defaults.
    """

    __tablename__ = "preferences"

    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    wants: Mapped[list[str]]
    quiet_from: Mapped[str | None] = mapped_column(String(5))
    quiet_until: Mapped[str | None] = mapped_column(String(5))
    changed_at: Mapped[datetime]


class OpenedHome(Base):
    """Somebody who has opened the app's home: when last, and the `digest` of what it shows (None: nothing yet)."""

    __tablename__ = "homes"
    __table_args__ = (Index("ix_homes_opened_at", "opened_at"),)

    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    opened_at: Mapped[datetime]
    digest: Mapped[str | None] = mapped_column(String(64))


class Proposal(Base):
    """A form that is filled in and waits behind a button; whoever presses it asks in their own name."""

    __tablename__ = "proposals"
    __table_args__ = (Index("ix_proposals_created_at", "created_at"),)

    token: Mapped[str] = mapped_column(String(32), primary_key=True)
    maker: Mapped[str] = mapped_column(String(64))
    operation: Mapped[str] = mapped_column(String(64))
    params: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class Acknowledgement(Base):
    """Who has said first that they look after what the message tells; `message_key` is the outbox's."""

    __tablename__ = "acknowledgements"

    message_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    person: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class AlertGroup(Base):
    """Alerts of one rule that came close together: the message that counts them, and how many there are."""

    __tablename__ = "alert_groups"

    organization: Mapped[str] = mapped_column(String(255), primary_key=True)
    rule: Mapped[str] = mapped_column(String(64), primary_key=True)
    message_key: Mapped[str] = mapped_column(String(255))
    began_at: Mapped[datetime]
    last_at: Mapped[datetime]
    count: Mapped[int]


class Trait(Base):
    """What has been learned of a workspace, such as a kind of block that it does not take."""

    __tablename__ = "traits"

    workspace: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[str] = mapped_column(String(255))
    noted_at: Mapped[datetime]
