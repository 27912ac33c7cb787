"""Answers remembered for a while, so that the same is not asked twice."""

from collections.abc import Awaitable, Callable, Hashable, MutableMapping
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")


async def remembered(memory: MutableMapping[Key, Found], key: Key, ask: Callable[[], Awaitable[Found]]) -> Found:
    """What the memory holds, else what `ask` answers, which is remembered; raises what `ask` raises.

    Two who ask together both ask: nobody waits for somebody else's answer, which may not come in time.
    """
    try:
        return memory[key]
    except KeyError:
        found = await ask()
        memory[key] = found
        return found
