"""A process that is killed between two transactions, as its database sees it."""

from contextlib import AbstractAsyncContextManager

from bot.db.session import Database, Session


class Killed(Exception):
    """The process ends here."""


class Mortal:
    """Begins so many transactions, and no more."""

    def __init__(self, database: Database, life: int) -> None:
        self.database = database
        self.life = life

    def begin(self, *_: object) -> AbstractAsyncContextManager[Session]:
        """Raises Killed where it is over."""
        self.life -= 1
        if self.life < 0:
            raise Killed
        return self.database.begin()
