"""`python -m bot …` as a process of its own, with and without a terminal, and without a word of Slack."""

import asyncio
import json
import os
import pty
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.servers import SOURCE
from tests import nursery
from tests.flows.house import House

KEPT = ("PATH", "HOME", "LANG")


def system_environment() -> dict[str, str]:
    """What a person's shell has set of itself."""
    return {name: os.environ[name] for name in KEPT if name in os.environ}


@dataclass(frozen=True, slots=True)
class Finished:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def envelope(self) -> dict[str, Any]:
        """The one JSON document that standard output holds; fails where it holds anything else."""
        assert self.out.count("\n") == 1, self.out
        found = json.loads(self.out)
        assert list(found) == ["status", "data", "rate_limit"]
        return dict(found)


def terminal_environment(house: House, **more: str) -> dict[str, str]:
    """What a person's shell would have set, Slack's tokens apart."""
    slack = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL")
    given = {name: value for name, value in house.environment().items() if name not in slack}
    return system_environment() | given | more


async def call(
    house: House, *words: str, environment: Mapping[str, str] | None = None, from_nothing: bool = False
) -> Finished:
    """Run it to its end, with nothing to read on standard input; `from_nothing`: with every import of its own."""
    env = terminal_environment(house) if environment is None else dict(environment)
    process: asyncio.subprocess.Process | nursery.Child
    if from_nothing:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "call", *words),
            cwd=SOURCE,
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    else:
        process = await nursery.start("call", *words, cwd=SOURCE, env=env)
    out, err = await process.communicate()
    assert process.returncode is not None
    return Finished(process.returncode, out.decode(), err.decode())


class Screen:
    """A process on a pseudo-terminal of its own; what it writes there, and typing; standard output is apart."""

    def __init__(self, process: asyncio.subprocess.Process | nursery.Child, master: int) -> None:
        self.process = process
        self.shown = ""
        self._master = master
        self._more = asyncio.Event()
        asyncio.get_running_loop().add_reader(master, self._read)

    async def wait_for(self, words: str) -> None:
        """Return once the words stand there, after what was seen before."""
        async with asyncio.timeout(20):
            while words not in self.shown:
                self._more.clear()
                await self._more.wait()

    def type(self, text: str) -> None:
        """Press these keys."""
        os.write(self._master, text.encode())

    async def end(self) -> tuple[int, str]:
        """The exit status, and standard output."""
        async with asyncio.timeout(20):
            out, _ = await self.process.communicate()
        self.close()
        assert self.process.returncode is not None
        return self.process.returncode, out.decode()

    def close(self) -> None:
        """Let go of the terminal."""
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)

    def _read(self) -> None:
        try:
            self.shown += os.read(self._master, 4096).decode()
        except OSError:  # Linux says so once nobody has the other side open
            asyncio.get_running_loop().remove_reader(self._master)
        self._more.set()


async def sit_down(house: House, *words: str, from_nothing: bool = False) -> Screen:
    """Start the command on a terminal that is its own, as a shell would; `from_nothing`: with every import of its own.

    Its standard output is apart.
    """
    master, slave = pty.openpty()
    env = terminal_environment(house)
    process: asyncio.subprocess.Process | nursery.Child
    if from_nothing:
        process = await asyncio.create_subprocess_exec(
            *("setsid", "--ctty", "--wait", sys.executable, "-m", "bot", *words),
            cwd=SOURCE,
            env=env,
            stdin=slave,
            stdout=asyncio.subprocess.PIPE,
            stderr=slave,
        )
    else:
        process = await nursery.start(*words, cwd=SOURCE, env=env, stdin=slave, stderr=slave, with_terminal=True)
    os.close(slave)
    return Screen(process, master)
