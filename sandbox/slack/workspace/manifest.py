"""The app as its manifest declares it: scopes, slash commands, shortcuts, events and tokens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Scope an event needs before Slack sends it: https://docs.slack.dev/reference/events
EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "member_left_channel": "channels:read",
    "member_joined_channel": "channels:read",
    "channel_archive": "channels:read",
    "subteam_updated": "usergroups:read",
    "subteam_members_changed": "usergroups:read",
    "user_change": "users:read",
    "team_join": "users:read",
}


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command; `should_escape` turns @names and #channels into ids before the app sees them."""

    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut; `type` is `global` or `message`."""

    name: str
    callback_id: str
    description: str
    type: str


@dataclass(slots=True)
class App:
    """The installed app; `scopes` may be changed to see what the app does without one.

    `link_addresses` also turns typed web and mail addresses in escaped commands into links, `<mailto:a@b.c|a@b.c>`, as
    some workspaces were said to send them; off, for want of a source.
    """

    name: str
    bot_name: str
    scopes: set[str]
    commands: tuple[Command, ...]
    shortcuts: tuple[Shortcut, ...]
    events: frozenset[str]
    home_tab: bool
    interactive: bool
    socket_mode: bool
    link_addresses: bool = False
    id: str = "A0HUBWARDEN"
    bot_id: str = "B0HUBWARDEN"
    bot_user_id: str = "U0HUBWARDEN"
    bot_token: str = "xoxb-sandbox-bot"  # noqa: S105  valid on this machine's sandbox only
    app_token: str = "xapp-sandbox-app"  # noqa: S105  valid on this machine's sandbox only
    app_scopes: set[str] = field(default_factory=lambda: {"connections:write"})

    def wants(self, event: str) -> bool:
        """Whether the event is subscribed to, and its scope granted."""
        scope = EVENT_SCOPES.get(event)
        return event in self.events and (scope is None or scope in self.scopes)


def read_manifest(manifest: Mapping[str, Any]) -> App:
    """The app that a manifest (parsed from YAML or JSON) describes, installed with its optional scopes.

    Key names: https://docs.slack.dev/reference/app-manifest
    """
    features: Mapping[str, Any] = manifest.get("features", {})
    scopes: Mapping[str, Any] = manifest.get("oauth_config", {}).get("scopes", {})
    settings: Mapping[str, Any] = manifest.get("settings", {})
    name = str(manifest.get("display_information", {}).get("name", "hubwarden"))
    return App(
        name=name,
        bot_name=str(features.get("bot_user", {}).get("display_name", name)),
        scopes={*scopes.get("bot", ()), *scopes.get("bot_optional", ())},
        commands=tuple(_command(one) for one in features.get("slash_commands", ())),
        shortcuts=tuple(_shortcut(one) for one in features.get("shortcuts", ())),
        events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", ())),
        home_tab=bool(features.get("app_home", {}).get("home_tab_enabled", False)),
        interactive=bool(settings.get("interactivity", {}).get("is_enabled", False)),
        socket_mode=bool(settings.get("socket_mode_enabled", False)),
    )


def _command(entry: Mapping[str, Any]) -> Command:
    return Command(
        str(entry["command"]),
        str(entry.get("description", "")),
        str(entry.get("usage_hint", "")),
        bool(entry.get("should_escape", False)),
    )


def _shortcut(entry: Mapping[str, Any]) -> Shortcut:
    return Shortcut(
        str(entry["name"]), str(entry["callback_id"]), str(entry.get("description", "")), str(entry["type"])
    )
