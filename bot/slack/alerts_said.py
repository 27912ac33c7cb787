"""What the alerts channel reads of Docker Hub's audit log, and of its rate limits: pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.slack.blocks import Block, Content, actions, button, content, context, header, paragraph, section
from bot.slack.offers import alert_reverted, propose_button
from bot.slack.text import code, escape, fit_plain, mention, moment, one_line
from bot.slack.texts import alert as texts
from bot.visible import flat

ACKNOWLEDGE = "alert_acknowledge"
OPEN_PAGE = "alert_page"
# What a change of a message takes has to hold all of these together, escaped: LONGEST_TEXT.
SAID, ADVICE, OTHERS, NAME, STATE = 800, 300, 700, 60, 120
CHANGES = 2


def alert_message(payload: Mapping[str, Any]) -> Content:
    """An entry of Docker Hub's audit log that a rule found worth telling, and how many others came with it.

    What was asked for by an older version has less to say.
    """
    count = int(payload.get("count") or 1)
    title = flat(f"{payload['title']} ({payload['organization']})")
    said = (
        *((section(by_whom(payload)),) if "page" in payload else ()),
        *((section(change_lines(changes)),) if (changes := payload.get("changes")) else ()),
        *((section(advice),) if (advice := advice_lines(payload)) else ()),
        *((section(others_lines(payload["more"], count)),) if payload.get("more") else ()),
        *((section(acknowledged_line(by)),) if (by := payload.get("acknowledged")) else ()),
    )
    return content(
        header(texts.TIMES.format(title=title, count=f"{count:,}") if count > 1 else title),
        paragraph(fit_plain(flat(str(payload["text"])), SAID)),
        *said,
        *alert_buttons(payload),
        context(facts_line(payload)),
    )


def by_whom(payload: Mapping[str, Any]) -> str:
    """Whose doing it was, and who of those that it names is known here."""
    people = [
        texts.WHO.format(person=mention(person), account=code(fit_plain(account, NAME)))
        for account, person in payload.get("people") or ()
    ]
    whose = texts.WITH_OUR_ACCOUNT if payload.get("by_us") else texts.NOT_THROUGH_US
    return f"*{whose}*" + (f" {'; '.join(people)}." if people else "")


def change_lines(changes: Iterable[Sequence[str]]) -> str:
    """What it was and what it is."""
    lines = []
    for what, before, now in list(changes)[:CHANGES]:
        name = f"{short(what, NAME)} " if what else ""
        states = {"before": f"{name}{state(before)}", "now": f"{name}{state(now)}"}
        lines.append(texts.BEFORE_AND_NOW.format(**states))
    return "\n".join(lines)


def state(value: str) -> str:
    """A state in a line; an empty one is said."""
    return short(value, STATE) if value.strip() else "nothing"


def short(text: str, limit: int) -> str:
    """Text that is not ours, on a line and made harmless, at most that long then."""
    return one_line(fit_plain(flat(text), limit))


def advice_lines(payload: Mapping[str, Any]) -> str:
    """What it means, and what to do."""
    lines = ((texts.MEANS, payload.get("means")), (texts.DO, payload.get("do")))
    return "\n".join(line.format(text=short(str(text), ADVICE)) for line, text in lines if text)


def others_lines(more: Sequence[str], count: int) -> str:
    """The further ones in a line each, or how many they are."""
    lines, used = [texts.OTHERS], 0
    for each in more:
        line = f"• {short(each, STATE)}"
        used += len(line)
        if used > OTHERS:
            break
        lines.append(line)
    rest = count - len(lines)
    return "\n".join([*lines, texts.MORE_IN_THREAD.format(count=f"{rest:,}") if rest > 0 else texts.IN_THREAD])


def acknowledged_line(by: Mapping[str, Any]) -> str:
    """Who looks after it, and since when."""
    return texts.ACKNOWLEDGED.format(person=mention(str(by["person"])), at=moment(datetime.fromisoformat(by["at"])))


def alert_buttons(payload: Mapping[str, Any]) -> tuple[Block, ...]:
    """What can be done about it, where the message knows its own key."""
    key = payload.get("key")
    buttons = []
    if key and not payload.get("acknowledged") and not payload.get("further"):
        buttons.append(button(texts.ACKNOWLEDGE, ACKNOWLEDGE, key, style="primary"))
    if key and payload.get("revert"):
        buttons.append(propose_button(texts.REVERT, alert_reverted(key)))
    if page := payload.get("page"):
        buttons.append(button(texts.OPEN_PAGE, OPEN_PAGE, "page", url=page))
    return (actions("alert", *buttons),) if buttons else ()


def facts_line(payload: Mapping[str, Any]) -> str:
    """How bad it is, when it was, and where it comes from."""
    severity = texts.SEVERITY.get(str(payload["severity"]), str(payload["severity"]))
    at = moment(datetime.fromisoformat(payload["at"]))
    action = code(fit_plain(str(payload["action"]), NAME))
    return f"{severity} · {at} · action {action} · rule “{escape(str(payload['rule']))}”"


def limit_message(payload: Mapping[str, Any]) -> Content:
    """A time in which a rate limit holds us up, as it is now, or that it is over."""
    named = ", ".join(short(str(each), NAME) for each in payload["families"])
    families = texts.LIMIT_FAMILIES.format(families=named) if named else ""
    since = moment(datetime.fromisoformat(payload["since"]))
    if payload.get("until"):
        until = moment(datetime.fromisoformat(payload["until"]))
        over = texts.LIMIT_OVER.format(families=families, since=since, until=until)
        return content(section(f"✅ *{texts.LIMIT_OVER_TITLE}*\n{over}"))
    lines = [f"⏳ *{texts.LIMIT_TITLE}*", texts.LIMIT_LASTS.format(families=families, since=since)]
    if count := int(payload.get("waiting") or 0):
        lines.append(texts.LIMIT_DELAYS[min(count, 2)].format(count=f"{count:,}"))
    return content(section("\n".join([*lines, texts.LIMIT_MEANS])))
