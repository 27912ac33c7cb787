"""What the log of a request says of a fact, in the thread of its card: pure."""

from bot.governance.approval.ballots import Choice
from bot.governance.ledger.events import HUBWARDEN
from bot.governance.ledger.execution_facts import Finished
from bot.governance.ledger.facts import Balloted, Fact, Moved, Returned, Settled
from bot.governance.ledger.lifecycle import STATES, Status
from bot.phrases import Mention, Phrase

LONGEST_REASON = 1000


def log_line(fact: Fact) -> Phrase | None:
    """The line of the log; None where another line says it, or where it is not worth one.

    A ballot says what it decided, so the move that follows from it at once has no line of its own. That it was begun
    is soon followed by how it ended.
    """
    match fact:
        case Balloted() if fact.ballot.choice is Choice.APPROVE:
            return (Mention(fact.actor), f" approved it ({fact.given} of {fact.required}).")
        case Balloted() if fact.ballot.choice is Choice.VOID:
            return (f"An approval does not count any more: {fact.why}",) if fact.why else None
        case Moved() if fact.status is not Status.APPROVED:
            return moved_line(fact)
        case Returned():
            return ("It waits for approvals again. ", *fact.found.why)
        case Finished() | Settled():
            return ended_line(fact)
        case _:
            return None


def moved_line(fact: Moved) -> Phrase:
    """Who brought it to its end, and why."""
    state = STATES[fact.status]
    why: Phrase = fact.found.why if fact.found else ()
    by: Phrase = (" by ", Mention(fact.actor)) if fact.actor != HUBWARDEN else ()
    reason = f" “{fact.reason[:LONGEST_REASON]}”" if fact.reason else ""
    return (f"It {state.said}", *by, f".{reason}", *((" ", *why) if why else ()))


def ended_line(fact: Finished | Settled) -> Phrase:
    """How it ended; where not every item was done, that it ended, and the summary counts."""
    is_whole = fact.outcome is None or all(item.done for item in fact.outcome.items)
    ending = STATES[fact.status].said if is_whole or fact.status is not Status.SUCCEEDED else "has ended"
    by: Phrase = (", settled by ", Mention(fact.actor)) if isinstance(fact, Settled) else ()
    summary = fact.outcome.summary if fact.outcome else ""
    error = fact.error if isinstance(fact, Finished) and fact.error else ""
    told = " ".join(f"{text.rstrip('.')}." for text in (summary, error) if text)
    return (f"It {ending}", *by, f". {told}".rstrip())
