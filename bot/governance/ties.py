"""Whose Docker ID is whose: by the policy's word, else as it was first learned from an e-mail address."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot import outbox
from bot.db import humans
from bot.db.session import Session
from bot.governance.addresses import folded
from bot.governance.context import Context
from bot.governance.people import OwnerUnavailable
from bot.governance.roster import Roster, indexed
from bot.hub import HubError
from bot.operations.kit.mentions import Account, find_accounts
from bot.outbox.destination import slack_channel
from bot.outbox.kinds import NOTICE
from bot.phrases import Mention, Phrase, dump_phrase, plain

log = structlog.stdlib.get_logger(__name__)

BY_EMAIL = "e-mail"
EVERYBODY = ""
SEARCHES = 3


async def accounts_called(context: Context, organization: str, account: str) -> tuple[Account, ...]:
    """What a Docker ID or an e-mail address stands for in the organization: Docker IDs with their addresses.

    What Docker Hub knows nothing of stands for itself. Raises `OwnerUnavailable` where Docker Hub does not answer.
    """
    if context.policy.whose(account) is not None:
        return (Account(account, ""),)
    found = await remembered_accounts(context, organization, account)
    if "@" not in account:
        return (found.by_id.get(account, Account(account, "")),)
    return (Account("", account), *found.by_address.get(folded(account) or "", ()))


async def remembered_accounts(context: Context, organization: str, search: str) -> Roster:
    """The accounts that Docker Hub finds, at most a minute old.

    After some searches the whole list is asked for: a bulk of hundreds must not spend the rate limit on them. Who
    decides, and who has a claim, waits for the answer, so nothing is waited for that passes.
    """
    memory = context.found_accounts
    searched = sum(where == organization for where, _ in tuple(memory))
    for key in ((organization, EVERYBODY), (organization, search)):
        if (known := memory.get(key)) is not None:
            return known
    wanted = search if searched < SEARCHES else EVERYBODY
    try:
        found = indexed(await find_accounts(context.hub.hurried(), organization, wanted))
    except HubError as error:
        raise OwnerUnavailable(
            f"Docker Hub does not tell at the moment who “{search}” is in {organization}, and without that nothing is "
            "decided. Please try again."
        ) from error
    memory[organization, wanted] = found
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """Who is known for a Docker ID: whose it is, and who besides has its address; each with all of their accounts."""

    owner: frozenset[str] = frozenset()
    claimants: frozenset[str] = frozenset()


async def who_is_known(context: Context, account: Account) -> Known:
    """Whose the account is: by the policy's word, else whom it was tied to when it was first learned.

    Whoever else has, or had, the address that it has now is a claimant, and of that the administrators are told once.
    """
    told = context.policy.whose(account.docker_id)
    async with context.database.begin() as session:
        if told is not None:
            return Known(await humans.same_human(session, [told]))
        address = folded(account.email)
        holders = await humans.holders(session, address) if address else ()
        claimants = await humans.same_human(session, holders)
        first = await _tie(context, session, account.docker_id, holders)
        owner = await humans.same_human(session, [first]) if first else frozenset[str]()
        if first and not owner.issuperset(claimants):
            await _tell_of_two(context, session, account, first, holders[0])
        return Known(owner, claimants - owner)


async def _tie(context: Context, session: Session, docker_id: str, holders: Sequence[str]) -> str | None:
    """Whom the Docker ID is tied to; from now on to the first of these, where it is to nobody."""
    if not docker_id:
        return None
    known = await humans.tied_to(session, docker_id)
    if known is None and holders:
        await humans.tie(session, docker_id, holders[0], how=BY_EMAIL, now=context.clock.now())
        known = await humans.tied_to(session, docker_id)
    return known


async def _tell_of_two(context: Context, session: Session, account: Account, owner: str, claimant: str) -> None:
    """The administrators hear, once, that somebody else has the address of a Docker ID that is tied already."""
    said: Phrase = (
        f"The Docker ID {account.docker_id} is tied to ",
        Mention(owner),
        ", and its e-mail address is that of ",
        Mention(claimant),
        " now. It stays where it is, and neither of them decides what is about it. ",
        *context.policy.an_administrator(),
        f" can tie it in the policy: people: {{{claimant}: {account.docker_id}}}, or {{{owner}: {account.docker_id}}}.",
    )
    await outbox.want(
        session,
        f"tie:{account.docker_id}:{claimant}",
        kind=NOTICE,
        destination=slack_channel(context.admin_channel or context.approvals_channel),
        clock=context.clock,
        payload={"text": plain(said), "said": dump_phrase(said)},
    )


async def learn_ties(context: Context) -> None:
    """Go through every organization's members, and tie those whose address somebody in Slack has.

    So a Docker ID is tied before anybody's address changes, and not only once it is asked for.
    """
    for organization in context.organizations:
        try:
            found = await find_accounts(context.hub, organization)
        except HubError as error:
            log.info("ties.not_learned", organization=organization, error=type(error).__name__)
            continue
        for account in found:
            if account.email:
                await who_is_known(context, account)
