"""E-mail addresses of people in Slack, folded and kept for ever: who shares one is the same human."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.clock import Clock
from bot.db import humans
from bot.db.session import Database
from bot.governance.people import Person

LONGEST = 320


def folded(email: str | None) -> str | None:
    """The address as it is compared; None for what is none.

    Case, `+suffix`, what nobody sees, and how letters and host names are encoded make no difference. Dots do, as at
    most hosts.
    """
    seen = "".join(each for each in email or "" if unicodedata.category(each) != "Cf")
    text = unicodedata.normalize("NFKC", seen).casefold().strip()
    local, at, host = text.rpartition("@")
    # A mailbox that is nothing but a suffix is its own.
    mailbox = local.partition("+")[0] or local
    whole = f"{mailbox}@{encoded(host.rstrip('.'))}"
    is_address = bool(at and mailbox and host) and len(whole) <= LONGEST and whole.isprintable()
    return whole if is_address else None


def encoded(host: str) -> str:
    """A host's name in the ASCII that stands for it, where there is one."""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquaintance:
    """Keeps the addresses of whomever Slack tells of; what was kept already costs nothing.

    Bots and people of other companies are nobody's other account: theirs are not kept.
    """

    database: Database
    clock: Clock
    _kept: set[tuple[str, str]] = field(default_factory=set, init=False)

    async def hear_of(self, people: Iterable[Person]) -> None:
        """Slack tells of these people, as they are now. Never inside a transaction: it begins one."""
        seen = {
            (person.id, address)
            for person in people
            if not person.is_bot and not person.is_foreign and (address := folded(person.email))
        }
        if new := sorted(seen - self._kept):
            async with self.database.begin() as session:
                await humans.add_addresses(session, new, self.clock.now())
            self._kept.update(new)
