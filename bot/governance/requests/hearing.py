"""All that has to be asked before a request is judged, as of now: of the policy, of Slack, of Docker Hub.

Nothing of it may be asked while the request's row is locked. So a hearing says of which version of the row it is, and
is worth nothing for another one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from pydantic import ValidationError

from bot.governance import humans
from bot.governance.approval.reconsideration import Demand
from bot.governance.approval.recount import Voter
from bot.governance.approval.requirement import Beneficiaries, Requirement, spares
from bot.governance.context import Context
from bot.governance.people import DirectoryUnavailable
from bot.governance.policy import Allowed, Decision, NeedsApproval, Refused
from bot.governance.requests.admission import admitting
from bot.governance.requests.authority import judge
from bot.governance.requests.bars import Bar, find_bars, recognize, remembering, said_of, unknown
from bot.governance.stored import KnownBeneficiary
from bot.governance.views import RequestView
from bot.operations.kit.base import Beneficiary, Intent, Write
from bot.operations.kit.beneficiaries import named_in
from bot.phrases import Phrase

MAY_NOT_DECIDE = "Guests, bots and people who have left decide nothing."


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What was found. `refusal` says why it must not be done at all; empty where it may.

    `requirements` are to be met, each of them: the one of then, and the one of now. `voters` are those who were asked
    about.
    """

    version: int
    requirements: tuple[Requirement, ...]
    demand: Demand | None
    refusal: Phrase
    about: tuple[KnownBeneficiary, ...]
    bars: Mapping[str, Bar]
    voters: Mapping[str, Voter]

    @property
    def concerned(self) -> frozenset[str]:
        """The Slack accounts of those whom it is about, where that bars them."""
        everybody = frozenset(user for each in self.about for user in each.people or ())
        return frozenset() if spares(self.requirements) else everybody


async def hear(context: Context, view: RequestView, users: Iterable[str]) -> Hearing:
    """Ask about the request, and about these accounts; raises `DirectoryUnavailable`."""
    asked = tuple(dict.fromkeys(users))
    # Before all else: an address that Slack tells now can be that of whoever asked, or of another of them.
    for user in asked:
        await context.directory.person(user)
    intent = intent_of(context, view)
    # What this version does not know any more is no policy's matter: the executor will say so.
    decision = None if intent is None else await judge(context, intent, view.requester)
    requirements = (view.requirement, *requirements_of(decision))
    about = await _about(context, view, intent) if asked or must_be_known(requirements) else ()
    bars = await find_bars(context, view.requester, about, spares=spares(requirements), origin=view.origin)
    return Hearing(
        version=view.version,
        requirements=requirements,
        demand=demand_of(view.requirement, decision),
        refusal=refusal_of(decision)
        or unknown_text(view.rule, requirements, about, administrator=context.policy.an_administrator()),
        about=about,
        bars=bars,
        voters={user: await _voter(context, user, requirements, bars) for user in asked},
    )


async def not_barred(context: Context, views: Iterable[RequestView], user: str) -> tuple[RequestView, ...]:
    """Those that this account may decide, as far as is known: for a list, which decides nothing.

    Where it cannot be asked now whom one is about, whoever was known for them when it was asked for is barred from it,
    and from all that follow: who is silent for one would make a long list wait for each.
    """
    found, is_silent = [], False
    for view in views:
        about = view.about or ()
        if not is_silent:
            try:
                about = await _about(context, view, intent_of(context, view))
            except DirectoryUnavailable:
                is_silent = True
        spared = spares(view.requirements)
        if user not in await find_bars(context, view.requester, about, spares=spared, origin=view.origin):
            found.append(view)
    return tuple(found)


def intent_of(context: Context, view: RequestView) -> Intent | None:
    """What was asked for; None where this version has no such write, or no such parameters."""
    operation = context.operations.get(view.operation)
    if not isinstance(operation, Write):
        return None
    try:
        return Intent(operation, operation.params.model_validate(view.params), view.reason)
    except ValidationError:
        return None


def requirements_of(decision: Decision | None) -> tuple[Requirement, ...]:
    """What the policy of now asks for, where it asks for anything."""
    match decision:
        case Allowed(requirement=requirement) | NeedsApproval(requirement=requirement):
            return (requirement,)
        case Refused() | None:
            return ()
        case _:
            assert_never(decision)


def demand_of(then: Requirement, decision: Decision | None) -> Demand | None:
    """What is asked for now besides; None where that was asked for then already."""
    if not isinstance(decision, NeedsApproval):
        return None
    now = decision.requirement
    is_same = (now.stages, now.beneficiary) == (then.stages, then.beneficiary)
    return None if is_same else Demand(decision.rule, now)


def refusal_of(decision: Decision | None) -> Phrase:
    """Why the policy of now refuses it; empty where it does not."""
    return decision.reason if isinstance(decision, Refused) else ()


def must_be_known(requirements: Iterable[Requirement]) -> bool:
    """Whether somebody in Slack has to be known for everybody whom it is about."""
    return any(requirement.beneficiary is Beneficiaries.KNOWN for requirement in requirements)


def unknown_text(
    rule: str, requirements: Iterable[Requirement], about: Iterable[KnownBeneficiary], *, administrator: Phrase
) -> Phrase:
    """That somebody is not known who has to be, and the way out, by an administrator; empty where all are who do."""
    missing = unknown(about) if must_be_known(requirements) else ()
    if not missing:
        return ()
    more = f" and {len(missing) - 5:,} more" if len(missing) > 5 else ""
    return (
        f"The rule “{rule}” wants to know in Slack whom it is about, and nobody in Slack is known for "
        f"{', '.join(missing[:5])}{more}. ",
        *administrator,
        " can say who they are, in the policy under “people”.",
    )


async def _about(context: Context, view: RequestView, intent: Intent | None) -> tuple[KnownBeneficiary, ...]:
    """Whom it is about, and whom of Slack they are known to be: now, or when it was asked for."""
    before = view.about or ()
    named: Iterable[Beneficiary | KnownBeneficiary] = before
    if view.about is None and intent is not None:
        named = named_in(intent.params)
    return remembering(await recognize(context, view.organization, named), before)


async def _voter(context: Context, user: str, requirements: Iterable[Requirement], bars: Mapping[str, Bar]) -> Voter:
    """Who an account is now, and whether it may vote."""
    human = min(await humans.aliases(context, user))
    if (bar := bars.get(user)) is not None:
        return Voter(human, fault=said_of(bar))
    person = await context.directory.person(user)
    if not person.may_decide:
        return Voter(human, fault=("who has left, is a guest, or is a bot",))
    found = [await admitting(requirement, person, context.directory) for requirement in requirements]
    admitted = tuple(dict.fromkeys(principal for each in found for principal in each))
    return Voter(human, admitted, () if admitted else ("who is no longer among the approvers",))
