"""Whom a mention means in Docker Hub: found by e-mail address, and never guessed."""

from bot.errors import UserError
from bot.hub import Hub
from bot.operations.members import MEMBERS


async def find_account(hub: Hub, organization: str, name: str, email: str | None, *, takes_addresses: bool) -> str:
    """The Docker ID of somebody with this name and e-mail address among members and invitees.

    Where there is none, the e-mail address if the parameter takes one. Raises `UserError` where nobody or several fit.
    """
    if not email:
        raise UserError(f"Slack does not tell the e-mail address of {name}: type the Docker ID instead.")
    wanted = email.lower()
    query = {"search": email, "invites": "true"}
    pages = await hub.pages(MEMBERS, query=query, organization=organization)
    found = sorted(
        {str(m["username"]) for m in pages.data if m.get("username") and str(m.get("email", "")).lower() == wanted}
    )
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(f"{name} ({email}) has {len(found)} accounts: {', '.join(found)}. Type one of them.")
    if takes_addresses:
        return email
    raise UserError(f"No member of {organization} has the address of {name}, {email}: type the Docker ID.")
