"""A request's card: what is asked and of whom, where it stands, what is dangerous about it, and who can decide. Pure.

The blocks of a card fit the 3,900 characters that its text has, for that says all that they say.
"""

from collections.abc import Callable, Mapping

from bot.governance.ledger.lifecycle import STATES, Act, Status
from bot.governance.views import RequestView
from bot.operations.kit.base import Operation
from bot.operations.kit.consequences import Harm
from bot.slack.blocks import Block, Content, actions, alert, button, confirmation, content, context, header, section
from bot.slack.changes import change_heading, change_text, first_lines, given
from bot.slack.deciders import deciders_text
from bot.slack.offers import propose_button, retried
from bot.slack.outcomes import failed_items, is_partial, outcome_text, status_line
from bot.slack.text import HEADER_LIMIT, LONGEST, bold, code, escape, fit, fit_plain, mention, one_line, quote
from bot.slack.texts import card as texts
from bot.slack.texts import result as result_texts
from bot.visible import flat

DETAILS = "details"
MOST_RISKS = 3
MOST_NOTES = 5


def request_card(view: RequestView, operation: Operation) -> Content:
    """A request's card, as it stands; a finished one folds to its title, its status and what came of it."""
    return open_card(view, operation) if is_open(view) else folded_card(view, operation)


def is_open(view: RequestView) -> bool:
    """Whether it can still come to something else."""
    return bool(STATES[view.status].targets)


def open_card(view: RequestView, operation: Operation) -> Content:
    """All that an approver has to know."""
    blocks = [*request_lines(view, operation, brief=False), *who_lines(view)]
    return content(*blocks, request_actions(view, operation), context(number_line(view)))


def folded_card(view: RequestView, operation: Operation) -> Content:
    """What came of it; the rest is in the details."""
    blocks = request_lines(view, operation, brief=False)
    return content(*blocks, request_actions(view, operation), context(number_line(view)))


def request_lines(view: RequestView, operation: Operation, *, why_you: str = "", brief: bool) -> list[Block]:
    """Title, status, risks, reason and changes, as a card, a direct message and Home have them.

    `why_you` (mrkdwn) says to a message's one reader why it is theirs to decide; in brief, it takes few blocks.
    """
    title, status = headline(view, operation), "\n".join(filter(None, [status_line(view), outcome_text(view)]))
    blocks = [section(f"{bold(title)}\n{status}")] if brief else [header(title), section(status)]
    if not is_open(view):
        return blocks
    if view.status is Status.PENDING:
        blocks += risk_lines(view)
    asked = texts.ASKS.format(who=mention(view.requester), where=origin_text(view))
    blocks.append(section(f"{asked}\n{fit(quote(view.reason), 400)}" if view.reason else asked))
    blocks.append(section(changes_text(view, brief=brief)))
    if (unsaid := notes_besides(view)) and view.status is Status.PENDING and not brief:
        notes = [f"• {fit_plain(flat(note[:LONGEST]), 150)}" for note in unsaid]
        shown = first_lines([one_line(note) for note in notes], most=MOST_NOTES, room=400)
        blocks.append(section(f"*{texts.GOOD_TO_KNOW}*\n{shown}"))
    return [*blocks, *([section(why_you)] if why_you else [])]


def notes_besides(view: RequestView) -> list[str]:
    """What else is good to know: a risk says some of it already."""
    risks = {risk.said for risk in view.risks}
    return [note for note in view.notes if note not in risks]


def headline(view: RequestView, operation: Operation) -> str:
    """What and whom, in plain text of one line; of a request that an earlier version made, what alone."""
    return fit_plain(flat(view.title or operation.title), HEADER_LIMIT)


def changes_text(view: RequestView, *, brief: bool) -> str:
    """What would be different, subject by subject; where the title does not say whom, what was asked for as well."""
    shown = change_text(view.changes, most=3 if brief else 5, room=500 if brief else 900)
    if brief:
        return shown
    asked = "" if view.title else fit(" · ".join(line[:200] for line in given(view.params.items())), 400)
    return "\n".join(filter(None, [f"*{change_heading(view)}*", shown, asked]))


def risk_lines(view: RequestView) -> list[Block]:
    """A warning for each thing to look at twice."""
    return [alert("warning", escape(said)) for said in risks_of(view)]


def risks_of(view: RequestView) -> list[str]:
    """What is more than routine about it, each in a sentence of one line."""
    said = [risk.said for risk in view.risks if risk.harm is not Harm.ROUTINE]
    return [fit_plain(flat(text), 180) for text in said[:MOST_RISKS]]


def origin_text(view: RequestView) -> str:
    """From where, if it was not in Slack: there, people say themselves who they are."""
    return texts.FROM.format(place=code(fit(view.origin, 100))) if view.origin else ""


def who_lines(view: RequestView) -> list[Block]:
    """Who can decide it, while somebody can: whoever is not among them need not press."""
    said = deciders_text(view)
    return [section(said)] if said else []


def number_line(view: RequestView) -> str:
    """What it is called elsewhere, in small type: its number, its operation and its rule."""
    rule = one_line(fit_plain(flat(view.rule), 120))
    name, where = escape(view.operation), escape(view.organization)
    return texts.NUMBER.format(number=view.id, organization=where, operation=name, rule=rule)


def request_actions(view: RequestView, operation: Operation) -> Block:
    """What can be pressed as it stands; a press on another version's buttons says so."""
    return actions(f"request-{view.id}-{view.version}", *request_buttons(view, operation))


def request_buttons(view: RequestView, operation: Operation) -> list[Block]:
    """What people can do to it, and its details."""
    acts = [BUTTONS[act](view, headline(view, operation)) for act in STATES[view.status].acts]
    return [*acts, *retry_buttons(view), button("Details", DETAILS, str(view.id))]


def retry_buttons(view: RequestView) -> list[Block]:
    """Where something of it has failed, a form for that alone."""
    if not is_partial(view):
        return []
    label = result_texts.RETRY_ONE if len(failed_items(view)) == 1 else result_texts.RETRY_MORE
    return [propose_button(label, retried(view.id))]


def approve_button(view: RequestView, what: str) -> Block:
    """Asks back, for it cannot be taken back; where it is no routine, it looks like that and says why."""
    risks = risks_of(view)
    said = "".join(f"{risk} " for risk in risks)
    # The consequence is what nobody may miss, so what is long gives way to it.
    what = fit_plain(what, max(40, 240 - len(escape(said))))
    text = texts.APPROVE.format(what=what.rstrip("."), risks=said)
    ask = confirmation(texts.APPROVE_TITLE, text, "Approve", danger=bool(risks))
    return button("Approve", Act.APPROVE, str(view.id), style="danger" if risks else "primary", confirm=ask)


def deny_button(view: RequestView, _what: str) -> Block:
    """Opens a form, which asks why."""
    return button("Deny", Act.DENY, str(view.id), style="danger")


def asking_back(label: str, act: Act, title: str, form: str, *, danger: bool = False) -> "MakeButton":
    """A button that asks back with this sentence."""

    def make(view: RequestView, what: str) -> Block:
        text = form.format(what=fit_plain(what, 200).rstrip("."))
        ask = confirmation(title, text, "Cancel request" if act is Act.CANCEL else label, danger=danger)
        return button(label, act, str(view.id), confirm=ask)

    return make


MakeButton = Callable[[RequestView, str], Block]

# A new act is a line here, and what it does in `decisions`.
BUTTONS: Mapping[Act, MakeButton] = {
    Act.APPROVE: approve_button,
    Act.DENY: deny_button,
    Act.CANCEL: asking_back("Cancel", Act.CANCEL, texts.CANCEL_TITLE, texts.CANCEL, danger=True),
    Act.SETTLE_DONE: asking_back("It was done", Act.SETTLE_DONE, texts.DONE_TITLE, texts.DONE),
    Act.SETTLE_NOT_DONE: asking_back("It was not done", Act.SETTLE_NOT_DONE, texts.NOT_DONE_TITLE, texts.NOT_DONE),
}
