"""What Docker Hub knows of an organization's people, ready to be looked up."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.governance.addresses import folded
from bot.operations.kit.mentions import Account


@dataclass(frozen=True, slots=True)
class Roster:
    """Accounts by Docker ID, and by folded address."""

    by_id: Mapping[str, Account]
    by_address: Mapping[str, tuple[Account, ...]]


def indexed(found: Iterable[Account]) -> Roster:
    """The accounts, made ready."""
    by_id, by_address = {each.docker_id: each for each in found}, defaultdict[str, list[Account]](list)
    for account in by_id.values():
        if address := folded(account.email):
            by_address[address].append(account)
    return Roster(by_id, {address: tuple(theirs) for address, theirs in by_address.items()})
