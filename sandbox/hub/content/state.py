"""Everything the sandbox's Docker Hub knows, in memory: accounts, organizations, repositories, tokens and the log."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from sandbox.clock import Clock
from sandbox.world import ACME, World
from sandbox.world.model import Permission, Role

OWNERS = "owners"
ROLES: tuple[Role, ...] = ("owner", "editor", "member")
PERMISSIONS: tuple[Permission, ...] = ("read", "write", "admin")


@dataclass(slots=True)
class Account:
    """One Docker ID; `two_factor` is the code that its authenticator shows, None without two-factor."""

    username: str
    full_name: str
    email: str
    created_at: float
    password: str = ""
    two_factor: str | None = None
    active: bool = True
    company: str = ""
    location: str = ""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    number: int = 0
    modified_at: float = 0.0
    seen_at: float = 0.0


@dataclass(slots=True)
class Membership:
    """What one account is in one organization."""

    role: Role
    joined_at: float


@dataclass(slots=True)
class Team:
    """One team (Docker's paths say `group`); the members of the team `owners` are those whose role is owner."""

    id: int
    name: str
    description: str = ""
    members: dict[str, None] = field(default_factory=dict)
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(slots=True)
class Invite:
    """One pending invite; `invitee` is an e-mail address or a Docker ID as it was typed."""

    invitee: str
    inviter: str
    organization: str
    team: str
    role: Role
    created_at: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(slots=True)
class PersonalToken:
    """One personal access token (`dckr_pat_…`)."""

    owner: str
    label: str
    secret: str
    scopes: tuple[str, ...]
    created_at: float
    expires_at: float | None = None
    last_used_at: float | None = None
    active: bool = True
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True, slots=True)
class Resource:
    """What an organization access token reaches: `type` is TYPE_REPO or TYPE_ORG."""

    type: str
    path: str
    scopes: tuple[str, ...]


@dataclass(slots=True)
class OrganizationToken:
    """One organization access token (`dckr_oat_…`)."""

    organization: str
    label: str
    secret: str
    created_by: str
    created_at: float
    resources: tuple[Resource, ...] = ()
    description: str = ""
    expires_at: float | None = None
    last_used_at: float | None = None
    active: bool = True
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(slots=True)
class Tag:
    """One tag of a repository and the image it points to."""

    id: int
    name: str
    digest: str
    size: int
    created_by: str
    updated_by: str
    pushed_at: float
    pulled_at: float | None = None


@dataclass(slots=True)
class Repository:
    """One repository; `permissions` maps a team's number to read, write or admin."""

    id: int
    namespace: str
    name: str
    created_at: float
    created_by: str
    private: bool = True
    description: str = ""
    full_description: str = ""
    updated_at: float = 0.0
    pull_count: int = 0
    star_count: int = 0
    immutable: bool = False
    rules: tuple[str, ...] = ()
    tags: dict[str, Tag] = field(default_factory=dict)
    permissions: dict[int, Permission] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """Namespace and name, such as acme/api."""
        return f"{self.namespace}/{self.name}"


@dataclass(slots=True)
class Plan:
    """What the organization's subscription includes; False answers 403."""

    name: str = "Docker Business"
    settings: bool = True
    scim: bool = True
    audit_logs: bool = True
    immutable_tags: bool = True
    registry_access: bool = True
    insights: bool = True
    seats: int | None = None


@dataclass(slots=True)
class RegistryAccess:
    """The registry access management document; rows as Docker's own client sends them."""

    enabled: bool = False
    standard: list[dict[str, object]] = field(default_factory=lambda: [{"id": "DockerHub", "allowed": True}])
    custom: list[dict[str, object]] = field(default_factory=list)


@dataclass(slots=True)
class Organization:
    """One organization with its people, teams, pending invites and settings."""

    name: str
    plan: Plan = field(default_factory=Plan)
    sso_enforced: bool = False
    scim_token: str = ""
    domains: tuple[str, ...] = ()
    members: dict[str, Membership] = field(default_factory=dict)
    deactivated: dict[str, Membership] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    invites: dict[str, Invite] = field(default_factory=dict)
    tokens: dict[str, OrganizationToken] = field(default_factory=dict)
    restricted_images: dict[str, bool] = field(
        default_factory=lambda: {"enabled": False, "allow_official_images": True, "allow_verified_publishers": True}
    )
    registry_access: RegistryAccess = field(default_factory=RegistryAccess)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def owners(self) -> list[str]:
        """The user names of those whose role is owner."""
        return [username for username, membership in self.members.items() if membership.role == "owner"]

    def team_members(self, team: Team) -> list[str]:
        """The user names of a team's members."""
        return self.owners() if team.name == OWNERS else list(team.members)

    def teams_of(self, username: str) -> list[str]:
        """The names of the teams that a member is in, `owners` included."""
        member = self.members.get(username)
        owner = member is not None and member.role == "owner"
        return [t.name for t in self.teams.values() if (owner if t.name == OWNERS else username in t.members)]


@dataclass(slots=True)
class Event:
    """One entry of the audit log; `visible_at` lies after `at` when entries arrive late."""

    at: float
    account: str
    action: str
    name: str
    actor: str
    data: dict[str, str]
    description: str
    visible_at: float


Profile = Literal["contract", "real"]


@dataclass(slots=True)
class Options:
    """Where the published facts leave more than one answer open: which one this server gives."""

    nested_invitees: bool = True
    """The contract nests the rows as `invitees.invitees`; False answers the flat list that is seen too."""
    scim_list_key: str = "resources"
    """`resources` is the contract's; `Resources` is RFC 7644's."""
    no_page: Literal["contract", "null", "missing"] = "contract"
    """A `next` that is not there: null where the contract says nullable and "" elsewhere; or null; or no key."""
    editor_reads: str = "Member"
    """The contract's enumeration of a role that is read has no Editor."""
    images_as_list: bool = False
    """The contract says that a tag's `images` is one image; a list is seen too."""
    layers: bool = True
    """The contract's image has `layers`; what is seen has none."""
    v2_is_text: bool = True
    """The contract says that a tag's `v2` is a string; a boolean is seen too."""
    tag_status: bool = False
    """The contract calls it `status`; True answers `tag_status`, as it is seen."""
    rules_match_anywhere: bool = False
    """A rule of immutable tags matches the whole tag; True matches anywhere in it."""
    log_delay: float = 0.0
    """Seconds until an event of the audit log can be read."""
    personal_tokens_refused: frozenset[str] = frozenset()
    """The route families that answer 403 to a personal access token ("several organization routes" do)."""

    @classmethod
    def of(cls, profile: Profile) -> "Options":
        """The answers of a profile: as the contract says, or as recorded answers and Docker's own clients have it.

        Source for `real`: what docker/hub-tool reads (pkg/hub/tags.go), and tags that people have recorded.
        """
        if profile == "contract":
            return cls()
        return cls(
            nested_invitees=False,
            no_page="null",
            images_as_list=True,
            layers=False,
            v2_is_text=False,
            tag_status=True,
        )


class State:
    """The whole of Docker Hub. `sequence` counts the changes of anything that a client could read."""

    def __init__(self, clock: Clock, world: World = ACME, *, profile: Profile = "contract") -> None:
        self.clock = clock
        self.world = world
        self.options = Options.of(profile)
        self.accounts: dict[str, Account] = {}
        self.organizations: dict[str, Organization] = {}
        self.repositories: dict[str, dict[str, Repository]] = {}
        self.personal_tokens: dict[str, PersonalToken] = {}
        self.logs: dict[str, list[Event]] = {}
        self.sequence = 0
        self._numbers = iter(range(1000, 2**62))

    def now(self) -> float:
        """Unix seconds on the sandbox's clock."""
        return self.clock.now()

    @property
    def organization(self) -> Organization:
        """The world's organization."""
        return self.organizations[self.world.organization]

    def number(self) -> int:
        """A number that nothing else has."""
        return next(self._numbers)

    def touch(self) -> None:
        """Something changed."""
        self.sequence += 1

    def account_by_email(self, email: str) -> Account | None:
        """The account with this address, whatever the case of its letters."""
        wanted = email.casefold()
        return next((a for a in self.accounts.values() if a.email.casefold() == wanted), None)

    def account_by_id(self, account_id: str) -> Account | None:
        """The account with this UUID."""
        return next((a for a in self.accounts.values() if a.id == account_id), None)

    def repository(self, namespace: str, name: str) -> Repository | None:
        """The repository, or None."""
        return self.repositories.get(namespace, {}).get(name)

    def repositories_of_team(self, namespace: str, team: Team) -> Iterator[Repository]:
        """The repositories on which a team has a permission."""
        return (r for r in self.repositories.get(namespace, {}).values() if team.id in r.permissions)
