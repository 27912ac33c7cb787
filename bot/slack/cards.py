"""What a message says: requests, results, alerts, warnings and notices as text and blocks: pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.governance.ledger.lifecycle import STATES, Act, Status
from bot.governance.views import RequestView, Wait
from bot.operations.kit.base import Change, Operation
from bot.phrases import load_phrase
from bot.slack.blocks import (
    Block,
    Content,
    button,
    confirmation,
    context,
    header,
    section,
)
from bot.slack.deciders import barred_line, rule_line
from bot.slack.text import (
    LONGEST,
    SECTION_LIMIT,
    code,
    escape,
    fit,
    fit_lines,
    fit_plain,
    mention,
    moment,
    one_line,
    phrase_text,
    quote,
)
from bot.visible import flat

# What is said of a state in which nobody does anything for a while.
WAITING = {Status.APPROVED: "Approved, and waits", Status.EXECUTING: "Begun, and waits"}
MARKUP = frozenset("*_~`")
SEVERITY_TEXT = {"info": "For information", "warning": "Warning ⚠️", "critical": "Alarm 🚨"}


def request_card(view: RequestView, operation: Operation) -> Content:
    """A request's card, as it stands."""
    title = f"Request {view.id}: {operation.title}"
    asked = f"{asker(view)} to {lower_first(operation.summary)}:"
    blocks = [
        header(title),
        section(f"{asked}\n{fit(quote(view.reason), 1500)}" if view.reason else asked),
        context(params_line(view)),
        section(f"*{change_heading(view)}*\n{change_text(view.changes)}"),
    ]
    if view.notes:
        blocks.append(context(fit_lines([one_line(fit(note, LONGEST)) for note in view.notes], 2000, ": see Details")))
    blocks += [section(f"*{status_line(view)}*{outcome_text(view)}")]
    blocks += [context(line) for line in (rule_line(view), barred_line(view)) if line]
    if buttons := request_buttons(view, operation):
        blocks.append({"type": "actions", "block_id": f"request-{view.id}-{view.version}", "elements": buttons})
    return Content(request_text(view, title, asked), tuple(blocks))


def request_text(view: RequestView, title: str, asked: str) -> str:
    """The whole card as one text, within what `chat.update` takes."""
    parts = [
        title,
        asked,
        fit(quote(view.reason), 800) if view.reason else "",
        fit(params_line(view), 800),
        change_text(view.changes, limit=1200),
        status_line(view) + fit(outcome_text(view), 900),
        rule_line(view),
        fit(barred_line(view), 500),
    ]
    return fit("\n".join(part for part in parts if part), 3900)


def change_heading(view: RequestView) -> str:
    """What the list of changes is: a promise, or what has come true."""
    return "What it changed" if STATES[view.status].has_changed else "What it would change"


def params_line(view: RequestView) -> str:
    """What was asked for, parameter by parameter; a long value is whole in the details."""
    given = ((name, value) for name, value in view.params.items() if value not in (None, "", []))
    return fit(" · ".join(f"{escape(name)} {code(fit(value_text(value), 300))}" for name, value in given), 2500)


def value_text(value: Any) -> str:
    """A parameter's value for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def asker(view: RequestView) -> str:
    """`@Ann asks`; and from where, if it was not in Slack: there, people say themselves who they are."""
    place = f" from the {code(view.origin)}" if view.origin else ""
    return f"{mention(view.requester)} asks{place}"


def lower_first(text: str) -> str:
    """For the middle of a sentence."""
    return text[:1].lower() + text[1:]


def change_text(changes: Iterable[Change], *, limit: int = 2800) -> str:
    """One line a change: what, from what, to what."""
    return fit_lines([change_line(shortened(change)) for change in changes], limit, ": see Details") or "Nothing."


def shortened(change: Change) -> Change:
    """The change for a card, which shows the beginning of a long text; the details have all of it."""
    subject, before, after = (text and fit(text, LONGEST) for text in (change.subject, change.before, change.after))
    return Change(subject or "", before, after, change.items)


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


def plain_value(value: str) -> str:
    """A value that Slack shows as it is: in fixed width where it holds what Slack takes for markup, as rules do."""
    return code(value) if MARKUP.intersection(value) else one_line(value)


def names(items: tuple[str, ...], limit: int = 12) -> str:
    """The first items, and how many more there are."""
    shown = ", ".join(code(item) for item in items[:limit])
    return shown if len(items) <= limit else f"{shown} and {len(items) - limit:,} more: see Details"


def status_line(view: RequestView) -> str:
    """Where the request stands, and who brought it there."""
    state = STATES[view.status]
    text = with_mark(WAITING[view.status] if view.wait is not None else state.heading, state.mark) + (
        f"; settled by {mention(view.settled_by)}" if view.settled_by else ""
    )
    settled, planned = view.progress
    if view.status is Status.EXECUTING and planned > 1:
        text = f"{text}, {settled:,} of {planned:,} so far"
    if state.by_decider:
        return f"{text} by {mention(view.decided_by or view.requester)}"
    given = ", ".join(mention(voter) for voter in view.approvals)
    if not given or view.status is Status.EXPIRED:
        return text
    # Of two requirements, one can lack people although there are as many as either wants.
    if view.status is Status.PENDING and len(view.approvals) < view.required:
        return f"{text}, {len(view.approvals)} of {view.required} given by {given}"
    return f"{text}; approved by {given}"


def with_mark(text: str, mark: str) -> str:
    """The text, and the state's sign behind it where it has one."""
    return f"{text} {mark}".rstrip()


def outcome_text(view: RequestView) -> str:
    """What came of it, beginning with a line break; empty where nothing has yet."""
    return "".join(f"\n{line}" for line in [fit_lines(outcome_lines(view), 2500, ": see Details")] if line)


def outcome_lines(view: RequestView) -> list[str]:
    """What came of it, line by line, with every single item."""
    lines = []
    if view.reconsidered.why:
        lines.append(phrase_text(view.reconsidered.why))
    if view.decision_reason:
        lines.append(quote(view.decision_reason))
    if view.wait is not None:
        lines.append(wait_line(view.wait))
    if view.summary:
        lines.append(f"{one_line(view.summary)}.")
    if view.error:
        lines.append(one_line(view.error))
    # What was not done comes first: a long list is cut at its end.
    ordered = sorted(view.items, key=lambda item: item.done)
    lines += [f"• {one_line(item.subject)} {one_line(item.text)}" for item in ordered]
    return lines


def wait_line(wait: Wait) -> str:
    """Why it is not being done, since when, and when it goes on."""
    then = f", and goes on {moment(wait.until)}" if wait.until is not None else ""
    return f"{one_line(wait.why)} This request has waited since {moment(wait.since)}{then}."


def request_buttons(view: RequestView, operation: Operation) -> list[Block]:
    """What can be pressed as it stands."""
    subjects = fit(flat(", ".join(change.subject for change in view.changes)), 150)
    what = f"Request {view.id} in {view.organization}, {lower_first(operation.title)}: {subjects}."
    acts = [BUTTONS[act](str(view.id), what) for act in STATES[view.status].acts]
    return [*acts, button("Details", "details", str(view.id))]


def approve_button(value: str, what: str) -> Block:
    """Asks back: it cannot be taken back."""
    ask = confirmation("Approve this request?", f"{what} It is done once enough people agree.", "Approve")
    return button("Approve", Act.APPROVE, value, style="primary", confirm=ask)


def deny_button(value: str, _what: str) -> Block:
    """Opens a form, which asks why."""
    return button("Deny", Act.DENY, value, style="danger")


def cancel_button(value: str, what: str) -> Block:
    """Asks back, too."""
    ask = confirmation("Cancel your request?", f"{what} Nothing will be changed.", "Cancel request", danger=True)
    return button("Cancel", Act.CANCEL, value, confirm=ask)


def done_button(value: str, what: str) -> Block:
    """Says what the person has to have seen."""
    ask = confirmation("It was done?", f"{what} You looked at Docker Hub and the change is there.", "It was done")
    return button("It was done", Act.SETTLE_DONE, value, confirm=ask)


def not_done_button(value: str, what: str) -> Block:
    """Says what the person has to have seen."""
    ask = confirmation("It was not done?", f"{what} You looked and the change is not there.", "It was not done")
    return button("It was not done", Act.SETTLE_NOT_DONE, value, confirm=ask)


# A new act is a line here, and what it does in `decisions`.
BUTTONS: Mapping[Act, Callable[[str, str], Block]] = {
    Act.APPROVE: approve_button,
    Act.DENY: deny_button,
    Act.CANCEL: cancel_button,
    Act.SETTLE_DONE: done_button,
    Act.SETTLE_NOT_DONE: not_done_button,
}


def result_message(view: RequestView, operation: Operation) -> Content:
    """What the requester is told at the end."""
    text = f"Your request {view.id} ({operation.title}) {ending(view)}{outcome_text(view)}"
    blocks = [section(text), context(change_text(view.changes, limit=1500))]
    if Act.SETTLE_DONE in STATES[view.status].acts:
        blocks.append(context("A person has to look at Docker Hub and settle it on the card."))
    details = button("Details", "details", str(view.id))
    blocks.append({"type": "actions", "block_id": f"result-{view.id}-{view.version}", "elements": [details]})
    return Content(fit(f"{text}\n{change_text(view.changes, limit=900)}", 3900), tuple(blocks))


def ending(view: RequestView) -> str:
    """`was denied by @Omar ⛔`: the end of the sentence about the request."""
    state = STATES[view.status]
    by = f" by {mention(view.decided_by)}" if state.by_decider and view.decided_by else ""
    why = f": {expired_because(view)}" if view.status is Status.EXPIRED else ""
    return with_mark(f"{state.said}{by}{why}", state.mark)


def expired_because(view: RequestView) -> str:
    """Whether people or the bot were too slow."""
    if len(view.approvals) >= view.required:
        return "it was approved, and Hubwarden could not begin it in time"
    return "nobody decided in time"


def alert_message(payload: Mapping[str, Any]) -> Content:
    """An entry of Docker Hub's audit log that a rule found worth telling."""
    severity = SEVERITY_TEXT.get(str(payload["severity"]), str(payload["severity"]))
    at = moment(datetime.fromisoformat(payload["at"]))
    title = f"{payload['title']} ({payload['organization']})"
    said = flat(fit(str(payload["text"]), LONGEST))
    # Names in it may hold anything, so it is a paragraph in which nothing is markup.
    shown = {"type": "plain_text", "text": fit_plain(said, SECTION_LIMIT), "emoji": False}
    facts = f"{severity} · {at} · action {code(str(payload['action']))} · rule “{escape(str(payload['rule']))}”"
    blocks = (header(title), {"type": "section", "text": shown}, context(facts))
    return Content(f"{escape(title)}\n{fit(plain_value(said), 2900)}\n{facts}", blocks)


def limit_begins(payload: Mapping[str, Any]) -> Content:
    """A rate limit that is nearly spent."""
    reset = moment(datetime.fromisoformat(payload["reset_at"]))
    text = (
        f"*Docker Hub's rate limit for {code(str(payload['family']))} is nearly spent*\n"
        f"{requests_left(payload)} a minute are left; it is full again {reset}. "
        "Requests wait until then, and other clients of this account may be refused."
    )
    return Content(text, (section(text),))


def limit_ended(payload: Mapping[str, Any]) -> Content:
    """A rate limit of which enough is left again."""
    family = code(str(payload["family"]))
    text = f"Docker Hub's rate limit for {family} has recovered: {requests_left(payload)} are left."
    return Content(text, (section(text),))


def requests_left(payload: Mapping[str, Any]) -> str:
    """`3 of 600 requests`."""
    return f"{payload['remaining']:,} of {payload['limit']:,} requests"


def notice_message(payload: Mapping[str, Any]) -> Content:
    """Something that an administrator has to mend."""
    said = load_phrase(payload.get("said") or (str(payload["text"]),))
    text = f"*Hubwarden needs an administrator*\n{phrase_text(said)}"
    return Content(fit(text, 3900), (section(text),))
