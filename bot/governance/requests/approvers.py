"""Who may decide a request, as of now: from its requirement, the policy and Slack's groups, never from a message."""

from bot.errors import NotAnApprover
from bot.governance.context import Context
from bot.governance.ledger.facts import Objected
from bot.governance.ledger.record import record
from bot.governance.people import is_slack_user
from bot.governance.requests.admission import count_eligible
from bot.governance.requests.bars import Asked, Concerned, said_to
from bot.governance.requests.hearing import MAY_NOT_DECIDE, Hearing, hear
from bot.governance.views import RequestView
from bot.phrases import Mention, Phrase, plain


async def require_approver(
    context: Context, view: RequestView, user: str, *, verb: str, others: tuple[str, ...] = ()
) -> Hearing:
    """What is to be known where they may approve or deny, about these others too.

    Raises `NotAnApprover`, which the trail hears of, and `DirectoryUnavailable`.
    """
    if user == view.requester:
        raise await _refusal(context, view, user, verb=verb, why=said_to(Asked(), view.id, verb))
    hearing = await hear(context, view, (user, *others))
    await _require_no_bar(context, view, hearing, user=user, verb=verb)
    if not hearing.voters[user].admitted_by:
        raise await _refusal(context, view, user, verb=verb, why=await _why_not(context, view, user))
    return hearing


async def require_settler(context: Context, view: RequestView, user: str) -> None:
    """Whoever may approve it may say what became of it; raises as `require_approver` does.

    Where nobody had to approve it, or nobody is left who may, somebody else may: there is always somebody.
    """
    hearing = await hear(context, view, (user,))
    if not hearing.voters[user].admitted_by or user in hearing.bars:
        await _require_any_settler(context, view, hearing, user=user)


async def _require_any_settler(context: Context, view: RequestView, hearing: Hearing, *, user: str) -> None:
    """Where nobody had to agree, whoever asked; everybody who is not barred where they cannot, or nobody else is left.

    Who asks for something about themselves says nothing of it, and whoever asked at a terminal is nobody in Slack.
    """
    if not (await context.directory.person(user)).may_decide:
        raise await _refusal(context, view, user, verb="settle", why=(MAY_NOT_DECIDE,))
    stages = view.requirement.stages
    if not stages and await _asker_settles(context, view, hearing):
        if user not in askers(hearing):
            only: Phrase = ("Only ", Mention(view.requester), f", who asked for it, can settle request {view.id}.")
            raise await _refusal(context, view, user, verb="settle", why=only)
        return
    await _require_no_bar(context, view, hearing, user=user, verb="settle")
    if stages and await _somebody_is_left(context, hearing):
        raise await _refusal(context, view, user, verb="settle", why=_not_named(view))


def askers(hearing: Hearing) -> frozenset[str]:
    """Whoever asked, by all of their accounts."""
    return frozenset(user for user, bar in hearing.bars.items() if not isinstance(bar, Concerned))


async def _asker_settles(context: Context, view: RequestView, hearing: Hearing) -> bool:
    """Whether whoever asked is there to settle it, and it is not about them."""
    if not is_slack_user(view.requester) or not askers(hearing).isdisjoint(hearing.concerned):
        return False
    return (await context.directory.person(view.requester)).may_decide


async def _somebody_is_left(context: Context, hearing: Hearing) -> bool:
    """Whether anybody is who may approve it."""
    for requirement in hearing.requirements:
        if (await count_eligible(context, requirement, hearing.bars)).count:
            return True
    return False


async def _require_no_bar(context: Context, view: RequestView, hearing: Hearing, *, user: str, verb: str) -> None:
    bar = hearing.bars.get(user)
    if bar is not None:
        raise await _refusal(context, view, user, verb=verb, why=said_to(bar, view.id, verb))


async def _why_not(context: Context, view: RequestView, user: str) -> Phrase:
    """Why nothing admits them."""
    may_decide = (await context.directory.person(user)).may_decide
    return _not_named(view) if may_decide else (MAY_NOT_DECIDE,)


def _not_named(view: RequestView) -> Phrase:
    return (f"You are not among the approvers that the rule “{view.rule}” names for request {view.id}.",)


async def _refusal(context: Context, view: RequestView, user: str, *, verb: str, why: Phrase) -> NotAnApprover:
    fact = Objected(actor=user, at=context.clock.now(), verb=verb, why=plain(why))
    async with context.database.begin() as session:
        await record(session, view.id, fact)
    return NotAnApprover(*why)
