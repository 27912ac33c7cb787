"""People who have left Slack and are still in Docker Hub: their off-boarding is offered, prepared."""

import structlog

from bot import outbox
from bot.db import humans
from bot.governance.context import Context
from bot.governance.people import OwnerUnavailable
from bot.governance.ties import remembered_accounts
from bot.outbox.destination import slack_channel
from bot.outbox.kinds import LEAVER

log = structlog.stdlib.get_logger(__name__)

OFFBOARD = "member.offboard"


async def offer_offboarding(context: Context, person: str) -> int:
    """Tell the administrators of each of the person's Docker IDs that an organization still has; answers how many.

    Once for each, and nothing is asked for: the form is filled in, and whoever sends it asks in their own name.
    """
    if OFFBOARD not in context.operations:
        return 0
    async with context.database.reading() as session:
        learned = await humans.ties_of(session, [person])
    told = {each: context.policy.whose(each) for each in learned}
    # By the policy's word, a Docker ID that was learned can be somebody else's.
    theirs = {each for each, owner in told.items() if owner in (None, person)}
    theirs |= set(context.policy.docker_ids_of([person]))
    count = 0
    for organization in context.organizations:
        for docker_id in sorted(theirs):
            if await _is_member(context, organization, docker_id):
                count += await _tell(context, person, organization, docker_id)
    if count:
        context.wake()
    return count


async def _is_member(context: Context, organization: str, docker_id: str) -> bool:
    """Whether the organization has them; where Docker Hub does not say, rather one offer too many."""
    try:
        return docker_id in (await remembered_accounts(context, organization, docker_id)).by_id
    except OwnerUnavailable:
        log.info("departures.not_asked", organization=organization)
        return True


async def _tell(context: Context, person: str, organization: str, docker_id: str) -> bool:
    payload = {
        "person": person,
        "organization": organization,
        "docker_id": docker_id,
        "operation": OFFBOARD,
        "values": {"organization": organization, "person": docker_id},
    }
    channel = context.admin_channel or context.approvals_channel
    async with context.database.begin() as session:
        return await outbox.want(
            session,
            f"leaver:{person}:{organization}:{docker_id}",
            kind=LEAVER,
            destination=slack_channel(channel),
            clock=context.clock,
            payload=payload,
        )
