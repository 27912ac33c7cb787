"""How a conversation can be named: by an id of its own, by that of a person, or by a channel's name."""

import re

from bot.governance.people import is_slack_user

# Names are in lower case, so no name is taken for an id.
CHANNEL_ID = re.compile(r"[CG][A-Z0-9]+")
DIRECT_ID = re.compile(r"D[A-Z0-9]+")


def is_channel_id(conversation: str) -> bool:
    """Whether it is the id of a channel, public or private."""
    return CHANNEL_ID.fullmatch(conversation) is not None


def is_conversation_id(conversation: str) -> bool:
    """Whether it is the id of a channel, or of direct messages."""
    return is_channel_id(conversation) or DIRECT_ID.fullmatch(conversation) is not None


def is_direct(conversation: str) -> bool:
    """Whether only one person reads there: it is the id of direct messages, or of the person."""
    return DIRECT_ID.fullmatch(conversation) is not None or is_slack_user(conversation)
