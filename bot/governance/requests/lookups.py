"""What a form or a mention asks Docker Hub before there is anything to ask for."""

from collections.abc import Sequence

from bot.governance.context import Context
from bot.governance.hub_errors import translated
from bot.governance.requests.authority import require_ours
from bot.operations.kit.base import Choices, Lookup
from bot.operations.kit.mentions import find_account as find_in_hub


async def choices(context: Context, wanted: Choices, lookup: Lookup) -> Sequence[str]:
    """What Docker Hub offers for a field, for a form's menu; ask `authority.require_somebody` first."""
    if lookup.organization not in context.organizations:
        return ()
    with translated():
        return await wanted.find(context.hub, lookup)


async def find_account(context: Context, organization: str, user: str, *, takes_addresses: bool) -> str:
    """Whom a Slack user is in Docker Hub; raises `UserError` where that is not certain."""
    require_ours(context, organization)
    person = await context.directory.person(user)
    with translated():
        return await find_in_hub(context.hub, organization, person.name, person.email, takes_addresses=takes_addresses)
