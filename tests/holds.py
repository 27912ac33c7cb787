"""How long each transaction holds the database: SQLite has one writer, and everybody else waits for it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from bot.db.session import Database


@dataclass
class Hold:
    """One transaction: how long it had the writer, and how many values its statements were given."""

    milliseconds: float = 0.0
    statements: int = 0
    values: int = 0


@dataclass
class Holds:
    """The transactions of an SQLite database, which has one connection, from BEGIN until COMMIT is done."""

    ended: list[Hold] = field(default_factory=list)
    _current: Hold | None = None
    _begun: float = 0.0

    def begin(self, _connection: Any) -> None:
        """It has the writer now."""
        self._current, self._begun = Hold(), time.perf_counter()

    def execute(self, _connection: Any, _cursor: Any, _sql: str, parameters: Any, _context: Any, is_many: bool) -> None:
        """It executes something."""
        if self._current is not None:
            self._current.statements += 1
            sets = parameters if is_many and isinstance(parameters, list) else [parameters]
            self._current.values += sum(len(one) for one in sets)

    def end(self, *_: Any) -> None:
        """Its connection is given back."""
        if self._current is not None:
            self._current.milliseconds = (time.perf_counter() - self._begun) * 1000
            self.ended.append(self._current)
        self._current = None

    @property
    def most_values(self) -> int:
        """Of all transactions, the most values that one was given."""
        return max(hold.values for hold in self.ended)

    @property
    def most_statements(self) -> int:
        """Of all transactions, the most statements in one."""
        return max(hold.statements for hold in self.ended)

    def __str__(self) -> str:
        """What was measured."""
        times = sorted(hold.milliseconds for hold in self.ended)
        p50, p99 = (times[int(share * (len(times) - 1))] for share in (0.5, 0.99))
        return (
            f"{len(times):,} transactions: p50 {p50:.1f} ms, p99 {p99:.1f} ms, worst {times[-1]:.1f} ms; "
            f"at most {self.most_statements} statements and {self.most_values} values in one"
        )


@contextmanager
def measured(database: Database) -> Iterator[Holds]:
    """The transactions of the database meanwhile."""
    holds, engine = Holds(), database.engine.sync_engine
    listeners = (
        (engine, "begin", holds.begin),
        (engine, "before_cursor_execute", holds.execute),
        (engine.pool, "checkin", holds.end),
    )
    for target, name, listener in listeners:
        event.listen(target, name, listener)
    try:
        yield holds
    finally:
        for target, name, listener in listeners:
            event.remove(target, name, listener)
