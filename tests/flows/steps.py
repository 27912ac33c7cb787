"""What most stories do: ask, agree, decline, and look at what came of it."""

from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from bot.clock import utc_now
from bot.db import messages
from bot.db.models import Message as OutboxMessage
from sandbox.slack import Message, Person, words_of
from tests.flows.house import House
from tests.flows.races_records import looked_for, opened


def write_policy(folder: Path, *rules: str, head: str = "") -> Path:
    """A policy file with these rules, each in YAML's flow form, in order; `head` is what stands before them."""
    path = folder / "policy.yml"
    path.write_text(f"version: 1\n{head}\nrules:\n" + "".join(f"  - {rule}\n" for rule in rules), encoding="utf-8")
    return path


async def ask(house: House, line: str, *, number: int = 1, person: Person | None = None) -> Message:
    """Somebody (Ann) types the command with a reason; answers the card of the request that comes of it."""
    asker = person or house.ann
    assert (await asker.command(f'{line} --reason "for the release"')).ok
    card = await house.card(number, "for the release", "Waiting for approval")
    # It links to the card, so it comes after that: a test that moves the clock would let its address expire.
    await asker.wait_until(lambda: has_receipt(asker, number))
    return card


def has_receipt(person: Person, number: int) -> bool:
    """Whether the person was answered that the request is recorded."""
    heard = [*person.ephemerals(), *person.messages(person.direct_channel)]
    return any(f'"Request {number}"' in words_of(message) for message in heard)


async def agree(house: House, card: Message, *people: Person) -> None:
    """These people (Omar), one after another, press Approve."""
    for person in people or (house.omar,):
        assert (await person.click(card, "approve")).ok


async def deny(person: Person, card: Message, reason: str) -> Any:
    """Press Deny, and send the form with this reason; answers what the person sees."""
    await person.click(card, "deny")
    view = await person.wait_for_view("Nothing will be changed")
    return await person.submit(view, {"reason": reason})


async def refusal(person: Person, line: str, *words: str) -> str:
    """Type a command; answers what the person alone reads, once it says all of the words."""
    assert (await person.command(line)).ok
    return words_of(await person.wait_for_ephemeral(lambda m: all(word in words_of(m) for word in words)))


async def retry_now(house: House, count: int, error: str) -> None:
    """Let so many messages that wait because of this error be tried again now.

    How long they wait is the machine's time, which no test moves: minutes, so they wait when this looks.
    """
    waits = (OutboxMessage.state == messages.DUE, OutboxMessage.lease_until.is_(None), OutboxMessage.error == error)
    async with opened(house.database_url) as database:

        async def look() -> list[int] | None:
            async with database.begin() as session:
                found = list(await session.scalars(select(OutboxMessage.id).where(*waits)))
            return found if len(found) == count else None

        numbers = await looked_for(look)
        async with database.begin() as session:
            await session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(numbers)).values(due_at=utc_now()))
    house.bot.wake()
