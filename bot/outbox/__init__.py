"""Messages that shall exist somewhere: asked for with what they tell of, in one transaction, and delivered later."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from bot.clock import Clock
from bot.db import messages
from bot.db.session import Session
from bot.outbox.destination import Destination
from bot.outbox.kinds import Kind


async def want(
    session: Session,
    key: str,
    *,
    kind: Kind,
    destination: Destination,
    clock: Clock,
    request_id: int | None = None,
    payload: dict[str, Any] | None = None,
    thread_of: str | None = None,
) -> bool:
    """Ask for a message, once for each key, for ever; False where it has been asked for before.

    The key travels with the message and is how it is found again: one that is in use must stay as it is. `thread_of`
    is the key of another message at the same destination: it is posted in that one's thread, once that one stands.
    Raises `ValueError` for a kind that is told from a request, where none is named.
    """
    if kind.of_request and request_id is None:
        raise ValueError(f"a message of the kind {kind.name} is told from a request")
    return await messages.want(
        session,
        key,
        kind=kind.name,
        protocol=destination.protocol,
        workspace=destination.workspace,
        address=destination.address,
        created_at=clock.now(),
        # When it is sent is the machine's affair: a business clock that is an hour ahead must not delay it.
        due_at=clock.real(),
        request_id=request_id,
        payload=payload,
        thread_of=thread_of,
    )


async def want_each(
    session: Session,
    payloads: Mapping[str, dict[str, Any]],
    *,
    kind: Kind,
    destination: Destination,
    clock: Clock,
    threads: Mapping[str, str] | None = None,
) -> None:
    """As `want`, for a message for each key, told from what it has there; however many they are, in one statement.

    `threads` has the key of the message in whose thread one is posted, for those that are.
    """
    await messages.want_each(
        session,
        payloads,
        kind=kind.name,
        protocol=destination.protocol,
        workspace=destination.workspace,
        address=destination.address,
        created_at=clock.now(),
        due_at=clock.real(),
        threads=threads,
    )


async def change(session: Session, key: str, payload: Mapping[str, Any], *, clock: Clock) -> bool:
    """Put these values into the payload that the message is told from, and ask for it to be brought up to date.

    What the payload has besides stays, whoever changes it at the same time; False where it was never asked for.
    """
    return await messages.change(session, key, payload, clock.real())


async def change_each(
    session: Session, changes: Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]], *, clock: Clock
) -> None:
    """As `change`, for each key with the values that its function makes of the payload as it is."""
    await messages.change_each(session, changes, clock.real())


async def destination_of(session: Session, key: str) -> Destination | None:
    """Where the message with this key goes; None where it was never asked for."""
    message = await messages.by_key(session, key)
    return None if message is None else Destination(message.protocol, message.address, message.workspace)


async def touch(session: Session, key: str, *, clock: Clock, after: timedelta = timedelta()) -> None:
    """Ask for the message to be brought up to date; nothing where it was never asked for.

    `after` is for what changes often and need not be shown at once: it is brought up to date that much later, once for
    all that was asked for by then, or as soon as somebody asks for less.
    """
    await messages.touch(session, key, clock.real() + after)


async def touch_of(session: Session, request_id: int, kinds: Iterable[Kind], *, clock: Clock) -> None:
    """As `touch`, for every message of these kinds that tells of the request."""
    await messages.touch_of(session, request_id, [kind.name for kind in kinds], clock.real())
