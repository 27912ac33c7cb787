"""The use case of reading: a question is judged and answered, and its answer can be paged through for a day."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from pydantic import ValidationError

from bot.db import answer_cursors
from bot.db.models import AnswerCursor
from bot.db.session import Session
from bot.errors import RequestRefused, UserError
from bot.governance import audit
from bot.governance.audit import Event
from bot.governance.hub_errors import translated
from bot.governance.policy import Allowed
from bot.governance.recording import described
from bot.governance.requests import Requests
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


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads for people, with what `requests` is built from."""

    requests: Requests

    async def read(self, intent: Intent, reader: str, *, page: int | None = None) -> Found:
        """What a `Read` finds, recorded in the trail.

        `page` is how many rows the surface shows at once: where there are more, the question is kept for `more`. None
        where it shows all. Raises `RequestRefused` where the policy does not allow it at once, and `UserError`.
        """
        operation, rule = await self._authorize(intent, reader)
        answer = await self._ask(operation, intent)
        async with self.requests.database.begin() as session:
            token = self._keep(session, intent, reader) if page is not None and len(answer.rows) > page else None
            details = described(intent) | dict(self.requests.origin)
            audit.record(session, Event.READ, actor=reader, at=self.requests.now(), rule=rule, **details)
        return Found(operation, answer, token)

    async def more(self, token: str, reader: str) -> Found:
        """The same question asked anew, for another page: judged again, but a read already recorded.

        Raises `AnswerExpired`, `NotYourAnswer`, and what `read` raises.
        """
        async with self.requests.database.begin() as session:
            cursor = await answer_cursors.get(session, token)
        if cursor is None or cursor.created_at <= self.requests.now() - LIFETIME:
            raise AnswerExpired
        if cursor.reader != reader:
            raise NotYourAnswer
        intent = self._intent_of(cursor)
        operation, _ = await self._authorize(intent, reader)
        return Found(operation, await self._ask(operation, intent), token)

    async def sweep(self) -> int:
        """Forget the questions that nobody can page through any more; answers how many."""
        async with self.requests.database.begin() as session:
            return await answer_cursors.sweep(session, self.requests.now() - LIFETIME)

    async def _authorize(self, intent: Intent, reader: str) -> tuple[Read, str]:
        """The operation, and the rule that allows it at once."""
        operation = intent.operation
        if not is_read(operation):
            raise TypeError(f"{operation.name} is no read")
        decision = await self.requests.authorize(intent, reader)
        if not isinstance(decision, Allowed):
            raise RequestRefused(
                f"The rule “{decision.rule}” wants approvals for {operation.name}, and a read cannot wait."
            )
        return operation, decision.rule

    async def _ask(self, operation: Read, intent: Intent) -> Answer:
        with translated(), self.requests.capabilities.watching(operation, intent.params.organization):
            return await operation.run(self.requests.hub, intent.params)

    def _keep(self, session: Session, intent: Intent, reader: str) -> str:
        """Store the question; answers its token, which is hard to guess though nobody else could use it."""
        asked = described(intent)
        cursor = AnswerCursor(
            token=secrets.token_urlsafe(16),
            reader=reader,
            operation=asked["operation"],
            params=asked["params"],
            created_at=self.requests.now(),
        )
        answer_cursors.add(session, cursor)
        return cursor.token

    def _intent_of(self, cursor: AnswerCursor) -> Intent:
        """The question; raises `AnswerExpired` where this version understands it no longer."""
        operation = self.requests.operations.get(cursor.operation)
        if operation is None or not is_read(operation):
            raise AnswerExpired
        try:
            return Intent(operation, operation.params.model_validate(cursor.params))
        except ValidationError:
            raise AnswerExpired from None
