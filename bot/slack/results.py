"""What the requester is told at the end of a request: what became of it, and the way on. Pure."""

from bot.governance.ledger.lifecycle import STATES, Act, Status
from bot.governance.views import RequestView
from bot.operations.kit.base import Operation
from bot.slack.blocks import Block, Content, actions, button, content, context, header, section
from bot.slack.card import DETAILS, headline, retry_buttons
from bot.slack.changes import change_heading, change_text
from bot.slack.offers import asked_again, propose_button
from bot.slack.outcomes import decided_after, done_after, is_partial, outcome_text
from bot.slack.text import escape, mention
from bot.slack.texts import card as card_texts
from bot.slack.texts import result as texts

# Of these, nobody need wonder whether something has happened after all.
AGAIN = frozenset({Status.DENIED, Status.EXPIRED, Status.REFUSED, Status.FAILED})
UNTOUCHED = frozenset({Status.DENIED, Status.CANCELLED, Status.EXPIRED, Status.REFUSED})


def result_message(view: RequestView, operation: Operation, *, link: str = "") -> Content:
    """How it ended; `link` is the card's address, where it has one. What was not done is not listed as if it were."""
    said = [ending_line(view), outcome_text(view)]
    if view.status in UNTOUCHED:
        said.append(texts.NOTHING_CHANGED)
    if Act.SETTLE_DONE in STATES[view.status].acts:
        said.append(card_texts.LOOK)
    blocks = [header(headline(view, operation)), section("\n".join(filter(None, said)))]
    if STATES[view.status].has_changed and not view.items:
        blocks.append(section(f"*{change_heading(view)}*\n{change_text(view.changes)}"))
    blocks.append(actions(f"result-{view.id}-{view.version}", *result_buttons(view)))
    return content(*blocks, context(origin_line(view, link)))


def ending_line(view: RequestView) -> str:
    """`⛔ *Your request was denied by @Omar* after 5 minutes`."""
    state = STATES[view.status]
    ending = "is done in part" if is_partial(view) else state.said
    by = texts.BY.format(who=mention(view.decided_by)) if state.by_decider and view.decided_by else ""
    mark = "⚠️" if is_partial(view) else state.mark
    lasted = card_texts.DONE_AFTER.format(span=span) if (span := done_after(view)) else ""
    line = f"{mark} *{texts.ENDING.format(ending=f'{ending}{by}')}*{decided_after(view)}".lstrip()
    return f"{line} · {lasted}" if lasted else line


def result_buttons(view: RequestView) -> list[Block]:
    """The way on, and all there is to know."""
    details = button("Details", DETAILS, str(view.id))
    return [*retry_buttons(view), *([ask_again_button(view)] if view.status in AGAIN else []), details]


def ask_again_button(view: RequestView) -> Block:
    """Opens the same form, filled in as it was."""
    return propose_button(texts.ASK_AGAIN, asked_again(view.id))


def origin_line(view: RequestView, link: str) -> str:
    """Which request it is, in small type, and where its card is."""
    line = texts.OF_REQUEST.format(number=view.id, organization=escape(view.organization))
    return f"{line} · {texts.CARD.format(link=link)}" if link else line
