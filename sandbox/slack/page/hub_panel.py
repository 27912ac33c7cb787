"""What the page needs of the sandbox's Docker Hub, to show it beside the workspace."""

from collections.abc import Callable
from typing import Any, Protocol


class HubPanel(Protocol):
    """The Docker Hub side panel's source."""

    def snapshot(self) -> dict[str, Any]:
        """The organization as the panel shows it."""

    async def act_outside(self, name: str, **args: Any) -> str:
        """Do something in Docker Hub as a person; answers one sentence, raises ValueError with one."""

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call `callback` after every change."""
