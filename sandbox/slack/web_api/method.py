"""What a Web API method is to the dispatcher: its name, its handler, its tier, its scopes, whose token it takes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from sandbox.slack.errors import ApiError, RateLimited, missing_scope
from sandbox.slack.parts import Parts
from sandbox.slack.web_api.arguments import Arguments
from sandbox.slack.workspace.state import Channel, Json


@dataclass(slots=True)
class Call:
    """One call being answered; a handler may add `warnings` for the answer's `response_metadata`."""

    parts: Parts
    method: str
    arguments: Arguments
    warnings: list[str] = field(default_factory=list)

    def need_scope(self, scope: str) -> None:
        """Raise `missing_scope` where the token lacks it."""
        granted = self.parts.app.scopes
        if scope not in granted:
            raise missing_scope(scope, sorted(granted))

    def need_team(self) -> str:
        """The workspace that the call is about: a token of one has no other, one of an organization has to name it.

        https://docs.slack.dev/enterprise/developing-for-enterprise-orgs; raises `missing_argument` and its like.
        """
        team = self.parts.workspace.team
        if not team.is_org_install:
            return team.id
        named = self.arguments.text("team_id")
        if named != team.id:
            raise ApiError("team_access_not_granted" if named else "missing_argument")
        return named

    def count_message(self, channel: Channel) -> None:
        """Count a message that the channel is to get, however the call named it; raises RateLimited."""
        if wait := self.parts.limits.take_message(channel.id):
            raise RateLimited(wait)

    def seen_channel(self, channel_id: str) -> Channel:
        """The channel, if the bot may know of it; raises `channel_not_found`."""
        channel = self.parts.workspace.channels.get(channel_id)
        hidden = channel is not None and (channel.is_private or channel.kind != "channel")
        if channel is None or (hidden and self.parts.app.bot_user_id not in channel.members):
            raise ApiError("channel_not_found")
        return channel


Handler = Callable[[Call], Json]


@dataclass(frozen=True, slots=True)
class Method:
    """A row of the method table; `handler` answers the body without `ok`, or raises ApiError."""

    name: str
    handler: Handler
    per_minute: int
    scopes: tuple[str, ...] = ()
    caller: Literal["bot", "app", "none"] = "bot"
