"""Who decides a request, who is barred from that, and under which rule: lines of its card and its details. Pure."""

from collections.abc import Sequence

from bot.governance.approval.requirement import Requirement, Stage
from bot.governance.ledger.lifecycle import STATES, Status
from bot.governance.stored import KnownBeneficiary
from bot.governance.views import RequestView
from bot.operations.kit.text import count
from bot.slack.text import code, escape, mention, mentioned, moment

# More people than that are counted: a bulk can be about hundreds.
MOST_PEOPLE = 8


def rule_line(view: RequestView) -> str:
    """Under which rule, who may approve, until when; and what the policy wants besides, where it has changed since."""
    rule, demand = f"Rule “{escape(view.rule)}”", view.reconsidered.demand
    if not view.required:
        return f"{rule} allows it without approval."
    until = f", until {moment(view.expires_at)}" if view.status is Status.PENDING else ""
    wanted = f": {stages_text(view.requirement)}" if view.requirement.stages else " allowed it without approval"
    if demand is None:
        return f"{rule}{wanted}{until}."
    now = f"rule “{escape(demand.rule)}”: {stages_text(demand.requirement)}"
    return f"{rule}{wanted}. The policy has changed since, and wants besides: {now}{until}."


def stages_text(requirement: Requirement) -> str:
    """Its stages, in order."""
    return ", then ".join(stage_text(stage) for stage in requirement.stages)


def stage_text(stage: Stage) -> str:
    """`2 approvals of @Omar, @platform-leads`."""
    return f"{count(stage.need, 'approval')} of {', '.join(mentioned(principal.mention()) for principal in stage.of)}"


def barred_line(view: RequestView) -> str:
    """Who must not decide it, and why; empty where nobody decides anything any more."""
    if not view.required or not STATES[view.status].acts:
        return ""
    about = view.about or ()
    asked = f"{mention(view.requester)}, who asked"
    if view.spares_beneficiaries:
        spared = "; those whom it is about may decide, as the rule says" if about else ""
        return f"Barred from deciding: {asked}{spared}."
    concerned = [f"; {person_text(each)}, whom it is about" for each in about if each.people][:MOST_PEOPLE]
    more = len([each for each in about if each.people]) - len(concerned)
    rest = f"; and {more:,} more, whom it is about too" if more else ""
    return f"Barred from deciding: {asked}{''.join(concerned)}{rest}.{unknown_text(about)}"


def person_text(somebody: KnownBeneficiary) -> str:
    """`@Jane (jane)`."""
    return f"{', '.join(map(mention, somebody.people or ()))} ({code(somebody.name)})"


def unknown_text(about: Sequence[KnownBeneficiary]) -> str:
    """Of whom nobody knows who they are in Slack: they are barred unseen, so people should look."""
    unknown = [each.name for each in about if each.people == ()]
    unasked = [each.name for each in about if each.people is None]
    said = f" It is about {names_text(unknown)}, for whom nobody in Slack is known." if unknown else ""
    return said + (f" Who {names_text(unasked)} is in Slack could not be asked." if unasked else "")


def names_text(names: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = f" and {len(names) - MOST_PEOPLE:,} more" if len(names) > MOST_PEOPLE else ""
    return ", ".join(map(code, names[:MOST_PEOPLE])) + more
