"""Slash commands: https://docs.slack.dev/interactivity/implementing-slash-commands"""

from typing import Any

from sandbox.slack.errors import ApiError
from sandbox.slack.interactions.payloads import (
    active_user,
    channel_name,
    joined_channel,
    response_address,
)
from sandbox.slack.interactions.responses import say
from sandbox.slack.interactions.seen import Seen, command_failure, toast
from sandbox.slack.parts import Parts
from sandbox.slack.transport.envelopes import Acked
from sandbox.slack.transport.events import VERIFICATION_TOKEN
from sandbox.slack.workspace.manifest import Command
from sandbox.slack.workspace.messages import Draft, post_as
from sandbox.slack.workspace.mrkdwn import escape, expand_mentions, link_addresses
from sandbox.slack.workspace.state import Channel, Json, User, first


async def run_command(parts: Parts, user_id: str, *, channel: str, line: str) -> Seen:
    """Run what the person typed, and answer what they see at once; raises NotPossibleError.

    `line` is the whole of it, `/hub team list acme`.
    """
    user = active_user(parts, user_id)
    place = joined_channel(parts, user, channel)
    name, _, text = line.strip().partition(" ")
    command = first(one for one in parts.app.commands if one.command == name)
    if command is None or "commands" not in parts.app.scopes:
        return Seen(ok=False, error=f"{name} is not a valid command.")
    payload = _payload(parts, user, place, command, text.strip())
    outcome = await parts.sockets.deliver("slash_commands", payload, accepts_payload=True)
    if not isinstance(outcome, Acked):
        failure = command_failure(name, outcome)
        toast(parts, user.id, failure)
        return Seen(ok=False, error=failure)
    return _show_answer(parts, user, place, line, outcome.payload)


def _payload(parts: Parts, user: User, channel: Channel, command: Command, text: str) -> Json:
    team = parts.workspace.team
    if command.should_escape:
        text = expand_mentions(escape(text), parts.workspace, with_names=True)
        text = link_addresses(text) if parts.app.link_addresses else text
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.handle,
        "command": command.command,
        "text": text,
        "api_app_id": parts.app.id,
        "is_enterprise_install": team.is_org_install,
        **({"enterprise_id": team.enterprise, "enterprise_name": team.enterprise} if team.enterprise else {}),
        "response_url": response_address(parts, "commands", user, channel.id),
        "trigger_id": parts.triggers.mint(user.id),
    }


def _show_answer(parts: Parts, user: User, channel: Channel, line: str, answer: Any) -> Seen:
    body: Json = {"text": answer} if isinstance(answer, str) else answer or {}
    if body.get("response_type") == "in_channel":
        post_as(parts, channel, user.id, Draft(text=escape(line)))
    try:
        return Seen(ok=True, message=say(parts, channel, user.id, body))
    except ApiError as refusal:
        command = line.split(maxsplit=1)[0]
        parts.inspector.violation(f"{command} answered with {refusal.code}", {"answer": body, **refusal.extra})
        failure = f"{command} failed with the error “invalid_command_response”"
        toast(parts, user.id, failure)
        return Seen(ok=False, error=failure)
