"""What each surface in Slack needs, and what is lost without it: pure."""

from collections.abc import Iterator, Set
from dataclasses import dataclass

from bot.lights import Light

INSTALL_AGAIN = "Give the app these scopes under OAuth & Permissions, and install it again: manifest.yml has them all."
ADD_EVENTS = (
    "If they are used and nothing comes of it, paste manifest.yml into the app's settings, and install it again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One surface: the scopes and events that it needs, and what people miss without it.

    Nothing runs without those that are `vital`. Which events an app hears of cannot be asked, only remembered.
    """

    name: str
    without: str
    scopes: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    vital: bool = False


FEATURES: tuple[Feature, ...] = (
    Feature(
        name="Commands and cards",
        without="Nobody can ask for anything, and no card is posted.",
        scopes=frozenset({"chat:write", "commands", "channels:history", "groups:history", "im:history", "im:write"}),
        vital=True,
    ),
    Feature(
        name="Who is who",
        without="Nobody can be told apart from a guest, and user groups approve nothing.",
        scopes=frozenset({"users:read", "usergroups:read"}),
        vital=True,
    ),
    Feature(
        name="Channels",
        without="Channels are only known by their ids.",
        scopes=frozenset({"channels:read", "groups:read"}),
        vital=True,
    ),
    Feature(
        name="E-mail addresses",
        without="Two accounts of one person are not known to be one person's, nor whose Docker ID is whose.",
        scopes=frozenset({"users:read.email"}),
        vital=True,
    ),
    Feature(
        name="Direct messages",
        without="What is written to Hubwarden directly is not answered.",
        events=frozenset({"message.im"}),
    ),
    Feature(
        name="Files",
        without="Lists cannot be attached, and long answers are not sent as files.",
        scopes=frozenset({"files:read", "files:write"}),
    ),
    Feature(
        name="Mentions",
        without="Whoever mentions Hubwarden in a channel gets no answer.",
        scopes=frozenset({"app_mentions:read"}),
        events=frozenset({"app_mention"}),
    ),
    Feature(
        name="App Home",
        without="Its Home tab stays empty.",
        events=frozenset({"app_home_opened"}),
    ),
    Feature(
        name="Links",
        without="Links to Docker Hub do not unfold.",
        scopes=frozenset({"links:read", "links:write"}),
        events=frozenset({"link_shared"}),
    ),
    Feature(
        name="First contact",
        without="Hubwarden does not say who it is in a channel that it comes into.",
        events=frozenset({"member_joined_channel"}),
    ),
    Feature(
        name="Leavers",
        without="Nobody is offered the off-boarding of people who are deactivated in Slack.",
        events=frozenset({"user_change"}),
    ),
)


EVENTS = frozenset(event for feature in FEATURES for event in feature.events)


def feature_lights(scopes: Set[str], *, heard: Set[str] | None) -> Iterator[Light]:
    """How it is with each: `scopes` were given, and of the events `heard` have come (None: nobody remembers).

    Where Slack does not say which scopes were given, nothing is missing.
    """
    for feature in FEATURES:
        missing = sorted(feature.scopes - scopes) if scopes else []
        if missing:
            said = f"{feature.without} Missing: {', '.join(missing)}."
            yield Light(feature.name, "red" if feature.vital else "off", said, INSTALL_AGAIN)
        elif heard is not None and feature.events and not feature.events & heard:
            said = f"Nothing of it has come from Slack yet ({', '.join(sorted(feature.events))})."
            yield Light(feature.name, "off", said, ADD_EVENTS)
        else:
            yield Light(feature.name, "green", "Slack gives what it needs.")
