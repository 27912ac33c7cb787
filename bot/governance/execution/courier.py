"""Bringing a secret to the one person who may see it."""

from typing import Protocol

from pydantic import SecretStr


class Courier(Protocol):
    """Shows a secret once, to one person, where it disappears."""

    async def hand_over(self, user: str, text: str, secret: SecretStr) -> bool:
        """Show `text` and the secret to the user alone; False where it did not arrive."""
        ...
