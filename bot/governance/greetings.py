"""First contact: the administrators at the first start, a channel that we come into, somebody who is new here."""

from typing import Any

from bot import outbox
from bot.db import requests
from bot.governance.context import Context
from bot.governance.policy import may_ask_for
from bot.operations.kit.base import Write
from bot.outbox.destination import Destination, slack_channel, slack_person
from bot.outbox.kinds import WELCOME

# In whichever channel they read it, they read it once.
FIRST_START = "first-start"


async def greet_administrators(context: Context) -> bool:
    """Tell them what comes next, once, where nothing has ever been asked for here; False where it was not told."""
    channel = context.admin_channel or context.approvals_channel
    async with context.database.begin() as session:
        if await requests.count_by_status(session):
            return False
        return await _want(context, session, "admins", FIRST_START, slack_channel(channel))


async def greet_channel(context: Context, channel: str) -> bool:
    """Say in two lines who came into the channel, once for each."""
    async with context.database.begin() as session:
        return await _want(context, session, "channel", channel, slack_channel(channel))


async def greet_person(context: Context, person: str) -> bool:
    """Tell somebody what they may do here, once; raises `DirectoryUnavailable`."""
    may = topics(context) if (await context.directory.person(person)).may_decide else []
    async with context.database.begin() as session:
        return await _want(context, session, "person", person, slack_person(person), may=may)


def topics(context: Context) -> list[str]:
    """What can be asked for here by anybody at all, as the first words of the operations' names, each once."""
    writes = (each for each in context.operations.values() if isinstance(each, Write))
    return list(dict.fromkeys(each.name.partition(".")[0] for each in writes if may_ask_for(context.policy, each)))


async def _want(context: Context, session: Any, to: str, whom: str, destination: Destination, **more: Any) -> bool:
    payload = {
        "to": to,
        "organizations": list(context.organizations),
        "approvals": context.approvals_channel,
        "administrators": [mention.id for mention in context.policy.administrators.mentions],
        **more,
    }
    return await outbox.want(
        session, f"welcome:{to}:{whom}", kind=WELCOME, destination=destination, clock=context.clock, payload=payload
    )
