"""Running until told to stop."""

import asyncio
import gc
import os
import signal
from typing import TYPE_CHECKING, cast

import pytest

from bot.__main__ import serve

if TYPE_CHECKING:
    from bot.app import Hubwarden


class Noted:
    """A bot that notes what is done to it, and is told to stop as soon as it is ready."""

    def __init__(self) -> None:
        self.done: list[str] = []

    async def start(self) -> None:
        self.done.append("start")

    async def wait_ready(self) -> None:
        self.done.append("ready")
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()

    async def stop(self) -> None:
        self.done.append("stop")


async def test_what_was_loaded_by_the_start_is_never_gone_through_for_garbage_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bot = Noted()
    monkeypatch.setattr(gc, "freeze", lambda: bot.done.append("freeze"))
    async with asyncio.timeout(10):
        await serve(cast("Hubwarden", bot))
    assert bot.done == ["start", "freeze", "ready", "stop"]
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(number)
