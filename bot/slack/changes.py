"""What a request would change, or has changed, line by line: pure."""

from collections.abc import Iterable, Sequence

from bot.governance.ledger.lifecycle import STATES
from bot.governance.views import RequestView
from bot.operations.kit.base import Change
from bot.slack.text import LONGEST, MARKUP, code, fit, fit_plain, one_line
from bot.slack.texts import card as texts
from bot.visible import flat

# How many changes a message shows, and what it has room for.
MOST_CHANGES = 5
ROOM = 950
SUBJECT, VALUE, ITEMS = 100, 100, 150


def change_heading(view: RequestView) -> str:
    """What the list of changes is: a promise, or what has come true."""
    return texts.HAS_CHANGED if STATES[view.status].has_changed else texts.WOULD_CHANGE


def change_text(changes: Sequence[Change], *, most: int = MOST_CHANGES, room: int = ROOM) -> str:
    """The first changes, a line each: what, from what, to what; and how many more the details have."""
    return first_lines([change_line(shortened(change)) for change in changes], most=most, room=room) or texts.NOTHING


def first_lines(lines: Sequence[str], *, most: int, room: int) -> str:
    """As many of the first lines as there is room for, the first one always; and how many more the details have."""
    shown: list[str] = []
    for line in lines[:most]:
        if shown and sum(map(len, shown)) + len(shown) + len(line) > room:
            break
        shown.append(line)
    more = len(lines) - len(shown)
    return "\n".join([*shown, *([texts.MORE.format(count=f"{more:,}")] if more else [])])


def shortened(change: Change) -> Change:
    """The change for a message, which shows the beginning of a long text; the details have all of it."""
    subject = fit_plain(flat(change.subject[:LONGEST]), SUBJECT)
    before, after = (text and fit_plain(flat(text[:LONGEST]), VALUE) for text in (change.before, change.after))
    return Change(subject, before, after, change.items)


def change_line(change: Change) -> str:
    """`• jane@example.com: invited as member`, `• Rules: v1.* → v.*`."""
    match change.before, change.after:
        case None, after:
            what = plain_value(after or "")
        case before, None:
            what = f"{plain_value(before or '')} → removed"
        case before, after:
            what = f"{plain_value(before or '')} → {plain_value(after or '')}"
    named = f" ({names(change.items)})" if change.items else ""
    return f"• *{one_line(change.subject)}*: {what}{named}"


def whole_change(change: Change) -> list[str]:
    """A change with every single item."""
    head = change_line(Change(change.subject, change.before, change.after))
    return [head, *(code(item) for item in change.items)]


def plain_value(value: str) -> str:
    """A value that Slack shows as it is: in fixed width where it holds what Slack takes for markup, as rules do."""
    return code(value) if MARKUP.intersection(value) else one_line(value)


def names(items: Sequence[str], limit: int = 12) -> str:
    """The first items, as far as there is room, and how many more there are."""
    shown: list[str] = []
    for item in items[:limit]:
        named = code(fit_plain(flat(item), ITEMS - 3))
        if shown and sum(map(len, shown)) + len(named) > ITEMS:
            break
        shown.append(named)
    more = len(items) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def value_text(value: object) -> str:
    """A parameter's value for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def given(params: Iterable[tuple[str, object]]) -> list[str]:
    """What was asked for, parameter by parameter; what was left out is left out."""
    return [f"{one_line(name)}: {code(fit(value_text(value), LONGEST))}" for name, value in params if is_given(value)]


def is_given(value: object) -> bool:
    """Whether a parameter says anything."""
    return value is not None and value not in ("", [])
