"""Slack's text: what is escaped in it, how long it counts, and how mentions are written and read."""

import re

from sandbox.slack.workspace.state import Workspace

ENTITY = re.compile(r"&(?:amp|lt|gt);")
CONTROL = re.compile(r"<(?:[@#!][^<>\s][^<>]*|[a-z][a-z0-9+.-]*:[^<>\s][^<>]*)>", re.IGNORECASE)
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# "@name" and "#name" as people type them, where no word runs into them
TYPED_MENTION = re.compile(r"(?<![\w@#.&/])([@#])([\w][\w.-]*\w|\w)")
TYPED_ADDRESS = re.compile(r"(?<![\w<|:])(https?://[^\s<>|]+)|(?<![\w<|:.+-])([\w.+-]+@[\w-]+(?:\.[\w-]+)+)")


def escape(text: str) -> str:
    """`&`, `<` and `>` as entities: https://docs.slack.dev/messaging/formatting-message-text"""
    return "".join(ESCAPES.get(one, one) for one in text)


def unescape(text: str) -> str:
    """The entities as characters again."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def counted_length(text: str, *, formatted: bool) -> int:
    """Code points after escaping, as Slack counts; in `formatted` text (mrkdwn) links and mentions stay as they are."""
    kept = ENTITY if not formatted else re.compile(f"{ENTITY.pattern}|{CONTROL.pattern}", re.IGNORECASE)
    length = end = 0
    for match in kept.finditer(text):
        length += len(escape(text[end : match.start()])) + len(match[0])
        end = match.end()
    return length + len(escape(text[end:]))


def expand_mentions(text: str, workspace: Workspace, *, with_names: bool) -> str:
    """Typed `@name` and `#channel` as `<@U…>` and `<#C…>`; a user group's handle as `<!subteam^S…>`."""

    def replaced(match: re.Match[str]) -> str:
        sign, name = match[1], match[2]
        return expand_mention(sign, name, workspace, with_names=with_names) or match[0]

    return TYPED_MENTION.sub(replaced, text)


def link_addresses(text: str) -> str:
    """Typed web and mail addresses as links: `<https://…>`, `<mailto:a@b.c|a@b.c>`."""
    return TYPED_ADDRESS.sub(lambda match: f"<{match[1]}>" if match[1] else f"<mailto:{match[2]}|{match[2]}>", text)


def expand_mention(sign: str, name: str, workspace: Workspace, *, with_names: bool) -> str:
    """`@name` or `#name` as a mention; empty where nobody and nothing is called that."""
    if sign == "#":
        channel = workspace.channel_named(name)
        return f"<#{channel.id}|{channel.name if with_names else ''}>" if channel else ""
    if user := workspace.user_named(name):
        return f"<@{user.id}|{user.handle}>" if with_names else f"<@{user.id}>"
    group = next((one for one in workspace.usergroups.values() if one.handle == name), None)
    if group is None:
        return f"<!{name}>" if name in ("here", "channel", "everyone") else ""
    return f"<!subteam^{group.id}|@{group.handle}>" if with_names else f"<!subteam^{group.id}>"
