"""What is in order and what is not, each in a line for people, with the way out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import structlog

log = structlog.stdlib.get_logger(__name__)

State: TypeAlias = Literal["green", "yellow", "red", "off"]
SIGNS: Mapping[State, str] = {"green": "🟢", "yellow": "🟡", "red": "🔴", "off": "⚪"}
# So long may one of them take, or it counts as not in order.
LONGEST_LOOK = 10.0


@dataclass(frozen=True, slots=True)
class Light:
    """One thing that was looked at: its `name`, how it is, what that means, and what somebody can do about it.

    `off` is what is not used here. None of it is ever a secret.
    """

    name: str
    state: State
    said: str
    way_out: str = ""


Look: TypeAlias = Callable[[], Awaitable[Light]]


async def look_at(looks: Sequence[tuple[str, Look]], *, seconds: float = LONGEST_LOOK) -> tuple[Light, ...]:
    """The lights, in order, all looked at together; each look has the name of its light.

    A look that fails, or takes longer than `seconds`, is a red light.
    """
    return tuple(await asyncio.gather(*(_one(name, look, seconds) for name, look in looks)))


async def _one(name: str, look: Look, seconds: float) -> Light:
    try:
        async with asyncio.timeout(seconds):
            return await look()
    except TimeoutError:
        return Light(name, "red", f"There was no answer within {seconds:g} seconds.")
    except Exception as error:
        # Whatever is the matter, the other lights are shown.
        log.warning("lights.not_looked_at", name=name, exc_info=error)
        return Light(name, "red", f"It could not be looked at ({type(error).__name__}).", "The log says more.")
