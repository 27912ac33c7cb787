"""The words of a world: people with their Slack and their Docker Hub identities, and what the two places hold."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import re2
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

Role = Literal["owner", "editor", "member"]
Permission = Literal["read", "write", "admin"]
Kind = Literal["person", "bot", "guest", "single_channel_guest", "colleague", "external"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=250)]
Handle = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,20}$")]
DockerId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,29}$")]
TeamName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.-]{2,255}$")]
RepositoryName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[._-][a-z0-9]+)*$", max_length=255)]
ChannelName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,80}$")]
TagName = Annotated[str, StringConstraints(pattern=r"^\w[\w.-]{0,127}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s,]+@[^@\s,]+\.[^@\s,]+$")]

# Valid on this machine's sandbox only.
PASSWORD = "sandbox-password"  # noqa: S105
TOKEN = "dckr_pat_sandbox"  # noqa: S105


def slack_id(prefix: str, name: str) -> str:
    """An id of Slack's form that can be read: `U0ANN`."""
    return f"{prefix}0{re.sub(r'[^A-Z0-9]', '', name.upper()) or 'X'}"


def docker_id(name: str) -> str:
    """A name as Docker Hub takes it."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def rule(text: str) -> str:
    """A rule of immutable tags as Docker Hub takes it. Raises ValueError."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(text, options)
    except re2.error:
        raise ValueError(f"“{text}” is no RE2 expression") from None
    if not text or "," in text:
        raise ValueError("a rule is not empty, and has no comma")
    return text


Rule = Annotated[str, AfterValidator(rule)]


class Value(BaseModel):
    """A part of a world: frozen, and no key of it is let pass that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Person(Value):
    """One human. `slack_id` is None for somebody who is not in Slack, `docker_id` for somebody without a Docker ID.

    `handle` and both ids follow from the e-mail address where they are not given. `role` is None for somebody who is
    not in the organization; `two_factor` is the code that their authenticator shows. `kind` is what they are in Slack:
    a `colleague` is of another workspace of the same enterprise, an `external` of another company (Slack Connect);
    `guest` says the same as the kind of that name.
    """

    name: Text
    email: Email
    handle: Handle
    slack_id: Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]{2,}$")] | None
    docker_id: DockerId | None
    role: Role | None = None
    title: str = ""
    timezone: str = "UTC"
    locale: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}-[A-Z]{2}$")] = "en-US"
    kind: Kind = "person"
    admin: bool = False
    guest: bool = False
    deactivated: bool = False
    two_factor: str | None = None

    @model_validator(mode="before")
    @classmethod
    def follow(cls, given: Any) -> Any:
        """Take from the e-mail address what was not given."""
        if not isinstance(given, Mapping):
            return given
        local = str(given.get("email", "")).partition("@")[0].lower()
        handle = given.get("handle", re.sub(r"[^a-z0-9._-]+", "-", local)[:21] or "nobody")
        ids = {"slack_id": slack_id("U", str(handle)), "docker_id": docker_id(str(handle))}
        kind = {"kind": "guest"} if given.get("guest") and "kind" not in given else {}
        return {**ids, **kind, **given, "handle": handle}

    @property
    def is_guest(self) -> bool:
        """Whether they are invited to some channels, or to one."""
        return self.kind in ("guest", "single_channel_guest")

    @property
    def is_elsewhere(self) -> bool:
        """Whether their account is in another workspace."""
        return self.kind in ("colleague", "external")


class Channel(Value):
    """A channel. `members` are handles; None is everybody of the workspace, guests in the first channel only.

    `external`: it is shared with another company.
    """

    name: ChannelName
    id: Annotated[str, StringConstraints(pattern=r"^C[A-Z0-9]{2,}$")]
    topic: str = ""
    private: bool = False
    external: bool = False
    members: tuple[Handle, ...] | None = None
    with_app: bool = True

    @model_validator(mode="before")
    @classmethod
    def follow(cls, given: Any) -> Any:
        """Take the id from the name where it was not given."""
        return {"id": slack_id("C", str(given.get("name"))), **given} if isinstance(given, Mapping) else given


class UserGroup(Value):
    """A user group; `members` are handles."""

    handle: Handle
    id: Annotated[str, StringConstraints(pattern=r"^S[A-Z0-9]{2,}$")]
    name: str = ""
    members: tuple[Handle, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def follow(cls, given: Any) -> Any:
        """Take the id from the handle where it was not given."""
        return {"id": slack_id("S", str(given.get("handle"))), **given} if isinstance(given, Mapping) else given


class Team(Value):
    """A team of the organization; `members` are Docker IDs. The team `owners` is there without saying."""

    name: TeamName
    description: str = ""
    members: tuple[DockerId, ...] = ()


class Repository(Value):
    """A repository; `immutable` are the rules of its immutable tags, `teams` says what each team may do."""

    name: RepositoryName
    description: str = ""
    private: bool = True
    tags: tuple[TagName, ...] = ("latest",)
    immutable: tuple[Rule, ...] = Field((), max_length=5)
    teams: Mapping[TeamName, Permission] = {}


class Invite(Value):
    """A pending invite; without an inviter, the first owner's."""

    invitee: Text
    team: str = ""
    role: Role = "member"
    inviter: DockerId | None = None


class PastEvent(Value):
    """An entry of the audit log that lies `days` back."""

    actor: Text
    action: Text
    name: Text
    text: Text
    days: float = Field(ge=0)


class BotAccount(Value):
    """The Docker ID that the app's side logs in with; an owner of the organization."""

    username: DockerId
    name: str = ""
    email: Email = "bot@example.com"
    password: str = PASSWORD
    token: str = TOKEN

    @property
    def label(self) -> str:
        """What its tokens are called."""
        return self.name.lower() or self.username


class World(Value):
    """Everything that the two servers begin with."""

    organization: DockerId
    workspace: str = ""
    people: tuple[Person, ...] = Field(min_length=1)
    channels: tuple[Channel, ...] = Field((Channel.model_validate({"name": "general"}),), min_length=1)
    user_groups: tuple[UserGroup, ...] = ()
    teams: tuple[Team, ...] = ()
    repositories: tuple[Repository, ...] = ()
    invites: tuple[Invite, ...] = ()
    events: tuple[PastEvent, ...] = ()
    bot: BotAccount

    @property
    def in_slack(self) -> tuple[tuple[str, Person], ...]:
        """The people who have a Slack account, each with its id."""
        return tuple((person.slack_id, person) for person in self.people if person.slack_id is not None)

    @property
    def in_docker_hub(self) -> tuple[tuple[str, Person], ...]:
        """The people who have a Docker ID, each with it."""
        return tuple((person.docker_id, person) for person in self.people if person.docker_id is not None)

    @property
    def members(self) -> tuple[str, ...]:
        """The Docker IDs of the organization's people."""
        return tuple(username for username, person in self.in_docker_hub if person.role is not None)

    @property
    def owner(self) -> str:
        """The Docker ID of the first owner; the bot's where there is no other."""
        return self.first_with("owner") or self.bot.username

    @property
    def pusher(self) -> str:
        """The Docker ID of whoever pushed the tags: the first editor, else the first owner."""
        return self.first_with("editor") or self.owner

    def first_with(self, role: Role) -> str | None:
        """The Docker ID of the first person with this role."""
        return next((username for username, person in self.in_docker_hub if person.role == role), None)


def bot_account(organization: str, app: str) -> dict[str, str]:
    """The Docker Hub account of an app that nobody gave one, by both names: `acme-hubwarden`."""
    short = docker_id(app) or "bot"
    username = f"{docker_id(organization)}-{short}"[:30].strip("-")
    return {"username": username, "name": app, "email": f"{short}@example.com"}
