"""Queries on the outbox: messages that shall exist at their destinations."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, and_, case, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.dialect import changed, dialect_of, insert_ignoring_conflicts, insertion_of
from bot.db.models import Message
from bot.db.workspaces import workspace_of

DUE = "due"
SENT = "sent"
FAILED = "failed"
LOOKED_THROUGH = 5000
MESSAGES = cast("Table", Message.__table__)


async def want(
    session: AsyncSession,
    key: str,
    *,
    kind: str,
    protocol: str,
    address: str,
    created_at: datetime,
    due_at: datetime,
    workspace: str | None = None,
    request_id: int | None = None,
    payload: dict[str, Any] | None = None,
    thread_of: str | None = None,
) -> bool:
    """Ask for a message, once for each key; False where it has been asked for before."""
    row = {
        "key": key,
        "kind": kind,
        "protocol": protocol,
        "workspace": workspace or workspace_of(session),
        "address": address,
        "request_id": request_id,
        "thread_of": thread_of,
        "payload": payload or {},
        "state": DUE,
        "wanted": 1,
        "sent": 0,
        "attempts": 0,
        "created_at": created_at,
        "due_at": due_at,
    }
    result = await session.execute(insertion(dialect_of(session)), row)
    return changed(result) == 1


@cache
def insertion(dialect: str) -> Any:
    """Made once, as every card needs it, and making it takes longer than the database does."""
    return insertion_of(MESSAGES, dialect).on_conflict_do_nothing()


async def want_each(
    session: AsyncSession,
    payloads: Mapping[str, dict[str, Any]],
    *,
    workspace: str | None = None,
    threads: Mapping[str, str] | None = None,
    **same: Any,
) -> None:
    """Ask for a message for each key, with its payload, unless it has been asked for; `same` is as for `want`.

    `threads` has the key of the message in whose thread one stands, for those that do.
    """
    parents = threads or {}
    shared = {**same, "workspace": workspace or workspace_of(session), "request_id": None}
    fresh = {"state": DUE, "wanted": 1, "sent": 0, "attempts": 0}
    rows = [
        {**shared, **fresh, "key": key, "payload": payload, "thread_of": parents.get(key)}
        for key, payload in payloads.items()
    ]
    if rows:
        await session.execute(insert_ignoring_conflicts(session, Message), rows)


async def touch(session: AsyncSession, key: str, by: datetime) -> None:
    """Ask for the message to be brought up to date, at that moment at the latest."""
    await touch_each(session, (key,), by)


async def touch_each(session: AsyncSession, keys: Collection[str], by: datetime) -> None:
    """As `touch`, for each of them."""
    # One that waits because the far side asked for it, or for an administrator, goes on waiting.
    must_wait = and_(Message.state == DUE, or_(Message.error.is_not(None), Message.due_at < by))
    due_at = case((must_wait, Message.due_at), else_=by)
    values = {"wanted": Message.wanted + 1, "state": DUE, "due_at": due_at}
    statement = update(Message).where(Message.key.in_(keys)).values(values)
    await session.execute(statement)


async def touch_of(session: AsyncSession, request_id: int, kinds: Collection[str], by: datetime) -> None:
    """As `touch`, for all messages of these kinds that tell of the request, if they have been asked for."""
    of_request = (Message.request_id == request_id, Message.kind.in_(kinds))
    for key in await session.scalars(select(Message.key).where(*of_request).order_by(Message.id)):
        await touch(session, key, by)


async def change(session: AsyncSession, key: str, payload: Mapping[str, Any], by: datetime) -> bool:
    """Put these values into what the message tells, and ask for that to be shown; False where there is no message."""
    statement = select(Message).where(Message.key == key).with_for_update()
    message = await session.scalar(statement.execution_options(populate_existing=True))
    if message is None:
        return False
    message.payload = {**message.payload, **payload}
    await session.flush()
    await touch(session, key, by)
    return True


async def change_each(
    session: AsyncSession, changes: Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]], by: datetime
) -> None:
    """As `change`, for each key with the values that its function makes of what the message tells now."""
    if not changes:
        return
    # In one order, so that two that do so cannot wait for each other.
    statement = select(Message).where(Message.key.in_(changes)).order_by(Message.id).with_for_update()
    for message in await session.scalars(statement.execution_options(populate_existing=True)):
        message.payload = {**message.payload, **changes[message.key](message.payload)}
    await session.flush()
    await touch_each(session, changes.keys(), by)


async def by_key(session: AsyncSession, key: str) -> Message | None:
    """The message with this key, which says where it stands and how it is with it; None where nobody asked for it."""
    return await session.scalar(select(Message).where(Message.key == key))


async def newest_of(session: AsyncSession, kind: str, limit: int) -> Sequence[Message]:
    """The last messages of a kind, newest first, of the newest `LOOKED_THROUGH` of any: there is no index for kinds."""
    since = select(func.max(Message.id) - LOOKED_THROUGH).scalar_subquery()
    statement = select(Message).where(Message.kind == kind, Message.id > since).order_by(Message.id.desc()).limit(limit)
    return (await session.scalars(statement)).all()


async def keys_of(session: AsyncSession, requests: Collection[int], kinds: Collection[str]) -> set[str]:
    """The keys of all messages of these kinds that tell of these requests."""
    statement = select(Message.key).where(Message.request_id.in_(requests), Message.kind.in_(kinds))
    return set(await session.scalars(statement))


async def candidates(
    session: AsyncSession,
    now: datetime,
    limit: int,
    *,
    urgency: Mapping[str, int],
    busy: Collection[tuple[str, str]] = (),
) -> Sequence[Message]:
    """Messages that are due, that nobody is sending, and that go to none of the `busy` addresses of a protocol.

    The most urgent kind comes first, the oldest of it first. A kind that `urgency` does not know comes last.
    """
    statement = (
        select(Message)
        .where(
            Message.state == DUE,
            Message.due_at <= now,
            or_(Message.lease_until.is_(None), Message.lease_until < now),
            tuple_(Message.protocol, Message.address).not_in(busy),
        )
        .order_by(case(urgency, value=Message.kind, else_=-1).desc(), Message.due_at, Message.id)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def next_due(session: AsyncSession) -> datetime | None:
    """When the next message is due."""
    statement = select(Message.due_at).where(Message.state == DUE).order_by(Message.due_at).limit(1)
    return await session.scalar(statement)


async def claim(session: AsyncSession, message_id: int, *, now: datetime, lease_until: datetime) -> Message | None:
    """Take a due message for sending; None where somebody else has it."""
    statement = (
        update(Message)
        .where(
            Message.id == message_id,
            Message.state == DUE,
            Message.due_at <= now,
            or_(Message.lease_until.is_(None), Message.lease_until < now),
        )
        .values(lease_until=lease_until, attempts=Message.attempts + 1)
        .returning(Message)
        .execution_options(populate_existing=True)
    )
    return await session.scalar(statement)


async def release_all(session: AsyncSession) -> None:
    """Nobody delivers any message: for who knows to be alone with the database."""
    await session.execute(update(Message).where(Message.lease_until.is_not(None)).values(lease_until=None))


async def mark_sent(session: AsyncSession, message_id: int, *, version: int, address: str, posted_id: str) -> None:
    """The far side has this version; the message stays due where a newer one was asked for meanwhile."""
    statement = (
        update(Message)
        .where(Message.id == message_id)
        .values(sent=version, posted_address=address, posted_id=posted_id, lease_until=None, attempts=0, error=None)
    )
    await session.execute(statement)
    settled = update(Message).where(Message.id == message_id, Message.wanted <= version).values(state=SENT)
    await session.execute(settled)


async def postpone(
    session: AsyncSession, message_id: int, *, until: datetime, error: str, was_refused: bool = False
) -> None:
    """Try again later. An attempt that was refused (`was_refused`) leaves no doubt, so it does not count."""
    statement = update(Message).where(Message.id == message_id).values(due_at=until, lease_until=None, error=error)
    if was_refused:
        statement = statement.values(attempts=Message.attempts - 1)
    await session.execute(statement)


async def forget_post(session: AsyncSession, message_id: int, now: datetime) -> None:
    """The message is gone from where it stood: post it anew."""
    statement = (
        update(Message)
        .where(Message.id == message_id)
        .values(posted_id=None, posted_address=None, due_at=now, lease_until=None, attempts=0)
    )
    await session.execute(statement)


async def give_up(session: AsyncSession, message_id: int, error: str) -> None:
    """It will never be taken; it is kept, with the reason."""
    statement = update(Message).where(Message.id == message_id).values(state=FAILED, lease_until=None, error=error)
    await session.execute(statement)


async def place_of(session: AsyncSession, key: str) -> tuple[str, str] | None:
    """Where the message with this key stands, as address and id there; None where it stands nowhere yet."""
    statement = select(Message.posted_address, Message.posted_id).where(Message.key == key)
    found = (await session.execute(statement)).one_or_none()
    if found is None or found.posted_address is None or found.posted_id is None:
        return None
    return found.posted_address, found.posted_id
