"""Which kinds of blocks a workspace has refused, so that they are not tried again there."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from bot.slack.blocks import NEWER, Block, Content, ways_to_show

Load = Callable[[], Awaitable[Iterable[str]]]
Note = Callable[[str], Awaitable[None]]


async def nothing() -> Iterable[str]:
    """Nothing has been refused, as far as is known."""
    return ()


async def nowhere(_kind: str) -> None:
    """It is remembered by this process alone."""


class RefusedKinds:
    """`load` says which kinds were refused before, once one of them is about to be shown; `note` remembers one more."""

    def __init__(self, load: Load = nothing, note: Note = nowhere) -> None:
        self._load = load
        self._note = note
        self._known: set[str] | None = None

    async def ways(self, content: Content) -> list[list[Block]]:
        """What to try in turn, beginning with what the workspace is known to take."""
        ways = ways_to_show(content)
        newer = newer_in(content.blocks)
        if not newer:
            return ways
        if self._known is None:
            self._known = set(await self._load())
        return ways[1:] if newer & self._known else ways

    async def learn(self, content: Content, taken: Sequence[Block]) -> None:
        """The workspace took these blocks of the content's ways: the newer kinds that they lack it has refused.

        Where it took no more than the plain text, it may be something else that was wrong.
        """
        if list(taken) == ways_to_show(content)[-1]:
            return
        for kind in newer_in(content.blocks) - newer_in(taken):
            self._known = (self._known or set()) | {kind}
            await self._note(kind)


def newer_in(blocks: Iterable[Mapping[str, object]]) -> set[str]:
    """The kinds among the blocks that not every workspace takes."""
    return {str(block["type"]) for block in blocks} & NEWER
