"""Who is the same human, and who in Slack is known for a Docker ID."""

from bot.governance.context import Context


async def aliases(context: Context, user: str) -> frozenset[str]:
    """Every Slack id of the same human, `user` included; raises `DirectoryUnavailable`."""
    return frozenset({user})


async def people_behind(context: Context, organization: str, account: str) -> frozenset[str]:
    """The Slack ids of whoever is known for this Docker ID or e-mail address, aliases included; empty for nobody.

    Raises `DirectoryUnavailable`.
    """
    return frozenset()
