"""Who decides a request, who is barred from that, and under which rule: lines of its card and its details. Pure."""

from collections.abc import Sequence

from bot.governance.approval.requirement import Requirement, Stage
from bot.governance.ledger.lifecycle import STATES, Status
from bot.governance.people import seat_in
from bot.governance.stored import KnownBeneficiary
from bot.governance.views import RequestView
from bot.operations.kit.text import count
from bot.slack.text import code, escape, mention, mentioned, moment

# More people than that are counted: a bulk can be about hundreds.
MOST_PEOPLE = 8


def rule_line(view: RequestView) -> str:
    """Under which rule, who may approve, until when; and what the policy wants besides, where it has changed."""
    rule, demand = f"Rule “{escape(view.rule)}”", view.reconsidered.demand
    if not view.required:
        return f"{rule} allows it without approval."
    until = f", until {moment(view.expires_at)}" if view.status is Status.PENDING else ""
    wanted = f": {stages_text(view.requirement)}" if view.requirement.stages else " allowed it without approval"
    if demand is None:
        return f"{rule}{wanted}{until}."
    other = f" (rule “{escape(demand.rule)}”)" if demand.rule != view.rule else ""
    now = f"it also needs {stages_text(demand.requirement)}{other}"
    return f"{rule}{wanted}. Since the policy has changed, {now}{until}."


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
    seated = "; whoever the policy ties to that terminal" if seat_in(view.origin) else ""
    asked = f"{mention(view.requester)}, who asked{seated}"
    if view.spares_beneficiaries:
        spared = "; those whom it is about may decide, as the rule says" if about else ""
        return f"Barred from deciding: {asked}{spared}."
    known = [each for each in about if each.people and each.people != (view.requester,)]
    concerned = f"; {people_text(known)}, whom it is about" if known else ""
    return f"Barred from deciding: {asked}{concerned}.{unknown_text(about)}"


def people_text(known: Sequence[KnownBeneficiary]) -> str:
    """`@Jane (jane), @Kim (kim)`: the first of them, and how many more there are."""
    first = (f"{', '.join(map(mention, each.people or ()))} ({code(each.name)})" for each in known[:MOST_PEOPLE])
    return ", ".join(first) + more_text(known)


def unknown_text(about: Sequence[KnownBeneficiary]) -> str:
    """Of whom nobody knows who they are in Slack: they are barred unseen, so people should look."""
    unknown = [each.name for each in about if each.people == ()]
    unasked = [each.name for each in about if each.people is None]
    said = f" It is about {names_text(unknown)}, for whom nobody in Slack is known." if unknown else ""
    return said + (f" Who {names_text(unasked)} is in Slack could not be asked." if unasked else "")


def names_text(names: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    return ", ".join(map(code, names[:MOST_PEOPLE])) + more_text(names)


def more_text(everybody: Sequence[object]) -> str:
    """` and 92 more`, where there are more than are named."""
    return f" and {len(everybody) - MOST_PEOPLE:,} more" if len(everybody) > MOST_PEOPLE else ""
