"""What help says, and what to somebody who was not understood."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """A part of what can be asked for: the first words of its operations, and what people call it."""

    name: str
    title: str
    nouns: tuple[str, ...]
    about: str


# Most used first.
TOPICS: tuple[Topic, ...] = (
    Topic("people", "People", ("member", "invite"), "Invite, offboard, change a role; who is in the organization."),
    Topic("teams", "Teams", ("team",), "Make teams, put people in and take them out; what a team reaches."),
    Topic(
        "repositories",
        "Repositories",
        ("repo", "tag"),
        "New repositories, public or private, teams, tags, locked tags.",
    ),
    Topic(
        "tokens",
        "Access tokens",
        ("oat", "pat"),
        "Make, switch off and delete the organization's tokens and the bot's.",
    ),
    Topic(
        "requests", "Requests", ("requests", "history", "archive"), "What you have asked for, and what waits for you."
    ),
    Topic("security", "Image and registry access", ("org", "registry"), "Which images and registries people can use."),
    Topic("log", "Audit log", ("audit",), "What happened in Docker Hub, and who did it."),
    Topic("scim", "SCIM", ("scim",), "Users that an identity provider provisions."),
    Topic("hubwarden", "Hubwarden itself", ("limits", "whoami"), "Rate limits, and as whom the bot is logged in."),
)
BY_NAME: Mapping[str, Topic] = {topic.name: topic for topic in TOPICS}
MOST_USED = ("invite.send", "team.member.add", "repo.create", "oat.create", "member.offboard")

LEAD = "Ask for a change to Docker Hub: Hubwarden shows what it would do, and does it once the right people agree."
SHORT = "{command} alone opens a menu of everything; a command with something missing opens its form."
NUMBERS = "{request} shows a request; {approve}, {deny} and {cancel} do what its buttons do."
ORGANIZATION = "The organization is {organization}; {flag} at the end of a command names another one."
MORE = "{command} shows the commands of a topic."

SMALL = (
    "I ask for changes to Docker Hub for you, and do them once the right people agree.",
    "Write to me as behind {command}, such as {example}.",
    "Or in plain words, such as “{plain}”: that opens a form filled in.",
)
EXAMPLE = "team member add platform jane"
PLAIN = "invite jane@example.com to platform because she joins"
