"""The organization that the sandbox begins with: acme, its people, teams, repositories, tokens and a little history."""

from collections.abc import Iterable

from sandbox.clock import Clock
from sandbox.hub import tags
from sandbox.hub.content import log
from sandbox.hub.content.state import (
    OWNERS,
    Account,
    Invite,
    Membership,
    Organization,
    OrganizationToken,
    Permission,
    PersonalToken,
    Repository,
    Resource,
    Role,
    State,
    Tag,
    Team,
)
from sandbox.hub.wire.call import Caller, Hand
from sandbox.world import BOT_ACCOUNT, BOT_PASSWORD, BOT_TOKEN, ORGANIZATION, PEOPLE

DAY = 86400.0
SCIM_TOKEN = "sandbox-scim-token"  # noqa: S105  valid on this machine's sandbox only
ORGANIZATION_TOKEN = "dckr_oat_sandbox"  # noqa: S105  valid on this machine's sandbox only; every scope that a bot needs
READ_ONLY_TOKEN = "dckr_oat_sandbox_read"  # noqa: S105  valid on this machine's sandbox only; no scope-repository-list
TWO_FACTOR = ("miranovak", "123456")

FIRST = ("Ada", "Boris", "Chiara", "Dario", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas")
LAST = ("Weber", "Rossi", "Yilmaz", "Kowalski")
OUTSIDE = (("janedoe", "Jane Doe"), ("fabiop", "Fabio Pereira"), ("externaldev", "External Developer"))
TEAMS: dict[str, tuple[str, tuple[str, ...]]] = {
    OWNERS: ("Who runs the organization", ()),
    "platform": ("Build and run the platform", ("omarh", "lenaf", "kofim")),
    "backend": ("Services behind the web", ("annberg",)),
    "data": ("Pipelines and models", ("samok",)),
    "security": ("Reviews and incidents", ("miranovak", "lenaf")),
    "release": ("Cuts the releases", ("kofim",)),
}
API_TAGS = (
    *("v1.0.0", "v1.0.1", "v1.1.0", "v1.2.0", "v1.2.1", "v1.3.0", "sha-9f2c41d", "v2.0.0", "v2.1.0", "v2.2.0"),
    *("v2.3.0-rc.1", "edge", "nightly", "latest"),
)
NAMED = (
    ("api", "The public API", True),
    ("web", "The web front end", False),
    ("worker", "Background jobs", True),
    ("base-images", "What every image starts from", False),
    ("scheduler", "Decides what runs when", True),
    ("gateway", "The way in", True),
    ("models", "Trained models and their servers", True),
    ("cli", "The command line for customers", False),
)
AREAS = (
    "billing",
    "search",
    "mail",
    "report",
    "import",
    "export",
    "audit",
    "chat",
    "media",
    "geo",
    "stock",
    "pay",
    "auth",
)
PARTS = ("service", "worker", "web", "tools")
SCOPES = (
    *("scope-member-read", "scope-member-edit", "scope-invite-read", "scope-invite-edit", "scope-group-read"),
    *("scope-group-edit", "scope-activity-read", "scope-repository-list", "scope-repository-read"),
    *("scope-repository-create", "scope-repository-edit", "scope-repository-settings-admin", "scope-tag-read"),
)


def acme(clock: Clock) -> State:
    """The state that the sandbox begins with; moments lie before the clock's now."""
    state = State(clock)
    organization = Organization(ORGANIZATION, scim_token=SCIM_TOKEN, domains=("@example.com",))
    state.organizations[ORGANIZATION] = organization
    _people(state, organization)
    _teams(state, organization)
    _repositories(state, organization)
    _tokens(state, organization)
    _invites(state, organization)
    _history(state)
    state.sequence = 0
    return state


def add_member(state: State, account: Account, *, role: Role = "member") -> None:
    """An account that has been a member of acme since it was made."""
    state.accounts[account.username] = account
    state.organizations[ORGANIZATION].members[account.username] = Membership(role, account.created_at)


def account(state: State, username: str, *, full_name: str, email: str = "", days: float = 300) -> Account:
    """An account that is `days` old, known to nobody yet."""
    at = state.now() - days * DAY
    address = email or f"{username}@example.com"
    return Account(username, full_name, address, at, BOT_PASSWORD, number=state.number(), seen_at=at + days * DAY / 2)


def add_repository(
    state: State, name: str, *, private: bool = True, description: str = "", days: float = 200
) -> Repository:
    """A repository of acme that is `days` old."""
    at, number = state.now() - days * DAY, state.number()
    made = Repository(number, ORGANIZATION, name, at, "omarh", private, description, updated_at=at)
    made.pull_count, made.star_count = number * 37 % 9000, number % 17
    state.repositories.setdefault(ORGANIZATION, {})[name] = made
    return made


def add_tag(state: State, found: Repository, *, name: str, days: float, by: str = "kofim") -> None:
    """A tag that was pushed `days` ago."""
    at, number = state.now() - days * DAY, state.number()
    digest = tags.digest_of(f"{found.full_name}:{name}")
    found.tags[name] = Tag(number, name, digest, 20_000_000 + number % 977 * 1000, by, by, at, at + DAY / 4)
    found.updated_at = max(found.updated_at, at)


def _people(state: State, organization: Organization) -> None:
    bot = account(state, BOT_ACCOUNT, full_name="Hubwarden", email="hubwarden@example.com", days=120)
    add_member(state, bot, role="owner")
    for person in PEOPLE:
        made = account(state, person.hub_username, full_name=person.name, email=person.email, days=700)
        state.accounts[made.username] = made
        role = next((each for each in ("owner", "editor", "member") if each == person.hub_role), None)
        if role is not None:
            add_member(state, made, role=_role(role))
    for username, full_name in OUTSIDE:
        state.accounts[username] = account(state, username, full_name=full_name, email=f"{username}@elsewhere.example")
    for index, (first, last) in enumerate((f, last) for last in LAST for f in FIRST):
        username = f"{first}{last}".lower()
        add_member(state, account(state, username, full_name=f"{first} {last}", days=600 - 10 * index))
    username, code = TWO_FACTOR
    state.accounts[username].two_factor = code


def _role(text: str) -> Role:
    roles: dict[str, Role] = {"owner": "owner", "editor": "editor", "member": "member"}
    return roles[text]


def _teams(state: State, organization: Organization) -> None:
    for name, (description, usernames) in TEAMS.items():
        organization.teams[name] = Team(state.number(), name, description, dict.fromkeys(usernames))
    names = [name for name in TEAMS if name != OWNERS]
    for index, username in enumerate(list(organization.members)[len(PEOPLE) :]):
        organization.teams[names[index % len(names)]].members[username] = None


def _repositories(state: State, organization: Organization) -> None:
    for index, (name, description, private) in enumerate(NAMED):
        found = add_repository(state, name, private=private, description=description, days=400 - index)
        _add_tags(
            state, found, names=API_TAGS if name == "api" else ("v1.0.0", "v1.1.0", "v1.2.0", "sha-4be1f0a", "latest")
        )
    for index, name in enumerate(f"{area}-{part}" for area in AREAS for part in PARTS):
        found = add_repository(state, name, private=index % 5 != 0, description=f"{name.title()}", days=300 - index)
        _add_tags(state, found, names=("v1.0.0", f"sha-{found.id:07x}", "latest"))
    api = state.repositories[ORGANIZATION]["api"]
    api.immutable, api.rules = True, ("v1.*",)
    grants: tuple[tuple[str, str, Permission], ...] = (
        ("api", "backend", "write"),
        ("api", "platform", "admin"),
        ("api", "security", "read"),
        ("web", "backend", "write"),
        ("models", "data", "admin"),
        ("base-images", "platform", "admin"),
        ("base-images", "release", "write"),
    )
    for repository, team, permission in grants:
        state.repositories[ORGANIZATION][repository].permissions[organization.teams[team].id] = permission


def _add_tags(state: State, found: Repository, *, names: Iterable[str]) -> None:
    listed = list(names)
    for index, name in enumerate(listed):
        add_tag(state, found, name=name, days=(len(listed) - index) * 9 - 8)


def _tokens(state: State, organization: Organization) -> None:
    now = state.now()
    bots = PersonalToken(BOT_ACCOUNT, "hubwarden", BOT_TOKEN, ("repo:admin",), now - 100 * DAY)
    old = PersonalToken(BOT_ACCOUNT, "old laptop", "dckr_pat_old", ("repo:read",), now - 110 * DAY, active=False)
    mira = PersonalToken("miranovak", "scanner", "dckr_pat_scanner", ("repo:read",), now - 50 * DAY)
    state.personal_tokens = {token.id: token for token in (old, bots, mira)}
    whole = (Resource("TYPE_ORG", ORGANIZATION, SCOPES), Resource("TYPE_REPO", f"{ORGANIZATION}/*", SCOPES))
    reading = (Resource("TYPE_ORG", ORGANIZATION, ("scope-member-read", "scope-activity-read")),)
    pushing = (Resource("TYPE_REPO", f"{ORGANIZATION}/*", ("scope-image-push", "scope-image-pull")),)
    for label, secret, resources in (
        ("hubwarden", ORGANIZATION_TOKEN, whole),
        ("reporting", READ_ONLY_TOKEN, reading),
        ("CI", "dckr_oat_ci", pushing),
    ):
        token = OrganizationToken(ORGANIZATION, label, secret, "omarh", now - 90 * DAY, resources)
        organization.tokens[token.id] = token


def _invites(state: State, organization: Organization) -> None:
    rows: tuple[tuple[str, str, Role], ...] = (
        ("tom.old@example.com", "data", "editor"),
        ("externaldev", "", "member"),
        ("nina.park@example.com", "backend", "member"),
    )
    for index, (invitee, team, role) in enumerate(rows):
        at = state.now() - ((len(rows) - index) * 20 - 18) * DAY
        invite = Invite(invitee, "lenaf", ORGANIZATION, team, role, at)
        organization.invites[invite.id] = invite


def _history(state: State) -> None:
    now, kofi, lena, omar = state.now(), Caller("user", "kofim"), Caller("user", "lenaf"), Caller("user", "omarh")
    for found in list(state.repositories[ORGANIZATION].values())[:6]:
        for tag in found.tags.values():
            text = f"pushed the tag {tag.name} with the digest {tag.digest[:20]} to the repository {found.full_name}"
            data = {"digest": tag.digest, "tag": tag.name}
            name, at = found.full_name, tag.pushed_at
            log.record(Hand(state, kofi), "repo.tag.push", account=ORGANIZATION, name=name, text=text, data=data, at=at)
    rows = (
        (
            lena,
            "org.member.invite.send",
            "nina.park@example.com",
            "sent an invite for acme to nina.park@example.com",
            2,
        ),
        (omar, "org.team.member.add", "adaweber", "added the member adaweber to the team platform", 3),
        (omar, "repo.create", "acme/auth-tools", "created the private repository acme/auth-tools", 4),
        (lena, "org.member.role.change", "kofim", "changed the role of kofim from member to editor", 6),
        (Caller("user", "dockersupport"), "org.settings.update", ORGANIZATION, "updated the settings of acme", 7),
    )
    for caller, action, name, text, days in rows:
        log.record(Hand(state, caller), action, account=ORGANIZATION, name=name, text=text, at=now - days * DAY)
