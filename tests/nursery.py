"""Processes of the bot that cost no imports: forked from one that has made them all, and otherwise as `python -m bot`.

A bot from here has its own process id, session, descriptors, environment and folder, can be killed, frozen and waited
for, and runs the same `bot/__main__.py` to the same end. What it cannot show is that a command imports what it needs:
one test of each command starts it from nothing for that (`from_nothing`, and `start_bot` of the sandbox's launcher).
"""

import asyncio
import atexit
import contextlib
import fcntl
import gc
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import termios
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bot.slack.sender import CHANNEL_SECONDS, SlackSender

ROOT = Path(__file__).resolve().parents[1]
PIPE = asyncio.subprocess.PIPE
LONGEST_ORDER = 256 * 1024


# The tests' side


class Child:
    """A process that the nursery has forked for us."""

    def __init__(self, pid: int, ending: asyncio.StreamReader, outputs: Mapping[int, asyncio.StreamReader]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._outputs = outputs
        self._ended = asyncio.create_task(self._end(ending))

    async def _end(self, ending: asyncio.StreamReader) -> int:
        self.returncode = int(await ending.read())  # to its end, which closes our side
        return self.returncode

    async def wait(self) -> int:
        """The exit status, once there is one."""
        return await asyncio.shield(self._ended)

    def send_signal(self, number: int) -> None:
        """Raises ProcessLookupError where it has ended."""
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    async def communicate(self) -> tuple[bytes, bytes]:
        """All of the two outputs, once it has ended; empty where they go elsewhere."""
        out, err = await asyncio.gather(*(self._read(number) for number in (1, 2)))
        await self.wait()
        return out, err

    async def _read(self, number: int) -> bytes:
        return await self._outputs[number].read() if number in self._outputs else b""


async def start(
    *words: str,
    cwd: Path,
    env: Mapping[str, str],
    stdin: int = asyncio.subprocess.DEVNULL,
    stdout: int = PIPE,
    stderr: int = PIPE,
    with_terminal: bool = False,
    channel_seconds: float = CHANNEL_SECONDS,
) -> Child:
    """Start `python -m bot` with these words, in a session of its own; `with_terminal`: standard input is its terminal.

    Outputs are descriptors, or PIPE. After a message, the bot lets a channel rest for `channel_seconds`.
    """
    order = {
        "words": words,
        "cwd": str(cwd),
        "env": dict(env),
        "with_terminal": with_terminal,
        "channel_seconds": channel_seconds,
    }
    outputs, given, ours = {}, [stdin], []
    if stdin == asyncio.subprocess.DEVNULL:
        given[0] = os.open(os.devnull, os.O_RDONLY)
        ours.append(given[0])
    for number, wanted in ((1, stdout), (2, stderr)):
        if wanted == PIPE:
            reading, wanted = os.pipe()  # noqa: PLW2901  from here on it is the pipe's other end
            outputs[number] = await reader_of(reading)
            ours.append(wanted)
        given.append(wanted)
    here, there = socket.socketpair()
    with there:
        socket.send_fds(nursery(), [json.dumps(order).encode()], [*given, there.fileno()])
    for descriptor in ours:
        os.close(descriptor)
    ending = await reader_of(here.detach())
    return Child(int(await ending.readline()), ending, outputs)


async def reader_of(descriptor: int) -> asyncio.StreamReader:
    """A stream of what comes out of a pipe or a socket, which is closed at its end."""
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(descriptor, "rb", buffering=0))
    return reader


@cache
def nursery() -> socket.socket:
    """The way to this session's nursery, which is started when the first bot is wanted, and ends with us."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = [sys.executable, "-m", "tests.nursery", str(theirs.fileno())]
        process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


# The nursery's side


def serve(orders: socket.socket) -> dict[str, Any] | None:
    """Fork a child for each order, and tell how each ends; answers in a child with its order, at the end with None."""
    waiting = selectors.DefaultSelector()
    waiting.register(orders, selectors.EVENT_READ)
    while True:
        for key, _ in waiting.select():
            if key.fileobj is not orders:
                tell_end(waiting, key)
            elif (order := take_order(waiting, orders)) is not None:
                return order or None


def take_order(waiting: selectors.BaseSelector, orders: socket.socket) -> dict[str, Any] | None:
    """None here; in the child, its order; an empty one where nobody is left to give any."""
    told, descriptors, _, _ = socket.recv_fds(orders, LONGEST_ORDER, 4)
    if not told:
        return {}
    order: dict[str, Any] = json.loads(told)
    pid = os.fork()
    if pid == 0:
        waiting.close()  # here, and not when it is collected: by then its number may be another file's
        become(order, descriptors[:3])
        return order
    for descriptor in descriptors[:3]:
        os.close(descriptor)
    os.write(descriptors[3], b"%d\n" % pid)
    waiting.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, descriptors[3]))
    return None


def become(order: dict[str, Any], streams: list[int]) -> None:
    """Turn this fork into what a start from nothing would be: its session, streams, folder, environment and words."""
    os.setsid()
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
    os.closerange(3, max(descriptors_of_ours()) + 1)
    if order["with_terminal"]:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115  they are the process's own
    sys.stdout = open(1, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = ["bot", *order["words"]]


def descriptors_of_ours() -> list[int]:
    """Every descriptor that this process has open."""
    return [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]


def tell_end(waiting: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    """Write a child's exit status where its starter reads it; who has gone does not hear it."""
    pid, told = key.data
    _, status = os.waitpid(pid, 0)
    waiting.unregister(key.fileobj)
    os.close(key.fd)
    with contextlib.suppress(BrokenPipeError):
        os.write(told, b"%d\n" % os.waitstatus_to_exitcode(status))
    os.close(told)


def main() -> None:
    """Import what any command of the bot imports, then serve."""
    import bot.app
    import bot.check
    import bot.terminal  # noqa: F401

    orders = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for pytest, whose end is ours
    gc.freeze()
    if (order := serve(orders)) is None:
        return
    if order["channel_seconds"] != CHANNEL_SECONDS:
        patch("bot.wiring.SlackSender", partial(SlackSender, pause_seconds=order["channel_seconds"])).start()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    orders.detach()
    runpy.run_module("bot", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
