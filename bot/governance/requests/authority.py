"""Whether somebody may ask: what the policy says of them and of what they want, as of now."""

from typing import Any

from bot.errors import RequestRefused
from bot.governance.context import Context
from bot.governance.ledger.facts import Refused as RefusedFact
from bot.governance.ledger.record import note
from bot.governance.people import is_slack_user
from bot.governance.policy import Allowed, Decision, NeedsApproval, Refused, decide, first_rule, may_ask_for
from bot.operations.kit.base import Intent, Operation

MAY_NOT_ASK = "Guests, bots and people who have left cannot ask Hubwarden for anything."


async def authorize(context: Context, intent: Intent, requester: str) -> Allowed | NeedsApproval:
    """What the policy says where it does not refuse; raises `RequestRefused`, which goes into the trail."""
    decision = await judge(context, intent, requester)
    if isinstance(decision, Refused):
        await note_refusal(context, intent, requester, rule=decision.rule)
        raise RequestRefused(*decision.reason)
    return decision


async def note_refusal(context: Context, intent: Intent, requester: str, *, rule: str | None, **more: str) -> None:
    """Write down that this was refused, and `more` of how it was asked for."""
    details = {**described(context, intent), **more}
    fact = RefusedFact(actor=requester, at=context.clock.now(), rule=rule, described=details)
    async with context.database.begin() as session:
        await note(session, fact)


async def require_somebody(context: Context, operation: Operation, requester: str) -> None:
    """Before there are parameters to judge: guests learn nothing, nor does anybody of what no rule allows."""
    await require_insider(context, requester)
    if not may_ask_for(context.policy, operation):
        raise RequestRefused(f"No rule of the policy allows {operation.name}.")


async def require_insider(context: Context, person: str) -> None:
    """Raises `RequestRefused` for guests, bots, people of elsewhere and those who have left."""
    if not (await context.directory.person(person)).may_decide:
        raise RequestRefused(MAY_NOT_ASK)


def require_ours(context: Context, organization: str) -> None:
    """Raises `RequestRefused` for an organization that Hubwarden does not run."""
    if organization not in context.organizations:
        raise RequestRefused(foreign_text(context, organization))


async def judge(context: Context, intent: Intent, requester: str) -> Decision:
    """What the policy says of the intent; the trail does not hear of it."""
    if intent.params.organization not in context.organizations:
        return Refused(None, (foreign_text(context, intent.params.organization),))
    # Whoever asked at a terminal is nobody in Slack, and asked there: Slack has nothing to say of them.
    if is_slack_user(requester) and not (await context.directory.person(requester)).may_decide:
        return Refused(None, (MAY_NOT_ASK,))
    return decide(context.policy, intent, requester, await _groups_of(context, intent, requester))


async def _groups_of(context: Context, intent: Intent, requester: str) -> frozenset[str]:
    """In which of the groups the requester is that the one rule names which decides; no other is asked for."""
    rule = first_rule(context.policy, intent)
    if rule is None or rule.requesters is None or requester in rule.requesters.users or not is_slack_user(requester):
        return frozenset()
    named = rule.requesters.groups
    return frozenset({group for group in named if requester in await context.directory.members_of(group)})


def foreign_text(context: Context, organization: str) -> str:
    """That it is none of ours."""
    ours = ", ".join(context.organizations)
    return f"Hubwarden does not run the organization “{organization}”. It runs: {ours}."


def described(context: Context, intent: Intent) -> dict[str, Any]:
    """An intent and where it comes from, for the trail."""
    return {
        "operation": intent.operation.name,
        "params": intent.params.model_dump(mode="json", by_alias=True),
        "reason": intent.reason,
        **context.origin,
    }
