"""Whom a Slack mention means in Docker Hub: found by e-mail address, and never guessed."""

from bot.errors import UserError
from bot.governance.people import Person
from bot.hub import Hub
from bot.operations.members import MEMBERS


async def find_account(hub: Hub, organization: str, person: Person, *, takes_addresses: bool) -> str:
    """The Docker ID of the person among members and invitees.

    Where there is none, the e-mail address if the parameter takes one. Raises `UserError` where nobody or several fit.
    """
    if not person.email:
        raise UserError(f"Slack does not tell the e-mail address of {person.name}: type the Docker ID instead.")
    wanted = person.email.lower()
    query = {"search": person.email, "invites": "true"}
    pages = await hub.pages(MEMBERS, query=query, organization=organization)
    found = sorted(
        {str(m["username"]) for m in pages.data if m.get("username") and str(m.get("email", "")).lower() == wanted}
    )
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(
            f"{person.name} ({person.email}) has {len(found)} accounts: {', '.join(found)}. Type one of them."
        )
    if takes_addresses:
        return person.email
    raise UserError(
        f"No member of {organization} has the address of {person.name}, {person.email}: type the Docker ID."
    )
