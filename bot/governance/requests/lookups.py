"""What a form or a mention asks Docker Hub before there is anything to ask for."""

from collections.abc import Sequence

from bot.db.humans import ties_of
from bot.errors import RequestRefused
from bot.governance.context import Context
from bot.governance.hub_errors import translated
from bot.governance.humans import aliases
from bot.governance.people import Person
from bot.governance.requests.authority import require_ours
from bot.governance.ties import who_is_known
from bot.operations.kit.base import Choices, Lookup
from bot.operations.kit.mentions import Account, accounts_with, choose_account
from bot.phrases import Mention


async def choices(context: Context, wanted: Choices, lookup: Lookup) -> Sequence[str]:
    """What Docker Hub offers for a field, for a form's menu; ask `authority.require_somebody` first."""
    if lookup.organization not in context.organizations:
        return ()
    with translated():
        return await wanted.find(context.hub, lookup)


async def find_account(context: Context, organization: str, user: str, *, takes_addresses: bool) -> str:
    """Whom a Slack user is in Docker Hub: by the policy, by what was learned, by their address now.

    Raises `UserError` where that is not certain, or where the address is that of somebody else's Docker ID.
    """
    require_ours(context, organization)
    person = await context.directory.person(user)
    human = await aliases(context, user)
    found = context.policy.docker_ids_of(human) or await _learned(context, organization, person, human)
    return choose_account(person.name, person.email, found, organization=organization, takes_addresses=takes_addresses)


async def _learned(context: Context, organization: str, person: Person, human: frozenset[str]) -> tuple[str, ...]:
    """The Docker IDs with the person's address now, and those that are tied to them; raises `RequestRefused`."""
    with translated():
        found = await accounts_with(context.hub, organization, person.email) if person.email else ()
    for docker_id in found:
        owner = (await who_is_known(context, Account(docker_id, person.email or ""))).owner
        if owner and owner.isdisjoint(human):
            raise _somebody_elses(context, person, docker_id, min(owner))
    async with context.database.reading() as session:
        tied = await ties_of(session, human)
    return tuple(sorted({*found, *(each for each in tied if context.policy.whose(each) is None)}))


def _somebody_elses(context: Context, person: Person, docker_id: str, owner: str) -> RequestRefused:
    return RequestRefused(
        f"{person.name} has the address of the Docker ID {docker_id} now, and that is tied to ",
        Mention(owner),
        ". Type the Docker ID that you mean. ",
        *context.policy.an_administrator(),
        f" can tie it to them with a line in the policy: people: {{{person.id}: {docker_id}}}.",
    )
