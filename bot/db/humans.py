"""Queries on who is the same human, and on whose Docker ID is whose."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.batches import batches
from bot.db.dialect import changed, insert_ignoring_conflicts
from bot.db.models import SlackAddress, Tie

AT_ONCE = 200
MINE, OTHER = SlackAddress.__table__.alias(), SlackAddress.__table__.alias()
# Made once: it is asked several times for each request, and making it takes longer than asking.
SHARING = (
    select(OTHER.c.person)
    .join(MINE, MINE.c.address == OTHER.c.address)
    .where(MINE.c.person.in_(bindparam("people", expanding=True)))
    .distinct()
)


async def add_addresses(session: AsyncSession, seen: Iterable[tuple[str, str]], now: datetime) -> None:
    """Note that these people have, or had, these addresses; what is known stays as it is."""
    rows = [{"person": person, "address": address, "first_seen": now} for person, address in seen]
    for start in range(0, len(rows), AT_ONCE):
        await session.execute(insert_ignoring_conflicts(session, SlackAddress).values(rows[start : start + AT_ONCE]))


async def same_human(session: AsyncSession, people: Collection[str]) -> frozenset[str]:
    """These people, and whoever shares an address with them, or with those who do, and so on."""
    found, new = frozenset(people), frozenset(people)
    while new:
        new = frozenset((await session.scalars(SHARING, {"people": sorted(new)})).all()) - found
        found |= new
    return found


async def holders(session: AsyncSession, address: str) -> Sequence[str]:
    """Who has, or had, this address; whoever had it first stands first."""
    statement = select(SlackAddress.person).where(SlackAddress.address == address)
    return (await session.scalars(statement.order_by(SlackAddress.first_seen, SlackAddress.person))).all()


async def tie(session: AsyncSession, docker_id: str, person: str, *, how: str, now: datetime) -> bool:
    """Tie the Docker ID to the person, where it is tied to nobody; False where it is."""
    row = {"docker_id": docker_id, "person": person, "how": how, "learned_at": now}
    result = await session.execute(insert_ignoring_conflicts(session, Tie).values(row))
    return changed(result) == 1


async def tied_to(session: AsyncSession, docker_id: str) -> str | None:
    """Whom the Docker ID is tied to."""
    return await session.scalar(select(Tie.person).where(Tie.docker_id == docker_id))


async def tied_each(session: AsyncSession, docker_ids: Collection[str]) -> dict[str, str]:
    """Whom each of the Docker IDs is tied to; one that is tied to nobody is not there."""
    found: dict[str, str] = {}
    for batch in batches(sorted(docker_ids)):
        statement = select(Tie.docker_id, Tie.person).where(Tie.docker_id.in_(batch))
        found |= dict((await session.execute(statement)).all())
    return found


async def ties_of(session: AsyncSession, people: Collection[str]) -> Sequence[str]:
    """The Docker IDs that are tied to any of these people, in alphabetical order."""
    statement = select(Tie.docker_id).where(Tie.person.in_(people))
    return (await session.scalars(statement.order_by(Tie.docker_id))).all()
