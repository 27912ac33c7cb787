"""Much work in small transactions: SQLite has one writer, and whoever holds it long keeps everybody else waiting."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

# Few enough rows at a time for a statement's parameters, and for a transaction to be over in milliseconds.
BATCH = 100
Item = TypeVar("Item")

Begin: TypeAlias = Callable[[], AbstractAsyncContextManager[AsyncSession]]
# A transaction about one organization, which nobody else works on meanwhile.
BeginFor: TypeAlias = Callable[[str], AbstractAsyncContextManager[AsyncSession]]


def batches(items: Sequence[Item], size: int = BATCH) -> Iterator[Sequence[Item]]:
    """The items in order, at most `size` at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))


async def until_none_is_left(begin: Begin, step: Callable[[AsyncSession], Awaitable[int]]) -> int:
    """Take step after step, each in a transaction of its own, until one finds nothing to do; answers their sum."""
    done = 0
    while True:
        async with begin() as session:
            count = await step(session)
        if not count:
            return done
        done += count
