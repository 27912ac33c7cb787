"""Forms that are filled in and wait behind a button: whoever presses it reads them, and asks in their own name."""

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from pydantic import ValidationError

from bot.db import messages, proposals
from bot.db.batches import until_none_is_left
from bot.db.surfaces import Proposal
from bot.errors import UserError
from bot.governance.context import Context
from bot.governance.requests.own_tables import PersonsTables
from bot.governance.views import RequestView
from bot.operations.kit.base import Write
from bot.operations.kit.consequences import Prepared

LIFETIME = timedelta(days=7)


class ProposalExpired(UserError):
    """What this button stood for is no longer there: please ask for it anew."""


class NotRevertible(UserError):
    """Hubwarden knows no request that would take this back exactly."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A form filled in, and the reason with which it begins."""

    prepared: Prepared
    reason: str = ""


async def keep_proposal(context: Context, prepared: Prepared, maker: str, reason: str = "") -> str:
    """Keep it for a week; answers the token that a button carries."""
    token = secrets.token_urlsafe(16)
    proposal = Proposal(
        token=token,
        maker=maker,
        operation=prepared.operation,
        params=dict(prepared.values),
        reason=reason,
        created_at=context.clock.now(),
    )
    async with context.database.begin() as session:
        proposals.add(session, proposal)
    return token


async def find_proposed(context: Context, value: str, person: str) -> Proposed:
    """What a button's value stands for; `bot.slack.offers` says which there are.

    Raises `ProposalExpired`, `NotRevertible`, and `RequestNotFound` for a request that the person may not see.
    """
    if value.startswith("{"):
        return _inline(value)
    kind, _, name = value.partition(":")
    match kind:
        case "p":
            return await _kept(context, name)
        case "alert":
            return await _of_alert(context, name)
        case "request" | "retry" | "revert" if name.isascii() and name.isdecimal() and len(name) <= 12:
            view = await PersonsTables(context, person, sees_everything=False).request(int(name))
            return _of_request(context, view, kind)
        case _:
            raise ProposalExpired


async def sweep_proposals(context: Context) -> int:
    """Forget what was kept too long ago; answers how many."""
    step = partial(proposals.sweep_some, before=context.clock.now() - LIFETIME)
    return await until_none_is_left(context.database.begin, step)


async def _kept(context: Context, token: str) -> Proposed:
    async with context.database.reading() as session:
        found = await proposals.get(session, token)
    if found is None or found.created_at <= context.clock.now() - LIFETIME:
        raise ProposalExpired
    return Proposed(Prepared(found.operation, found.params), found.reason)


async def _of_alert(context: Context, key: str) -> Proposed:
    """What would take back the change that an alert tells of, as its message has it."""
    async with context.database.reading() as session:
        message = await messages.by_key(session, key)
    revert = message.payload.get("revert") if message is not None else None
    if not revert:
        raise NotRevertible
    return Proposed(Prepared(revert["operation"], revert["values"]), str(revert.get("reason", "")))


def _inline(value: str) -> Proposed:
    try:
        found: dict[str, Any] = json.loads(value)
        return Proposed(Prepared(str(found["operation"]), dict(found["values"])), str(found.get("reason", "")))
    except (ValueError, LookupError, TypeError):
        raise ProposalExpired from None


def _of_request(context: Context, view: RequestView, kind: str) -> Proposed:
    if kind == "revert":
        if view.inverse is None:
            raise NotRevertible
        return Proposed(view.inverse)
    values = _failed_alone(context, view) if kind == "retry" else view.params
    return Proposed(Prepared(view.operation, values), view.reason)


def _failed_alone(context: Context, view: RequestView) -> Any:
    """The values for what has failed alone, where that can be told; else all: what is done already is no change."""
    operation = context.operations.get(view.operation)
    failed = tuple(item.subject for item in view.items if not item.done)
    if not isinstance(operation, Write) or operation.for_items is None or not failed:
        return view.params
    try:
        return operation.for_items(operation.params.model_validate(view.params), failed)
    except ValidationError:
        return view.params
