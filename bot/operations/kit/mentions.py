"""Whom a mention means in Docker Hub: found by e-mail address, and never guessed."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import UserError
from bot.hub import Hub
from bot.operations.members import MEMBERS


@dataclass(frozen=True, slots=True)
class Account:
    """A Docker ID in the organization, or invited to it, and its e-mail address where Docker Hub shows it."""

    docker_id: str
    email: str


async def find_accounts(hub: Hub, organization: str, search: str = "") -> tuple[Account, ...]:
    """The members and invitees with a Docker ID in whose names or addresses this text stands; all of them without one.

    Raises what Docker Hub does.
    """
    query = {"search": search, "invites": "true"} if search else {"invites": "true"}
    pages = await hub.pages(MEMBERS, query=query, organization=organization)
    rows = (row for row in pages.data if row.get("username"))
    return tuple(Account(str(row["username"]).lower(), str(row.get("email") or "")) for row in rows)


async def accounts_with(hub: Hub, organization: str, email: str) -> tuple[str, ...]:
    """The Docker IDs of those with exactly this e-mail address, whatever its case, in alphabetical order."""
    found = await find_accounts(hub, organization, email)
    return tuple(sorted({each.docker_id for each in found if each.email.lower() == email.lower()}))


def choose_account(
    name: str, email: str | None, found: Sequence[str], *, organization: str, takes_addresses: bool
) -> str:
    """The Docker ID of somebody with this name and e-mail address, of those found for them.

    Where there is none, the e-mail address if the parameter takes one. Raises `UserError` where nobody or several fit.
    """
    known_as = f"{name} ({email})" if email else name
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(f"{known_as} has {len(found)} accounts: {', '.join(found)}. Type one of them.")
    if not email:
        raise UserError(f"Slack does not tell the e-mail address of {name}: type the Docker ID instead.")
    if takes_addresses:
        return email
    raise UserError(f"No member of {organization} has the address of {name}, {email}: type the Docker ID.")
