"""Where a request stands, who brought it there, how long that took and what came of it: pure."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.governance.ledger.lifecycle import STATES, Status
from bot.governance.views import RequestView, Wait
from bot.operations.kit.base import ItemResult
from bot.operations.kit.text import count
from bot.slack.changes import first_lines
from bot.slack.text import fit, mention, moment, one_line, phrase_text, quote
from bot.slack.texts import card as texts

WAITING = {Status.APPROVED: texts.APPROVED_AND_WAITS, Status.EXECUTING: texts.BEGUN_AND_WAITS}
# More are counted.
MOST_PEOPLE = 8
MOST_ITEMS = 5
FAILED = "*failed*"
# `is a member already`, `has a pending invite already; …`: no failure, for it is as it was asked for.
WAS_SO = re.compile(r"(is|was|has) ([^.,;:]{1,40}?) already(?=$|[.,;:])")
# What is done within that needs no word about it.
AT_ONCE = timedelta(minutes=1)
SPANS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def status_line(view: RequestView) -> str:
    """Where the request stands, and who brought it there: `⏳ *Waiting for approval* · 1 of 2 given by @Omar`."""
    mark = "⚠️" if is_partial(view) else STATES[view.status].mark
    parts = [f"*{standing(view)}*{decided_after(view)}", *given_by(view)]
    if view.settled_by:
        parts.append(texts.SETTLED_BY.format(who=mention(view.settled_by)))
    if view.status is Status.PENDING:
        parts.append(texts.UNTIL.format(when=moment(view.expires_at)))
    if lasted := done_after(view):
        parts.append(texts.DONE_AFTER.format(span=lasted))
    return f"{mark} {' · '.join(parts)}".lstrip()


def standing(view: RequestView) -> str:
    """`Done`, `Done in part`, `Denied by @Omar`, `Being done, 3 of 9`."""
    state = STATES[view.status]
    if is_partial(view):
        return texts.DONE_IN_PART
    heading = WAITING[view.status] if view.wait is not None and view.status in WAITING else state.heading
    if state.by_decider and view.decided_by:
        heading += f" by {mention(view.decided_by)}"
    settled, planned = view.progress
    if view.status is Status.EXECUTING and planned > 1:
        heading += f", {settled:,} of {planned:,} so far"
    return heading


def given_by(view: RequestView) -> list[str]:
    """Who agreed, while it matters."""
    is_over = STATES[view.status].by_decider or view.status is Status.EXPIRED
    if is_over:
        return []
    if not view.required:
        return [texts.NO_APPROVAL]
    who = people(view.approvals)
    # Of two requirements, one can lack people although there are as many as either wants.
    if view.status is Status.PENDING and len(view.approvals) < view.required:
        form = texts.GIVEN if who else texts.NONE_GIVEN
        return [form.format(given=len(view.approvals), required=view.required, who=who)]
    if not who:
        return []
    after = "" if view.decided_at is None else texts.AFTER.format(span=span(view.decided_at - view.created_at))
    return [texts.APPROVED_BY.format(who=who) + after]


def people(users: Sequence[str]) -> str:
    """The first of them as mentions, and how many more there are."""
    more = f" and {len(users) - MOST_PEOPLE:,} more" if len(users) > MOST_PEOPLE else ""
    return ", ".join(map(mention, users[:MOST_PEOPLE])) + more


def decided_after(view: RequestView) -> str:
    """` after 5 minutes`, where somebody decided against it."""
    if not STATES[view.status].by_decider or view.decided_at is None:
        return ""
    return texts.AFTER.format(span=span(view.decided_at - view.created_at))


def done_after(view: RequestView) -> str:
    """How long it took from the decision on, where that is worth a word."""
    begun: datetime = view.decided_at or view.created_at
    if view.status not in {Status.SUCCEEDED, Status.FAILED} or view.finished_at is None:
        return ""
    return span(view.finished_at - begun) if view.finished_at - begun >= AT_ONCE else ""


def span(lasted: timedelta) -> str:
    """`5 minutes`, `2 hours`: its greatest unit, rounded down."""
    seconds = max(0, int(lasted.total_seconds()))
    name, size = next(((name, size) for name, size in SPANS if seconds >= size), SPANS[-1])
    return count(seconds // size, name)


def is_partial(view: RequestView) -> bool:
    """Whether it is done, and something of it has failed."""
    return view.status is Status.SUCCEEDED and any(has_failed(item) for item in view.items)


def has_failed(item: ItemResult) -> bool:
    """Whether it is not as it was asked for: what was so already is."""
    return not item.done and WAS_SO.match(item.text) is None


def failed_items(view: RequestView) -> tuple[str, ...]:
    """What failed of several things, by name."""
    return tuple(item.subject for item in view.items if has_failed(item))


def counts_text(items: Sequence[ItemResult]) -> str:
    """`4 invited · 1 already a member · 1 *failed*`; empty where there is nothing to count."""
    counted = Counter(label_of(item) for item in items)
    ordered = sorted(counted.items(), key=lambda entry: (entry[0] == FAILED, "already" in entry[0]))
    return " · ".join(f"{number:,} {label if label == FAILED else one_line(label)}" for label, number in ordered)


def label_of(item: ItemResult) -> str:
    """What an item counts as: `invited`, `already a member`, `*failed*`."""
    was_so = WAS_SO.match(item.text)
    if was_so is not None:
        verb, what = was_so.groups()
        return f"with {what} already" if verb == "has" else f"already {what}"
    if not item.done:
        return FAILED
    return item.text if item.text.isalpha() and len(item.text) <= 20 else "done"


def outcome_lines(view: RequestView) -> list[str]:
    """What came of it, line by line, with every single item."""
    return [*told_lines(view), *item_lines(view.items)]


def outcome_text(view: RequestView) -> str:
    """The same for a message: counts, and of the items first what failed; empty where nothing has come of it yet."""
    if view.status is Status.PENDING:
        # Nothing has come of it: all that there can be is why an approval does not count any more.
        return fit(phrase_text(view.reconsidered.why), 400)
    lines = [fit(line, 350) for line in told_lines(view)]
    if counts_items(view):
        lines = [counts_text(view.items), *lines]
    # Of many, the counts say enough of what is as it was asked for.
    shown = view.items if len(view.items) <= MOST_ITEMS else tuple(item for item in view.items if not item.done)
    lines.append(first_lines([fit(line, 200) for line in item_lines(shown)], most=MOST_ITEMS, room=600))
    return "\n".join(line for line in lines if line)


def counts_items(view: RequestView) -> bool:
    """Whether it was about several things, and what became of each is known."""
    return len(view.items) > 1 and view.status is not Status.UNKNOWN


def told_lines(view: RequestView) -> list[str]:
    """What is said of the whole request."""
    lines = []
    if view.reconsidered.why:
        lines.append(phrase_text(view.reconsidered.why))
    if view.decision_reason:
        lines.append(quote(view.decision_reason))
    if view.status is Status.EXPIRED:
        lines.append(expired_because(view))
    if view.wait is not None:
        lines.append(wait_line(view.wait))
    if view.summary and not counts_items(view):
        lines.append(f"{one_line(view.summary)}.")
    if view.error:
        lines.append(one_line(view.error))
    return lines


def item_lines(items: Sequence[ItemResult]) -> list[str]:
    """A line an item; what failed comes first, then what was so already, for a long list is cut at its end."""
    ordered = sorted(items, key=lambda item: (not has_failed(item), item.done))
    return [f"• {one_line(item.subject)} {one_line(item.text)}" for item in ordered]


def expired_because(view: RequestView) -> str:
    """Whether people or the bot were too slow, and that it is no denial."""
    return texts.TOO_SLOW_BOT if len(view.approvals) >= view.required else texts.TOO_SLOW_PEOPLE


def wait_line(wait: Wait) -> str:
    """Why it is not being done, since when, and when it goes on."""
    then = texts.GOES_ON.format(until=moment(wait.until)) if wait.until is not None else ""
    return texts.WAITED.format(why=one_line(wait.why), since=moment(wait.since), then=then)
