"""Who does what only one replica may do at a time: a row for each such thing, with its holder, and until when.

Moments are the database's own, so the clocks of replicas may differ as they like.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import utc_now
from bot.db.dialect import changed, insert_ignoring_conflicts, is_postgresql
from bot.db.models import Lease

# A frozen process may sit in a transaction whose rows the others need: PostgreSQL ends it after so long.
IDLE_IN_TRANSACTION = timedelta(seconds=10)


class LeaseLost(Exception):
    """Another replica does this now."""


async def now_of(session: AsyncSession) -> datetime:
    """The database's clock. An SQLite file is one machine's, so its clock is ours."""
    if not is_postgresql(session):
        return utc_now()
    moment: datetime = (await session.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return moment


async def renew(session: AsyncSession, *, holder: str, life: timedelta) -> set[str]:
    """Keep everything that nobody else has taken, from now for `life`; answers its names."""
    until = await now_of(session) + life
    statement = update(Lease).where(Lease.holder == holder).values(until=until).returning(Lease.name)
    return set((await session.scalars(statement)).all())


async def claim(session: AsyncSession, names: Collection[str], *, holder: str, life: timedelta) -> set[str]:
    """Take each that is free or has run out, from now for `life`; answers those that are ours now.

    It waits for nobody: what somebody has in a transaction is not free.
    """
    now = await now_of(session)
    over = select(Lease.name).where(Lease.name.in_(names), Lease.until <= now).with_for_update(skip_locked=True)
    taken = set((await session.scalars(over)).all())
    if taken:
        mine = update(Lease).where(Lease.name.in_(taken))
        await session.execute(mine.values(holder=holder, until=now + life))
    # Even `ON CONFLICT DO NOTHING` waits for a row that somebody has updated and not committed.
    known = set((await session.scalars(select(Lease.name).where(Lease.name.in_(names)))).all())
    for name in sorted(set(names) - known):
        row = {"name": name, "holder": holder, "until": now + life}
        new = insert_ignoring_conflicts(session, Lease).values(row).returning(Lease.name)
        taken |= set((await session.scalars(new)).all())
    return taken


async def confirm(session: AsyncSession, name: str, *, holder: str) -> None:
    """As a transaction's first statement: raises LeaseLost unless the lease is ours, and keeps it ours to the end.

    It may have run out, as long as nobody else has taken it: nobody can until our commit.
    """
    if is_postgresql(session):
        milliseconds = int(IDLE_IN_TRANSACTION.total_seconds() * 1000)
        await session.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = {milliseconds}"))
    statement = update(Lease).where(Lease.name == name, Lease.holder == holder).values(holder=holder)
    result = await session.execute(statement)
    if changed(result) != 1:
        raise LeaseLost(name)


async def release(session: AsyncSession, *, holder: str) -> None:
    """Let go of everything that is ours: whoever comes next need not wait."""
    await session.execute(delete(Lease).where(Lease.holder == holder))


async def release_all(session: AsyncSession) -> None:
    """Let go of everything, whoever held it: for who knows to be alone with the database."""
    await session.execute(delete(Lease))
