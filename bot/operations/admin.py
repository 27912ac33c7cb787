"""What the bot itself may still do: Docker Hub's rate limits."""

import asyncio

from bot.hub import Hub
from bot.operations.base import Answer, Operation, Params, Read
from bot.operations.fields import Organization
from bot.operations.members import MEMBERS
from bot.operations.repositories import REPOSITORIES


class Limits(Params):
    """The organization whose lists are asked, to have fresh numbers."""

    organization: Organization


async def show_limits(hub: Hub, params: Limits) -> Answer:
    """What is left of each route family's requests a minute."""
    one = {"page_size": "1"}
    await asyncio.gather(
        hub.get(MEMBERS, query=one, organization=params.organization),
        hub.get(REPOSITORIES, query=one, organization=params.organization),
    )
    limits = sorted(hub.rate_limits, key=lambda limit: limit.share)
    rows = tuple((limit.family, f"{limit.remaining:,}", f"{limit.limit:,}", limit.reset_at) for limit in limits)
    note = "These are the API's limits; image pulls have their own."
    return Answer("Docker Hub's rate limits", ("Routes", "Left", "A minute", "Full again"), rows, len(rows), note)


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="limits",
        title="Show rate limits",
        summary="Show what is left of Docker Hub's rate limits",
        params=Limits,
        run=show_limits,
        endpoint="X-RateLimit headers of every answer",
    ),
)
