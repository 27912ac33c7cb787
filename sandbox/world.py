"""Who is in the sandbox: the people, with their Slack and their Docker Hub identities, and the organization's name."""

from dataclasses import dataclass

ORGANIZATION = "acme"
BOT_ACCOUNT = "acme-hubwarden"
BOT_PASSWORD = "sandbox-password"  # noqa: S105  valid on this machine's sandbox only
BOT_TOKEN = "dckr_pat_sandbox"  # noqa: S105  valid on this machine's sandbox only


@dataclass(frozen=True, slots=True)
class Person:
    """One human; `hub_role` is None for somebody who is not in the Docker Hub organization."""

    slack_id: str
    name: str
    email: str
    hub_username: str
    hub_role: str | None = "member"
    title: str = ""
    timezone: str = "Europe/Zurich"
    restricted: bool = False
    deactivated: bool = False


PEOPLE: tuple[Person, ...] = (
    Person("U0ANN", "Ann Berg", "ann@example.com", "annberg", title="Backend engineer"),
    Person("U0OMAR", "Omar Haddad", "omar@example.com", "omarh", "owner", title="Platform lead"),
    Person("U0LENA", "Lena Fischer", "lena@example.com", "lenaf", "owner", title="Platform lead"),
    Person("U0KOFI", "Kofi Mensah", "kofi@example.com", "kofim", "editor", title="Platform engineer"),
    Person(
        "U0MIRA", "Mira Novak", "mira@example.com", "miranovak", title="Security engineer", timezone="Europe/Prague"
    ),
    Person("U0SAM", "Sam Okafor", "sam@example.com", "samok", title="Data scientist", timezone="America/New_York"),
    Person("U0GUS", "Gus Guest", "gus@partner.example", "gusguest", None, title="Contractor", restricted=True),
    Person("U0DEE", "Dee Parted", "dee@example.com", "deep", None, title="Left the company", deactivated=True),
)

LEADS_GROUP = ("S0LEADS", "platform-leads", ("U0OMAR", "U0LENA"))
SECURITY_GROUP = ("S0SECURITY", "security", ("U0MIRA", "U0LENA"))

CHANNELS: tuple[tuple[str, str, str], ...] = (
    ("C0GENERAL", "general", "Company-wide announcements and chatter"),
    ("C0APPROVALS", "hub-approvals", "Requests that change our Docker Hub organization"),
    ("C0ALERTS", "hub-alerts", "What happens in our Docker Hub organization"),
    ("C0ADMIN", "hub-admin", "Where Hubwarden says what needs an administrator"),
)
