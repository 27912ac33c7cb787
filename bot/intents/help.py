"""What a topic of the help means."""

from collections.abc import Sequence

from bot.operations.kit.base import Operation


def topics(operations: Sequence[Operation], topic: str) -> list[Operation]:
    """The operations that a topic means: those that begin with it; all where it means none."""
    wanted = topic.replace(" ", ".")
    found = [o for o in operations if o.name == wanted or o.name.startswith(f"{wanted}.")]
    return found or list(operations)
