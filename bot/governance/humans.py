"""Who is the same human, and who in Slack is known for a Docker ID."""

from collections.abc import Iterable

from bot.db import humans
from bot.governance.context import Context
from bot.governance.people import is_slack_user, system_user_in
from bot.governance.ties import accounts_called, who_is_known


async def aliases(context: Context, user: str) -> frozenset[str]:
    """Every Slack id of the same human, `user` included; raises `DirectoryUnavailable`.

    Of somebody at a terminal: whoever the policy says can be that system user.
    """
    if not is_slack_user(user):
        return frozenset({user}) | await same_humans(context, tied_to_terminal(context, user))
    # Slack is asked first: what it tells of their address now counts, too.
    await context.directory.person(user)
    return await same_humans(context, [user])


async def people_behind(context: Context, organization: str, account: str) -> frozenset[str]:
    """The Slack ids of whoever is known for this Docker ID or e-mail address, aliases included; empty for nobody.

    Raises `DirectoryUnavailable`, also where Docker Hub does not tell whose it is.
    """
    found = frozenset[str]()
    for each in await accounts_called(context, organization, account.strip().lower()):
        known = await who_is_known(context, each)
        found |= known.owner | known.claimants
    return found


def tied_to_terminal(context: Context, identity: str) -> tuple[str, ...]:
    """The Slack ids of those who can be this system user, as the policy says; `identity` is `terminal:root@host`."""
    return context.policy.terminal.users.get(system_user_in(identity), ())


async def same_humans(context: Context, people: Iterable[str]) -> frozenset[str]:
    """These people and all of their other accounts."""
    if not (known := tuple(people)):
        return frozenset()
    async with context.database.reading() as session:
        return await humans.same_human(session, known)
