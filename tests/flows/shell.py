"""`python -m bot call …` as a process of its own, against the sandboxes, with no word of Slack in its environment."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.launcher import SOURCE
from tests.flows.house import House

KEPT = ("PATH", "HOME", "LANG")


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
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    slack = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL")
    given = {name: value for name, value in house.environment().items() if name not in slack}
    return kept | given | more


async def call(house: House, *words: str, environment: Mapping[str, str] | None = None) -> Finished:
    """Run it to its end, with nothing to read on standard input."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "call", *words),
        cwd=SOURCE,
        env=terminal_environment(house) if environment is None else dict(environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return Finished(process.returncode, out.decode(), err.decode())
