"""Help: what can be typed, and what of it Docker Hub does not offer at the moment."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from bot.governance.context import Context
from bot.intents.help import topics
from bot.intents.usage import usage
from bot.operations.kit.base import Operation
from bot.slack.blocks import Block, Content, context, pack
from bot.slack.manifest import COMMAND
from bot.slack.text import code, escape, fit

# As text, beside the blocks: what screen readers and notifications have of it.
HELP_LIMIT = 12_000


def help_now(state: Context, topic: str) -> Content:
    """Help on the topic, as things stand in the default organization."""
    off = state.capabilities.all_off(state.operations, state.organizations[0])
    return help_message(tuple(state.operations.values()), topic, state.organizations, off)


def help_message(
    operations: Sequence[Operation], topic: str, organizations: Sequence[str], off: Mapping[str, str]
) -> Content:
    """Summary of everything, or usage of what the topic means, by noun; `off` says why an operation cannot be used."""
    meant = topics(operations, topic)
    is_whole = len(meant) == len(operations)
    blocks: list[Block] = []
    for noun, members in groupby(meant, key=lambda o: o.name.partition(".")[0]):
        lines = [help_line(o, off.get(o.name), brief=is_whole) for o in members]
        blocks += pack([f"*{escape(noun)}*", *lines])
    lead = f"{code(COMMAND)} alone opens a menu of everything; a command with something missing opens its form."
    place = f"The organization is {code(organizations[0])} unless --organization says otherwise."
    more = f" {code(f'{COMMAND} help team')} shows every word of a topic." if is_whole else ""
    blocks.append(context(f"{lead} {place}{more}"))
    text = "\n".join(f"{COMMAND} {o.name.replace('.', ' ')}: {o.summary}" for o in meant)
    return Content(fit(escape(text), HELP_LIMIT), tuple(blocks))


def help_line(operation: Operation, off: str | None, *, brief: bool) -> str:
    """How the operation is typed and what it does; in brief, without what can be left out."""
    typed = operation.name.replace(".", " ") if brief else usage(operation)
    alias = f" (or {code(f'{COMMAND} {operation.alias} …')})" if operation.alias else ""
    why = f" _Off: {escape(off)}_" if off else ""
    return f"{code(f'{COMMAND} {typed}')}{alias} {escape(operation.summary)}{why}"
