"""Help: topics to choose from, what can be typed in each, and what of it Docker Hub does not offer at the moment."""

from collections.abc import Iterator, Mapping, Sequence

from bot.governance.context import Context
from bot.inbox.arrivals import Lane
from bot.intents.help import topics
from bot.intents.usage import usage
from bot.operations.kit.base import Operation
from bot.slack.arrivals import Kind, as_before, in_lane
from bot.slack.blocks import Block, Content, actions, button, content, context, pack, section
from bot.slack.manifest import COMMAND
from bot.slack.offers import AGAIN, AGAIN_TOO
from bot.slack.presses import Press
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface
from bot.slack.text import code, escape
from bot.slack.texts import help as texts

HELP = "help_topic"
# Never updated, so the text may be longer than that of a card.
HELP_LIMIT = 12_000


async def show_topic(surface: Surface, address: ReplyAddress, press: Press) -> None:
    """Say what can be typed in the topic of the button."""
    await surface.replies.answer(address, help_now(surface.context, press.value))


def help_now(state: Context, topic: str) -> Content:
    """Help on the topic, as things stand in the default organization."""
    off = state.capabilities.all_off(state.operations, state.organizations[0])
    return help_message(tuple(state.operations.values()), topic, state.organizations, off)


def help_message(
    operations: Sequence[Operation], topic: str, organizations: Sequence[str], off: Mapping[str, str]
) -> Content:
    """The topics, or how all of what the topic means is typed; `off` says why an operation cannot be used."""
    meant = meant_by(operations, topic)
    if len(meant) == len(operations):
        return content(*topics_blocks(operations, organizations), limit=HELP_LIMIT)
    lines = [help_line(operation, off.get(operation.name)) for operation in meant]
    blocks = [*pack(lines), context(organization_line(organizations))]
    return content(*blocks, actions("help_more", topic_button("All topics", "")), limit=HELP_LIMIT)


def meant_by(operations: Sequence[Operation], topic: str) -> list[Operation]:
    """The operations of a topic, or those whose name begins so; those that people use most come first."""
    known = texts.BY_NAME.get(topic.strip().lower())
    if known is None:
        return topics(operations, topic)
    return [operation for noun in known.nouns for operation in operations if noun_of(operation) == noun]


def noun_of(operation: Operation) -> str:
    """The first word of its name."""
    return operation.name.partition(".")[0]


def topics_blocks(operations: Sequence[Operation], organizations: Sequence[str]) -> Iterator[Block]:
    """What is used most, and each topic with its button."""
    yield section(texts.LEAD)
    by_name = {operation.name: operation for operation in operations}
    yield from pack([help_line(by_name[name], None, brief=True) for name in texts.MOST_USED if name in by_name])
    for topic in texts.TOPICS:
        yield section(f"*{topic.title}*\n{topic.about}") | {"accessory": topic_button(topic.title, topic.name)}
    numbers = texts.NUMBERS.format(
        request=code(f"{COMMAND} request 12"),
        approve=code("approve 12"),
        deny=code('deny 12 "why"'),
        cancel=code("cancel 12"),
    )
    yield section(f"{texts.SHORT.format(command=code(COMMAND))} {numbers}")
    yield context(organization_line(organizations))


def organization_line(organizations: Sequence[str]) -> str:
    """Which organization is meant, once for all commands."""
    return texts.ORGANIZATION.format(organization=code(organizations[0]), flag=code("[--organization <organization>]"))


def topic_button(label: str, topic: str) -> Block:
    """Shows the help of a topic."""
    return button(label, HELP, topic)


def help_line(operation: Operation, off: str | None, *, brief: bool = False) -> str:
    """How the operation is typed and what it does; in brief, the shortest way, without what can be left out."""
    name = operation.name.replace(".", " ")
    typed = (operation.alias or name) if brief else usage(operation)
    alias = f" (or {code(f'{COMMAND} {operation.alias} …')})" if operation.alias and not brief else ""
    why = f" _Off: {escape(off)}_" if off else ""
    return f"{code(f'{COMMAND} {typed}')}{alias} {escape(operation.summary)}{why}"


def small_message() -> Content:
    """For somebody who was not understood: three lines, and what to press."""
    lines = "\n".join(texts.SMALL).format(command=code(COMMAND), example=code(texts.EXAMPLE), plain=escape(texts.PLAIN))
    return content(
        section(lines),
        actions(
            "small",
            button("Choose from everything", AGAIN, ""),
            topic_button("What can I ask for?", ""),
            button("My requests", AGAIN_TOO, "requests"),
        ),
    )


TOPIC_CHOSEN = Kind(name=HELP, sent=Press, lane=in_lane(Lane.READS), work=show_topic, resume=as_before(show_topic))
KINDS = (TOPIC_CHOSEN,)
