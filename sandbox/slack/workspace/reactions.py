"""Reactions to messages: https://docs.slack.dev/reference/methods/reactions.add"""

import re

from sandbox.slack.errors import ApiError
from sandbox.slack.parts import Parts
from sandbox.slack.workspace.announcing import announce_reaction
from sandbox.slack.workspace.messages import show_again
from sandbox.slack.workspace.state import Json, Message

NAME = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")
MOST_NAMES = 50


def react(parts: Parts, message: Message, name: str, user_id: str) -> None:
    """Put a reaction there; raises `invalid_name`, `already_reacted`, `too_many_emoji`."""
    if not NAME.fullmatch(name):
        raise ApiError("invalid_name")
    shown: list[Json] = message.body.get("reactions", [])
    known = next((one for one in shown if one["name"] == name), None)
    if known is None and len(shown) >= MOST_NAMES:
        raise ApiError("too_many_emoji")
    if known is not None and user_id in known["users"]:
        raise ApiError("already_reacted")
    users = [*(known["users"] if known else []), user_id]
    _set(parts, message, name, users)
    channel = parts.workspace.channels[message.channel]
    announce_reaction(parts, channel, message, name=name, user_id=user_id, added=True)


def take_back(parts: Parts, message: Message, name: str, user_id: str) -> None:
    """Take a reaction away; raises `no_reaction`."""
    known = next((one for one in message.body.get("reactions", []) if one["name"] == name), None)
    if known is None or user_id not in known["users"]:
        raise ApiError("no_reaction")
    _set(parts, message, name, [one for one in known["users"] if one != user_id])
    channel = parts.workspace.channels[message.channel]
    announce_reaction(parts, channel, message, name=name, user_id=user_id, added=False)


def _set(parts: Parts, message: Message, name: str, users: list[str]) -> None:
    new = {"name": name, "users": users, "count": len(users)}
    shown: list[Json] = message.body.get("reactions", [])
    there = any(one["name"] == name for one in shown)
    changed = [new if one["name"] == name else one for one in shown] if there else [*shown, new]
    message.body["reactions"] = [one for one in changed if one["users"]]
    if not message.body["reactions"]:
        del message.body["reactions"]
    show_again(parts, message)
