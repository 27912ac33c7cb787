"""Work that outlives a listener: Bolt drops what is not done when a listener returns."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from bot.errors import UserError
from bot.slack.replies import Replies, ReplyAddress
from bot.slack.sentences import SORRY, error_message, said

log = structlog.stdlib.get_logger(__name__)


class Tasks:
    """Runs at most `limit` works at once, counted, so that a stop can wait for them."""

    def __init__(self, replies: Replies, *, limit: int = 64) -> None:
        self._replies = replies
        # The loop keeps only a weak reference to a task.
        self._running: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(limit)

    def run(self, work: Coroutine[Any, Any, None], address: ReplyAddress) -> None:
        """Start the work; an error ends as a sentence for the person who caused it."""
        task = asyncio.get_running_loop().create_task(self._guarded(work, address))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def drain(self, seconds: float) -> None:
        """Wait for what is running, at most so long; then end it."""
        if not self._running:
            return
        _, late = await asyncio.wait(set(self._running), timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _guarded(self, work: Coroutine[Any, Any, None], address: ReplyAddress) -> None:
        with structlog.contextvars.bound_contextvars(user=address.user):
            try:
                async with self._slots:
                    await work
            except UserError as error:
                await self._replies.answer(address, error_message(error))
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("listener.failed")
                await self._replies.answer(address, said(SORRY))
            finally:
                # A stop can come before its turn did.
                work.close()
