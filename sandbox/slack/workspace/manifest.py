"""The app as its manifest declares it: scopes, slash commands, shortcuts, events and tokens."""

from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from sandbox.world.model import World, slack_id

# Scope an event needs before Slack sends it: https://docs.slack.dev/reference/events
EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "link_shared": "links:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "file_shared": "files:read",
    "member_left_channel": "channels:read",
    "member_joined_channel": "channels:read",
    "channel_archive": "channels:read",
    "channel_created": "channels:read",
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
    id: str
    bot_id: str
    bot_user_id: str
    unfurl_domains: tuple[str, ...] = ()
    link_addresses: bool = False
    bot_token: str = "xoxb-sandbox-bot"  # noqa: S105  valid on this machine's sandbox only
    app_token: str = "xapp-sandbox-app"  # noqa: S105  valid on this machine's sandbox only
    app_scopes: set[str] = field(default_factory=lambda: {"connections:write"})

    def unfurls(self, host: str) -> str:
        """The registered domain that a host is, or is below of; empty where it is none."""
        of_ours = (one for one in self.unfurl_domains if host == one or host.endswith(f".{one}"))
        return next(of_ours, "")

    def wants(self, event: str) -> bool:
        """Whether the event is subscribed to, and its scope granted."""
        scope = EVENT_SCOPES.get(event)
        return event in self.events and (scope is None or scope in self.scopes)


class Part(BaseModel):
    """A part of a manifest; what the sandbox does not model of it is let pass."""


class Display(Part):
    """What the app is called."""

    name: str = Field(min_length=1, max_length=35)


class BotUser(Part):
    """The app's bot."""

    display_name: str = Field(min_length=1, max_length=80)


class AppHome(Part):
    """The tabs of the app's own place."""

    home_tab_enabled: bool = False


class Features(Part):
    """What people see of the app."""

    bot_user: BotUser | None = None
    app_home: AppHome = AppHome()
    slash_commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    unfurl_domains: tuple[str, ...] = Field((), max_length=5)


class Scopes(Part):
    """What the bot's token may do."""

    bot: tuple[str, ...] = ()
    bot_optional: tuple[str, ...] = ()


class OAuth(Part):
    """How the app is let in."""

    scopes: Scopes = Scopes()


class Subscriptions(Part):
    """Which events the app asks for."""

    bot_events: tuple[str, ...] = ()


class Interactivity(Part):
    """Whether buttons and forms reach the app."""

    is_enabled: bool = False


class Switches(Part):
    """The manifest's settings."""

    event_subscriptions: Subscriptions = Subscriptions()
    interactivity: Interactivity = Interactivity()
    socket_mode_enabled: bool = False


class Manifest(Part):
    """An app's manifest: https://docs.slack.dev/reference/app-manifest"""

    display_information: Display
    features: Features = Features()
    oauth_config: OAuth = OAuth()
    settings: Switches = Switches()

    @property
    def app_name(self) -> str:
        """What the app is called."""
        return self.display_information.name

    @property
    def bot_name(self) -> str:
        """What its bot is called; as the app where it has no name of its own."""
        bot = self.features.bot_user
        return bot.display_name if bot else self.app_name


def install(manifest: Manifest, world: World) -> App:
    """The app of a manifest, installed with its optional scopes; its ids follow from its names."""
    features, scopes, settings = manifest.features, manifest.oauth_config.scopes, manifest.settings
    user_id = slack_id("U", manifest.bot_name)
    is_taken = user_id in {person_id for person_id, _ in world.in_slack}
    return App(
        name=manifest.app_name,
        bot_name=manifest.bot_name,
        scopes={*scopes.bot, *scopes.bot_optional},
        commands=features.slash_commands,
        shortcuts=features.shortcuts,
        events=frozenset(settings.event_subscriptions.bot_events),
        home_tab=features.app_home.home_tab_enabled,
        interactive=settings.interactivity.is_enabled,
        socket_mode=settings.socket_mode_enabled,
        id=slack_id("A", manifest.app_name),
        bot_id=slack_id("B", manifest.app_name),
        bot_user_id=f"{user_id}BOT" if is_taken else user_id,
        unfurl_domains=tuple(one.lower() for one in features.unfurl_domains),
    )
