"""Reading: a question is judged and answered at once, written down, and its answer can be paged through for a day."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from pydantic import ValidationError

from bot.db import answer_cursors
from bot.db.batches import until_none_is_left
from bot.db.models import AnswerCursor
from bot.db.session import Session
from bot.errors import RequestRefused, UserError
from bot.governance.context import Context
from bot.governance.hub_errors import translated
from bot.governance.ledger.facts import Read as ReadFact
from bot.governance.ledger.record import note
from bot.governance.policy import Allowed, names_exactly
from bot.governance.requests.authority import authorize, described
from bot.governance.requests.own_tables import PersonsTables
from bot.operations.kit.base import Answer, Intent, Read, is_read

LIFETIME = timedelta(hours=24)


class AnswerExpired(UserError):
    """This answer is too old to be paged through, or was given by an older version: please ask again."""


class NotYourAnswer(UserError):
    """Somebody else asked for this answer: please ask for it yourself."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a read found. `token` names the question for later pages, where there are any."""

    operation: Read
    answer: Answer
    token: str | None = None


async def read(context: Context, intent: Intent, reader: str, *, page: int | None = None) -> Found:
    """What a `Read` finds, recorded in the trail.

    `page` is how many rows the surface shows at once: where there are more, the question is kept for `more`. None
    where it shows all. Raises `RequestRefused` where the policy does not allow it at once, and `UserError`.
    """
    operation, rule = await _allowed(context, intent, reader)
    answer = await _ask(context, operation, intent, reader=reader, rule=rule)
    fact = ReadFact(actor=reader, at=context.clock.now(), rule=rule, described=described(context, intent))
    async with context.database.begin() as session:
        has_more = page is not None and len(answer.rows) > page
        token = _keep(context, session, intent, reader) if has_more else None
        await note(session, fact)
    return Found(operation, answer, token)


async def more(context: Context, token: str, reader: str) -> Found:
    """The same question asked anew, for another page: judged again, but a read already recorded.

    Raises `AnswerExpired`, `NotYourAnswer`, and what `read` raises.
    """
    async with context.database.reading() as session:
        cursor = await answer_cursors.get(session, token)
    if cursor is None or cursor.created_at <= context.clock.now() - LIFETIME:
        raise AnswerExpired
    if cursor.reader != reader:
        raise NotYourAnswer
    intent = _intent_of(context, cursor)
    operation, rule = await _allowed(context, intent, reader)
    return Found(operation, await _ask(context, operation, intent, reader=reader, rule=rule), token)


async def sweep(context: Context) -> int:
    """Forget the questions that nobody can page through any more; answers how many."""
    step = partial(answer_cursors.sweep_some, before=context.clock.now() - LIFETIME)
    return await until_none_is_left(context.database.begin, step)


async def _allowed(context: Context, intent: Intent, reader: str) -> tuple[Read, str]:
    """The operation, and the rule that allows it at once."""
    operation = intent.operation
    if not is_read(operation):
        raise TypeError(f"{operation.name} is no read")
    decision = await authorize(context, intent, reader)
    if not isinstance(decision, Allowed):
        raise RequestRefused(
            f"The rule “{decision.rule}” wants approvals for {operation.name}, and a read cannot wait."
        )
    return operation, decision.rule


async def _ask(context: Context, operation: Read, intent: Intent, *, reader: str, rule: str) -> Answer:
    """Docker Hub, or our own tables.

    Of these, somebody sees what concerns them, unless a rule names the operation itself: a policy that opens `*.list`
    to everybody was not written with other people's reasons in mind.
    """
    if operation.look is not None:
        sees_everything = names_exactly(context.policy, rule, operation)
        return await operation.look(PersonsTables(context, reader, sees_everything), intent.params)
    if operation.run is None:
        raise TypeError(f"{operation.name} asks nobody")
    with translated(), context.capabilities.watching(operation, intent.params.organization):
        return await operation.run(context.hub, intent.params)


def _keep(context: Context, session: Session, intent: Intent, reader: str) -> str:
    """Store the question; answers its token, which is hard to guess though nobody else could use it."""
    asked = described(context, intent)
    cursor = AnswerCursor(
        token=secrets.token_urlsafe(16),
        reader=reader,
        operation=asked["operation"],
        params=asked["params"],
        created_at=context.clock.now(),
    )
    answer_cursors.add(session, cursor)
    return cursor.token


def _intent_of(context: Context, cursor: AnswerCursor) -> Intent:
    """The question; raises `AnswerExpired` where this version understands it no longer."""
    operation = context.operations.get(cursor.operation)
    if operation is None or not is_read(operation):
        raise AnswerExpired
    try:
        return Intent(operation, operation.params.model_validate(cursor.params))
    except ValidationError:
        raise AnswerExpired from None
