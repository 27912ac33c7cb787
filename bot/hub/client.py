"""The Docker Hub client: get, head, post, patch, put, delete, pages and text over one aiohttp session."""

import asyncio
import copy
import logging
import random as system_random
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import aiohttp
from pydantic import SecretStr

from bot.hub.auth import LOGIN, BearerCredential, Credential, FixedToken, TokenCache, read_token
from bot.hub.errors import AuthError, HubProtocolError, NotFoundError, RateLimitError
from bot.hub.limits import RateLimit, later, read_rate_limit, tightest
from bot.hub.paging import (
    Page,
    PageQuery,
    Pages,
    collect,
    first_query,
    following,
    goes_in_circles,
    is_same,
    is_settled,
    read_page,
)
from bot.hub.protocol import (
    JSON,
    Answer,
    ClientOptions,
    Effort,
    Envelope,
    Lost,
    Query,
    Request,
    build,
    encode,
    family,
    is_rate_limited,
    judge,
    may_have_been_done,
    read_json,
    read_text,
    repeat_after,
)
from bot.hub.registry import Registry
from bot.hub.transport import Transport
from bot.outside import DIRECT, Outside

# Readings of a list that keeps changing, before giving up.
READINGS = 4
# The longest pause, in seconds, of whoever holds up others.
HURRY = 1.0

Made = TypeVar("Made")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Hub:
    """Docker Hub, spoken to as one account. Addresses are path templates; segments are given by name.

    Every call raises HubError. Reads are repeated within `options.deadline`; a write only where Hub certainly did
    not act. `error.unclear` tells where a write may have happened. One Hub serves the whole process; any number of
    calls may run at once, and any may be cancelled. `scim` is the same Docker Hub spoken to with the organization's
    SCIM token, `registry` is where image pulls are counted, where either is given; `close` closes them too.
    `identity` says as whom it speaks, and `outside` how Docker Hub is reached where no session is handed in.
    """

    def __init__(
        self,
        *,
        url: str,
        credential: Credential | BearerCredential,
        session: aiohttp.ClientSession | None = None,
        options: ClientOptions | None = None,
        scim: "Hub | None" = None,
        registry: Registry | None = None,
        outside: Outside = DIRECT,
        now: Callable[[], datetime] = _utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] = system_random.random,
    ) -> None:
        self.scim, self.registry = scim, registry
        self.identity = credential.identity
        self._options = options or ClientOptions()
        self._transport = Transport(url, session=session, options=self._options, outside=outside)
        self._media_type = credential.media_type
        self._now, self._monotonic, self._sleep, self._random = now, monotonic, sleep, random
        self._tokens = self._tokens_of(credential)
        self._limits: dict[str, RateLimit] = {}
        self._has_written = False
        self._log = logging.getLogger(__name__)

    def hurried(self) -> "Hub":
        """The same Hub for whoever holds up others while waiting: it raises rather than pause for more than a second.

        Connections, tokens and rate limits are shared; `has_written` is its own.
        """
        hurried = copy.copy(self)
        hurried._options = replace(self._options, max_wait=min(self._options.max_wait, HURRY), max_pause=HURRY)
        hurried._has_written = False
        hurried.scim = self.scim.hurried() if self.scim is not None else None
        return hurried

    @property
    def has_written(self) -> bool:
        """Whether a write has left through this very Hub that Docker Hub may have done."""
        return self._has_written or (self.scim is not None and self.scim.has_written)

    async def get(self, template: str, /, *, query: Query | None = None, **segments: str) -> Envelope:
        """Read one thing; `data` is its JSON."""
        return await self._call(self._build("GET", template, segments, query))

    async def head(self, template: str, /, *, query: Query | None = None, **segments: str) -> Envelope:
        """Ask whether it is there; `data` is None. Raises NotFoundError where it is not."""
        return await self._call(self._build("HEAD", template, segments, query))

    async def post(
        self,
        template: str,
        /,
        *,
        json: JSON = None,
        query: Query | None = None,
        repeatable: bool = False,
        **segments: str,
    ) -> Envelope:
        """Make something. `repeatable=True` for a POST that only reads (verify, dry run): repeated like a read."""
        return await self._call(self._build("POST", template, segments, query, json=json, repeatable=repeatable))

    async def patch(
        self, template: str, /, *, json: JSON = None, query: Query | None = None, **segments: str
    ) -> Envelope:
        """Change what is given."""
        return await self._call(self._build("PATCH", template, segments, query, json=json))

    async def put(
        self, template: str, /, *, json: JSON = None, query: Query | None = None, **segments: str
    ) -> Envelope:
        """Replace. (SCIM: a user that is put without `enabled` is deactivated.)"""
        return await self._call(self._build("PUT", template, segments, query, json=json))

    async def delete(
        self, template: str, /, *, json: JSON = None, query: Query | None = None, **segments: str
    ) -> Envelope:
        """Remove; `data` is None where Hub answers nothing."""
        return await self._call(self._build("DELETE", template, segments, query, json=json))

    async def text(
        self, template: str, /, *, media_type: str = "text/csv", query: Query | None = None, **segments: str
    ) -> Envelope:
        """Read what is not JSON, such as the members' export; `data` is its text."""
        request = self._build("GET", template, segments, query, accept=media_type)
        answer = await self._authorized(request)
        return Envelope(answer.status, read_text(request.call, answer), self._limit_of(request, answer))

    async def pages(
        self, template: str, /, *, query: Query | None = None, limit: int | None = None, **segments: str
    ) -> Pages:
        """Read a list to its end, or to `limit` rows; `complete` says whether that cut it.

        Pages are read side by side once the first has told how many there are. A list whose rows moved meanwhile is
        read again, from its start, since a row that came or went shifts every row behind it. Equal rows of audit
        logs are events of their own and stay; fix `to` in the query, or new events shift the pages.
        """
        start = self._first_query(query, limit)
        before: list[Page] | None = None
        for _ in range(READINGS):
            read, answer_limit = await self._read_list(template, segments, start, limit)
            if is_settled(read, limit) or is_same(before, read):
                rows, total, complete = collect(read, limit)
                return Pages(200, rows, answer_limit, total, complete)
            before = read
        call = self._build("GET", template, segments, None).call
        raise HubProtocolError(call, status=200, detail=f"the list changed during each of {READINGS} readings")

    @property
    def rate_limits(self) -> tuple[RateLimit, ...]:
        """The last snapshot of each route family, by its name."""
        return tuple(self._limits[name] for name in sorted(self._limits))

    @property
    def headline(self) -> RateLimit | None:
        """The snapshot with the smallest share left, of those whose window has not ended."""
        return tightest(self._limits.values(), now=self._now())

    async def close(self) -> None:
        """Close the session, unless it was handed in."""
        await self._transport.close()
        if self.scim is not None:
            await self.scim.close()
        if self.registry is not None:
            await self.registry.close()

    def _tokens_of(self, credential: Credential | BearerCredential) -> TokenCache | FixedToken:
        if isinstance(credential, BearerCredential):
            return FixedToken(credential)
        return TokenCache(
            credential,
            self._log_in,
            pause=self._options.login_pause,
            now=self._now,
            monotonic=self._monotonic,
            chance=self._random,
        )

    async def _log_in(self, credential: Credential) -> str:
        # Repeatable: a token that was made and never arrived changes nothing.
        body = {"identifier": credential.identifier, "secret": credential.secret.get_secret_value()}
        request = build("POST", LOGIN, segments={}, body=body, repeatable=True)
        # One caller logs in for all, who wait meanwhile: each has his own patience with the rate limit, outside.
        answer = await self.hurried()._exchange(request, None)
        return read_token(request.call, read_json(request.call, answer))

    def _build(
        self,
        method: str,
        template: str,
        segments: Mapping[str, str],
        query: Query | None,
        *,
        json: JSON = None,
        repeatable: bool = False,
        accept: str | None = None,
    ) -> Request:
        return build(
            method,
            template,
            segments=segments,
            query=query,
            body=json,
            repeatable=repeatable,
            media_type=self._media_type,
            accept=accept,
        )

    async def _call(self, request: Request) -> Envelope:
        answer = await self._authorized(request)
        return Envelope(answer.status, read_json(request.call, answer), self._limit_of(request, answer))

    async def _authorized(self, request: Request) -> Answer:
        token = await self._logged_in(self._tokens.current)
        try:
            return await self._exchange(request, token)
        except AuthError:
            renewed = await self._logged_in(lambda: self._tokens.renew(token))
            if renewed is None:
                raise
        try:
            return await self._exchange(request, renewed)
        except AuthError:
            self._tokens.distrust(renewed)
            raise

    async def _logged_in(self, obtain: Callable[[], Awaitable[Made]]) -> Made:
        """What `obtain` answers; where log-ins are limited, whoever has time waits, and stands in nobody's way."""
        waited = 0.0
        while True:
            try:
                return await obtain()
            except RateLimitError as error:
                pause = max(self._options.backoff, (error.retry_at - self._now()).total_seconds())
                if waited + pause > self._options.max_wait or pause > self._options.max_pause:
                    raise
            waited += pause
            await self._sleep(pause)

    async def _exchange(self, request: Request, bearer: SecretStr | None) -> Answer:
        started, attempts, waited = self._monotonic(), 0, 0.0
        while True:
            outcome = await self._attempt(request, bearer, self._monotonic() - started - waited)
            attempts += 1
            verdict = judge(request.call, outcome, now=self._now(), hide=self._tokens.known())
            self._has_written |= request.call.writes and may_have_been_done(verdict)
            if isinstance(verdict, Answer):
                return verdict
            effort = Effort(attempts, self._monotonic() - started - waited, waited)
            pause = self._pause_after(request, outcome, effort)
            if pause is None:
                raise verdict
            waited += pause if is_rate_limited(outcome) else 0.0
            await self._sleep(pause)

    def _pause_after(self, request: Request, outcome: Answer | Lost, effort: Effort) -> float | None:
        return repeat_after(
            request.call, outcome, effort=effort, options=self._options, now=self._now(), chance=self._random()
        )

    async def _attempt(self, request: Request, bearer: SecretStr | None, spent: float) -> Answer | Lost:
        # A write is not cut short by the deadline: what is cut after it left is unclear.
        left = self._options.attempt_timeout if request.call.writes else max(0.1, self._options.deadline - spent)
        started = self._monotonic()
        outcome = await self._transport.attempt(
            request, bearer=bearer, seconds=min(left, self._options.attempt_timeout)
        )
        if isinstance(outcome, Answer) and (snapshot := self._limit_of(request, outcome)) is not None:
            self._limits[snapshot.family] = later(self._limits.get(snapshot.family), snapshot, now=self._now())
        self._note(request, outcome, self._monotonic() - started)
        return outcome

    def _note(self, request: Request, outcome: Answer | Lost, seconds: float) -> None:
        if self._log.isEnabledFor(logging.DEBUG):
            status = outcome.status if isinstance(outcome, Answer) else "lost"
            self._log.debug("%s %s → %s in %.0f ms", request.call.method, request.call.template, status, seconds * 1000)

    def _limit_of(self, request: Request, answer: Answer) -> RateLimit | None:
        return read_rate_limit(answer.headers, family=family(request.call.template), now=self._now())

    def _first_query(self, query: Query | None, limit: int | None) -> PageQuery:
        scim = self._media_type == BearerCredential.media_type
        return first_query(encode(query), size=self._options.page_size, limit=limit, scim=scim)

    async def _read_list(
        self, template: str, segments: Mapping[str, str], start: PageQuery, limit: int | None
    ) -> tuple[list[Page], RateLimit | None]:
        gate = asyncio.Semaphore(self._options.concurrency)

        async def read(query: PageQuery) -> Page:
            async with gate:
                return await self._read_page(self._build("GET", template, segments, query), is_first=query == start)

        pages, queries = list[Page](), [start]
        while queries:
            pages += await _side_by_side([read(query) for query in queries])
            if goes_in_circles(pages):
                call = self._build("GET", template, segments, None).call
                raise HubProtocolError(call, status=200, detail="the list's `next` leads in a circle")
            queries = following(pages, limit)
        return pages, self._limits.get(family(template))

    async def _read_page(self, request: Request, *, is_first: bool) -> Page:
        try:
            answer = await self._call(request)
        except NotFoundError:
            if is_first:
                raise
            # The list has become shorter than its first page said; without a total this page counts as moved.
            return Page(request.query, [], None, None)
        return read_page(request.call, answer.data, request.query)


async def _side_by_side(work: Sequence[Coroutine[Any, Any, Made]]) -> list[Made]:
    """The results in order; the first error ends the others and is raised as it is."""
    if len(work) == 1:
        return [await work[0]]
    tasks: list[asyncio.Task[Made]] = []
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in work]
    except ExceptionGroup as failed:
        error = failed.exceptions[0]
    else:
        return [task.result() for task in tasks]
    raise error
