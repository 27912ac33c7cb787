"""The app's home as somebody sees it: what waits for them, what they asked for, what they can do: pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.governance.ledger.lifecycle import STATES, Act
from bot.governance.requests.overview import MOST_WAITING, HomeFacts, LogSeen
from bot.governance.views import RequestView
from bot.operations.kit.base import Operation, is_read
from bot.operations.kit.text import count
from bot.slack.approver import about, decide_buttons, details_button, foot_line, why_you
from bot.slack.blocks import Block, actions, button, context, header, section
from bot.slack.card import BUTTONS, headline, request_lines
from bot.slack.links import Links
from bot.slack.offers import AGAIN, again_button
from bot.slack.outcomes import outcome_text, status_line
from bot.slack.settings_view import SETTINGS, settings_button
from bot.slack.text import code, escape, fit, fit_plain, moment, one_line, phrase_text
from bot.slack.texts import home as texts
from bot.visible import flat

HOME = "home"
QUICK = "quick"
EVERYTHING = "everything"
MOST_ACTIONS = 10
A_ROW = 5
DIVIDER: Block = {"type": "divider"}


def home_view(facts: HomeFacts, operations: Mapping[str, Operation], links: Links) -> Block:
    """The view; at most 100 blocks, for each list ends and says how much more there is."""
    blocks = insider_blocks(facts, operations, links) if facts.is_insider else outsider_blocks(facts)
    return {"type": "home", "callback_id": HOME, "blocks": blocks}


def outsider_blocks(facts: HomeFacts) -> list[Block]:
    """For guests: that they may do nothing here, and who can."""
    way_out = phrase_text((*facts.administrator, texts.OUTSIDER_WAY_OUT))
    return [header(texts.ACTIONS), section(texts.OUTSIDER.format(way_out=way_out))]


def insider_blocks(facts: HomeFacts, operations: Mapping[str, Operation], links: Links) -> list[Block]:
    """Everything, in the order in which somebody has to act on it."""
    return [
        *waiting_blocks(facts, operations, links),
        DIVIDER,
        *own_blocks(facts, operations, links),
        DIVIDER,
        *action_blocks(facts),
        DIVIDER,
        *alert_blocks(facts.alerts),
        *hub_blocks(facts),
        actions(SETTINGS, settings_button()),
    ]


def waiting_blocks(facts: HomeFacts, operations: Mapping[str, Operation], links: Links) -> list[Block]:
    """What waits for the person, each with its buttons."""
    if not facts.waiting:
        return [header(texts.WAITING), section(texts.NOTHING_WAITS)]
    number = texts.MANY.format(count=MOST_WAITING) if facts.waits >= MOST_WAITING else f"{facts.waits:,}"
    blocks = [header(f"{texts.WAITING} ({number})")]
    for waiting in facts.waiting:
        view, operation = waiting.view, operations[waiting.view.operation]
        blocks += [
            *request_lines(view, operation, why_you=why_you(waiting.of), brief=True),
            actions(f"waits-{view.id}-{view.version}", *decide_buttons(view, operation)),
            context(foot_line(view, links)),
            DIVIDER,
        ]
    if (more := facts.waits - len(facts.waiting)) > 0:
        return [*blocks, section(texts.MORE_WAITING.format(count=f"{more:,}")), show_all("requests --whose waiting")]
    return blocks[:-1]


def own_blocks(facts: HomeFacts, operations: Mapping[str, Operation], links: Links) -> list[Block]:
    """What they asked for and what became of it, in few lines each."""
    blocks = [header(texts.OWN)]
    for view in facts.own:
        blocks += own_request(view, operations[view.operation], links)
    if not facts.own:
        return [*blocks, section(texts.NOTHING_ASKED)]
    if (more := facts.asked - len(facts.own)) > 0:
        return [*blocks, section(texts.MORE_OWN.format(count=f"{more:,}")), show_all("requests --whose mine")]
    return blocks


def own_request(view: RequestView, operation: Operation, links: Links) -> list[Block]:
    """One of them; whoever asked may take it back."""
    came_of_it = "" if STATES[view.status].has_changed else fit(outcome_text(view), 600)
    lines = [f"*{escape(headline(view, operation))}*", status_line(view), came_of_it]
    said = section("\n".join(filter(None, lines)))
    foot, what = context(foot_line(view, links)), headline(view, operation)
    if Act.CANCEL not in STATES[view.status].acts:
        return [said | {"accessory": about(details_button(view), what)}, foot]
    buttons = (about(each, what) for each in (BUTTONS[Act.CANCEL](view, what), details_button(view)))
    return [said, actions(f"own-{view.id}-{view.version}", *buttons), foot]


def show_all(command: str) -> Block:
    """All of what a list shows the first of, as the command lists it."""
    return actions(f"all-{command}", *filter(None, [again_button(texts.SHOW_ALL, command)]))


def action_blocks(facts: HomeFacts) -> list[Block]:
    """What they may do, as far as the rules tell without knowing what it is about, and a button for what most do."""
    reads = [each for each in facts.may_ask if is_read(each)]
    writes = [each for each in facts.may_ask if not is_read(each)]
    blocks = [header(texts.ACTIONS), section(may_text(facts, len(reads), len(writes)))]
    chosen = [button(each.title, f"{QUICK}_{number}", each.name) for number, each in enumerate(quick(facts))]
    rows = [chosen[start : start + A_ROW] for start in range(0, len(chosen), A_ROW)]
    blocks += [actions(f"{QUICK}-{number}", *row) for number, row in enumerate(rows)]
    return [*blocks, actions(EVERYTHING, button(texts.EVERYTHING, AGAIN, ""))] if chosen else blocks


def may_text(facts: HomeFacts, reads: int, writes: int) -> str:
    """How much they may read and ask for; where that is nothing, how they get it."""
    where = ", ".join(map(code, facts.organizations))
    way_out = phrase_text((*facts.administrator, texts.WAY_OUT))
    if writes:
        said = texts.MAY if reads else texts.MAY_WRITE
        return said.format(
            reads=count(reads, "list"), writes=count(writes, "kind of change", "kinds of change"), organizations=where
        )
    if reads:
        return texts.MAY_READ.format(reads=count(reads, "list"), organizations=where, way_out=way_out)
    return texts.MAY_NOTHING.format(way_out=way_out)


def quick(facts: HomeFacts) -> list[Operation]:
    """What they ask for most, then what most people do: ten of it."""
    known = {each.name: each for each in facts.may_ask}
    names = dict.fromkeys([*facts.used[:A_ROW], *texts.COMMON, *known])
    return [known[name] for name in names if name in known][:MOST_ACTIONS]


def alert_blocks(alerts: Sequence[Mapping[str, Any]] | None) -> list[Block]:
    """The latest of them, for whoever may read the log that they are from."""
    if alerts is None:
        return []
    lines = [alert_line(each) for each in alerts]
    return [header(texts.ALERTS), section("\n".join(lines) or texts.NO_ALERTS)]


def alert_line(payload: Mapping[str, Any]) -> str:
    """One of them, in a line."""
    at = f" · {moment(datetime.fromisoformat(str(payload['at'])))}" if payload.get("at") else ""
    where = escape(fit_plain(str(payload.get("organization", "")), 60))
    text = one_line(fit_plain(flat(str(payload.get("text", ""))[:1000]), 200))
    return f"• *{one_line(fit_plain(flat(str(payload.get('title', ''))), 100))}* ({where}){at}\n   {text}"


def hub_blocks(facts: HomeFacts) -> list[Block]:
    """Whether Docker Hub and its log can be reached, and whether there is enough left of its rate limit."""
    limit = texts.LIMIT_LOW.format(until=moment(facts.limited_until)) if facts.limited_until else texts.LIMIT_FINE
    return [header(texts.HUB), section("\n".join([*map(log_line, facts.logs), limit]))]


def log_line(seen: LogSeen) -> str:
    """How it is with an organization's log."""
    if seen.is_fresh:
        return texts.LOG_READ.format(organization=code(seen.organization))
    if seen.since is None:
        return texts.LOG_NEVER.format(organization=code(seen.organization))
    return texts.LOG_STALE.format(organization=code(seen.organization), since=moment(seen.since))
