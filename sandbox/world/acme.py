"""The world that the sandbox has where nobody names another: acme, of which its tests and its policy speak."""

from typing import Any

from sandbox.world.model import PASSWORD, TOKEN, World, bot_account

ORGANIZATION = "acme"
BOT_ACCOUNT = "acme-hubwarden"
BOT_PASSWORD = PASSWORD
BOT_TOKEN = TOKEN
TWO_FACTOR = ("miranovak", "123456")

ZURICH = {"timezone": "Europe/Zurich"}
PEOPLE: tuple[dict[str, Any], ...] = (
    {"name": "Ann Berg", "docker_id": "annberg", "role": "member", "title": "Backend engineer"},
    {"name": "Omar Haddad", "docker_id": "omarh", "role": "owner", "title": "Platform lead", "admin": True},
    {"name": "Lena Fischer", "docker_id": "lenaf", "role": "owner", "title": "Platform lead"},
    {"name": "Kofi Mensah", "docker_id": "kofim", "role": "editor", "title": "Platform engineer"},
    {
        "name": "Mira Novak",
        "docker_id": TWO_FACTOR[0],
        "two_factor": TWO_FACTOR[1],
        "role": "member",
        "title": "Security engineer",
        "timezone": "Europe/Prague",
        "locale": "cs-CZ",
    },
    {
        "name": "Sam Okafor",
        "docker_id": "samok",
        "role": "member",
        "title": "Data scientist",
        "timezone": "America/New_York",
    },
    {
        "name": "Gus Guest",
        "email": "gus@partner.example",
        "docker_id": "gusguest",
        "title": "Contractor",
        "guest": True,
    },
    {"name": "Dee Parted", "docker_id": "deep", "title": "Left the company", "deactivated": True},
    {
        "name": "Uma Single",
        "email": "uma@partner.example",
        "docker_id": None,
        "title": "Auditor",
        "kind": "single_channel_guest",
    },
    {
        "name": "Eve Outside",
        "email": "eve@outside.example",
        "docker_id": None,
        "title": "Account manager at Outside",
        "kind": "external",
        "timezone": "Asia/Tokyo",
        "locale": "ja-JP",
    },
    {"name": "Deploy Robot", "docker_id": None, "title": "Says what was deployed", "kind": "bot"},
)
FIRST = ("Ada", "Boris", "Chiara", "Dario", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas")
LAST = ("Weber", "Rossi", "Yilmaz", "Kowalski")
CROWD = tuple(f"{first} {last}" for last in LAST for first in FIRST)
STRANGERS = (("janedoe", "Jane Doe"), ("fabiop", "Fabio Pereira"), ("externaldev", "External Developer"))

USER_GROUPS = (
    {"id": "S0LEADS", "handle": "platform-leads", "members": ("omar", "lena")},
    {"id": "S0SECURITY", "handle": "security", "members": ("mira", "lena")},
)
TEAMS = (
    ("platform", "Build and run the platform", ("omarh", "lenaf", "kofim")),
    ("backend", "Services behind the web", ("annberg",)),
    ("data", "Pipelines and models", ("samok",)),
    ("security", "Reviews and incidents", ("miranovak", "lenaf")),
    ("release", "Cuts the releases", ("kofim",)),
)
API_TAGS = (
    *("v1.0.0", "v1.0.1", "v1.1.0", "v1.2.0", "v1.2.1", "v1.3.0", "sha-9f2c41d", "v2.0.0", "v2.1.0", "v2.2.0"),
    *("v2.3.0-rc.1", "edge", "nightly", "latest"),
)
COMMON_TAGS = ("v1.0.0", "v1.1.0", "v1.2.0", "sha-4be1f0a", "latest")
REPOSITORIES: tuple[dict[str, Any], ...] = (
    {
        "name": "api",
        "description": "The public API",
        "tags": API_TAGS,
        "immutable": ("v1.*",),
        "teams": {"backend": "write", "platform": "admin", "security": "read"},
    },
    {"name": "web", "description": "The web front end", "private": False, "teams": {"backend": "write"}},
    {"name": "worker", "description": "Background jobs"},
    {
        "name": "base-images",
        "description": "What every image starts from",
        "private": False,
        "teams": {"platform": "admin", "release": "write"},
    },
    {"name": "scheduler", "description": "Decides what runs when"},
    {"name": "gateway", "description": "The way in"},
    {"name": "models", "description": "Trained models and their servers", "teams": {"data": "admin"}},
    {"name": "cli", "description": "The command line for customers", "private": False},
)
AREAS = (
    *("billing", "search", "mail", "report", "import", "export", "audit", "chat", "media", "geo", "stock", "pay"),
    "auth",
)
PARTS = ("service", "worker", "web", "tools")
INVITES = (
    {"invitee": "tom.old@example.com", "team": "data", "role": "editor", "inviter": "lenaf"},
    {"invitee": "externaldev", "inviter": "lenaf"},
    {"invitee": "nina.park@example.com", "team": "backend", "inviter": "lenaf"},
)
EVENTS = (
    (
        "lenaf",
        "org.member.invite.send",
        "nina.park@example.com",
        "sent an invite for acme to nina.park@example.com",
        2,
    ),
    ("omarh", "org.team.member.add", "adaweber", "added the member adaweber to the team platform", 3),
    ("omarh", "repo.create", "acme/auth-tools", "created the private repository acme/auth-tools", 4),
    ("lenaf", "org.member.role.change", "kofim", "changed the role of kofim from member to editor", 6),
    ("dockersupport", "org.settings.update", ORGANIZATION, "updated the settings of acme", 7),
)


def acme(app: str) -> World:
    """acme, with a Docker Hub account for this app."""
    return World.model_validate(
        {
            "organization": ORGANIZATION,
            "workspace": "Acme",
            "people": [*_colleagues(), *_crowd(), *_strangers()],
            "channels": _channels(app),
            "user_groups": USER_GROUPS,
            "teams": _teams(),
            "repositories": [*({"tags": COMMON_TAGS, **given} for given in REPOSITORIES), *_small_repositories()],
            "invites": INVITES,
            "events": [dict(zip(("actor", "action", "name", "text", "days"), row, strict=True)) for row in EVENTS],
            "bot": bot_account(ORGANIZATION, app),
        }
    )


def _colleagues() -> list[dict[str, Any]]:
    """Those who are in Slack; their handles are their first names."""
    return [{"email": f"{given['name'].split()[0].lower()}@example.com", **ZURICH, **given} for given in PEOPLE]


def _crowd() -> list[dict[str, Any]]:
    """Members of the organization who are not in Slack."""
    usernames = {name: name.replace(" ", "").lower() for name in CROWD}
    return [
        {"name": name, "email": f"{each}@example.com", "slack_id": None, "docker_id": each, "role": "member"}
        for name, each in usernames.items()
    ]


def _strangers() -> list[dict[str, Any]]:
    """Docker IDs that are in no organization."""
    return [
        {"name": name, "email": f"{username}@elsewhere.example", "slack_id": None, "docker_id": username}
        for username, name in STRANGERS
    ]


def _channels(app: str) -> list[dict[str, Any]]:
    return [
        {"name": "general", "topic": "Company-wide announcements and chatter"},
        {"id": "C0APPROVALS", "name": "hub-approvals", "topic": "Requests that change our Docker Hub organization"},
        {"id": "C0ALERTS", "name": "hub-alerts", "topic": "What happens in our Docker Hub organization"},
        {"id": "C0ADMIN", "name": "hub-admin", "topic": f"Where {app} says what needs an administrator"},
    ]


def _teams() -> list[dict[str, Any]]:
    """The crowd is spread over them, but for the first, who is in none."""
    others = [name.replace(" ", "").lower() for name in CROWD[1:]]
    return [
        {"name": name, "description": description, "members": (*members, *others[index :: len(TEAMS)])}
        for index, (name, description, members) in enumerate(TEAMS)
    ]


def _small_repositories() -> list[dict[str, Any]]:
    """Enough of them that lists have several pages."""
    names = [f"{area}-{part}" for area in AREAS for part in PARTS]
    return [
        {
            "name": name,
            "description": name.title(),
            "private": index % 5 != 0,
            "tags": ("v1.0.0", f"sha-{0x9E1F000 + index:07x}", "latest"),
        }
        for index, name in enumerate(names)
    ]


ACME = acme("Hubwarden")
