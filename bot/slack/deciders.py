"""Who decides a request, who is barred from that, and under which rule: lines of its card and its details. Pure."""

from collections.abc import Callable, Sequence

from bot.governance.approval.requirement import Requirement, Stage
from bot.governance.ledger.lifecycle import STATES, Status
from bot.governance.people import seat_in
from bot.governance.stored import KnownBeneficiary
from bot.governance.views import RequestView
from bot.operations.kit.text import count
from bot.slack.text import code, escape, fit_plain, mention, mentioned, moment, one_line
from bot.slack.texts import card as texts

# More people than that are counted: a bulk can be about hundreds.
MOST_PEOPLE = 8
# What a card has room for.
ROOM = 350


def deciders_text(view: RequestView) -> str:
    """For a card: who alone can decide the request, and who of them is barred; empty where nobody decides any more."""
    if not view.required or not STATES[view.status].acts:
        return ""
    barred = as_many_as_fit(lambda most: barred_line(view, most=most))
    if view.status is not Status.PENDING:
        return barred
    return "\n".join([as_many_as_fit(lambda most: who_text(view, most=most)), barred])


def as_many_as_fit(say: Callable[[int], str]) -> str:
    """The line with as many people as there is room for."""
    lines = (say(most) for most in (MOST_PEOPLE, 4, 2))
    return next((line for line in lines if len(line) <= ROOM), say(1))


def who_text(view: RequestView, *, most: int = MOST_PEOPLE) -> str:
    """Who alone can approve or deny it, by what the rule asked for then and what the policy asks for now."""
    demand = view.reconsidered.demand
    said = texts.WHO.format(stages=stages_text(view.requirement, most=most)) if view.requirement.stages else ""
    if demand is None:
        return said
    other = f" (rule “{one_line(fit_plain(demand.rule, 120))}”)" if demand.rule != view.rule else ""
    now = texts.SINCE_CHANGED.format(stages=stages_text(demand.requirement, most=most), rule=other)
    return f"{said}{now}".strip()


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


def stages_text(requirement: Requirement, *, most: int | None = None) -> str:
    """Its stages, in order."""
    return ", then ".join(stage_text(stage, most=most) for stage in requirement.stages)


def stage_text(stage: Stage, *, most: int | None = None) -> str:
    """`2 approvals of @Omar, @platform-leads`."""
    named = [mentioned(principal.mention()) for principal in stage.of]
    shown = ", ".join(named[:most]) + more_text(named, most or len(named))
    return f"{count(stage.need, 'approval')} of {shown}"


def barred_line(view: RequestView, *, most: int = MOST_PEOPLE) -> str:
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
    concerned = f"; {people_text(known, most)}, whom it is about" if known else ""
    return f"Barred from deciding: {asked}{concerned}.{unknown_text(about, most)}"


def people_text(known: Sequence[KnownBeneficiary], most: int) -> str:
    """`@Jane (jane), @Kim (kim)`: the first of them, and how many more there are."""
    first = (f"{', '.join(map(mention, each.people or ()))} ({name_text(each.name)})" for each in known[:most])
    return ", ".join(first) + more_text(known, most)


def unknown_text(about: Sequence[KnownBeneficiary], most: int) -> str:
    """Of whom nobody knows who they are in Slack: they are barred unseen, so people should look."""
    unknown = [each.name for each in about if each.people == ()]
    unasked = [each.name for each in about if each.people is None]
    said = f" It is about {names_text(unknown, most)}, for whom nobody in Slack is known." if unknown else ""
    return said + (f" Who {names_text(unasked, most)} is in Slack could not be asked." if unasked else "")


def names_text(names: Sequence[str], most: int) -> str:
    """The first of them, and how many more there are."""
    return ", ".join(map(name_text, names[:most])) + more_text(names, most)


def name_text(name: str) -> str:
    """A Docker ID or an address; the beginning of one without end."""
    return code(fit_plain(name, 120))


def more_text(everybody: Sequence[object], most: int) -> str:
    """` and 92 more`, where there are more than are named."""
    return f" and {len(everybody) - most:,} more" if len(everybody) > most else ""
