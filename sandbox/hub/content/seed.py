"""Makes Docker Hub's state of a world: its people, teams, repositories, invites, tokens and a little history."""

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
    PersonalToken,
    Profile,
    Repository,
    Resource,
    State,
    Tag,
    Team,
)
from sandbox.hub.wire.callers import Caller, Hand
from sandbox.world import ACME, World, model
from sandbox.world.model import PASSWORD, Role

DAY = 86400.0
SCIM_TOKEN = "sandbox-scim-token"  # noqa: S105  valid on this machine's sandbox only
ORGANIZATION_TOKEN = "dckr_oat_sandbox"  # noqa: S105  valid on this machine's sandbox only; every scope that a bot needs
READ_ONLY_TOKEN = "dckr_oat_sandbox_read"  # noqa: S105  valid on this machine's sandbox only; no scope-repository-list
ORGANIZATION_SCOPES = (
    *("scope-member-read", "scope-member-edit", "scope-invite-read", "scope-invite-edit", "scope-group-read"),
    *("scope-group-edit", "scope-activity-read", "scope-repository-list", "scope-repository-create"),
)
REPOSITORY_SCOPES = (
    *("scope-repository-read", "scope-repository-edit"),
    *("scope-repository-settings-admin", "scope-tag-read"),
)


def build(clock: Clock, world: World = ACME, *, profile: Profile = "contract") -> State:
    """The state that a world begins with; moments lie before the clock's now."""
    state = State(clock, world, profile=profile)
    domain = world.people[0].email.partition("@")[2]
    organization = Organization(world.organization, scim_token=SCIM_TOKEN, domains=(f"@{domain}",))
    state.organizations[organization.name] = organization
    _people(state)
    _teams(state, organization)
    for index, given in enumerate(world.repositories):
        _repository(state, organization, given=given, days=400 - index)
    _tokens(state, organization)
    _invites(state, organization)
    _history(state)
    state.sequence = 0
    return state


def add_member(state: State, account: Account, *, role: Role = "member") -> None:
    """An account that has been a member of the organization since it was made."""
    state.accounts[account.username] = account
    state.organization.members[account.username] = Membership(role, account.created_at)


def account(state: State, username: str, *, full_name: str, email: str = "", days: float = 300) -> Account:
    """An account that is `days` old, known to nobody yet."""
    at = state.now() - days * DAY
    address = email or f"{username}@example.com"
    return Account(username, full_name, address, at, PASSWORD, number=state.number(), seen_at=at + days * DAY / 2)


def add_repository(
    state: State, name: str, *, private: bool = True, description: str = "", days: float = 200
) -> Repository:
    """A repository of the organization that is `days` old."""
    at, number, namespace = state.now() - days * DAY, state.number(), state.world.organization
    made = Repository(number, namespace, name, at, state.world.owner, private, description, updated_at=at)
    made.pull_count, made.star_count = number * 37 % 9000, number % 17
    state.repositories.setdefault(namespace, {})[name] = made
    return made


def add_tag(state: State, found: Repository, *, name: str, days: float) -> None:
    """A tag that was pushed `days` ago."""
    at, number, by = state.now() - days * DAY, state.number(), state.world.pusher
    digest = tags.digest_of(f"{found.full_name}:{name}")
    found.tags[name] = Tag(number, name, digest, 20_000_000 + number % 977 * 1000, by, by, at, at + DAY / 4)
    found.updated_at = max(found.updated_at, at)


def _people(state: State) -> None:
    bot, people = state.world.bot, state.world.in_docker_hub
    made = account(state, bot.username, full_name=bot.name, email=bot.email, days=120)
    made.password = bot.password
    add_member(state, made, role="owner")
    for index, (username, person) in enumerate(people):
        made = account(state, username, full_name=person.name, email=person.email, days=700 - index)
        made.two_factor = person.two_factor
        state.accounts[username] = made
        if person.role is not None:
            add_member(state, made, role=person.role)


def _teams(state: State, organization: Organization) -> None:
    organization.teams[OWNERS] = Team(state.number(), OWNERS, "Who runs the organization")
    for given in state.world.teams:
        members = dict.fromkeys(given.members)
        organization.teams[given.name] = Team(state.number(), given.name, given.description, members)


def _repository(state: State, organization: Organization, *, given: model.Repository, days: float) -> None:
    found = add_repository(state, given.name, private=given.private, description=given.description, days=days)
    for index, name in enumerate(given.tags):
        add_tag(state, found, name=name, days=(len(given.tags) - index) * 9 - 8)
    found.immutable, found.rules = bool(given.immutable), given.immutable
    found.permissions = {organization.teams[team].id: permission for team, permission in given.teams.items()}


def _tokens(state: State, organization: Organization) -> None:
    bot, now = state.world.bot, state.now()
    old = PersonalToken(bot.username, "old laptop", "dckr_pat_old", ("repo:read",), now - 110 * DAY, active=False)
    used = PersonalToken(bot.username, bot.label, bot.token, ("repo:admin",), now - 100 * DAY)
    # Whoever has a second factor needs a token for what runs by itself.
    scanners = [
        PersonalToken(username, "scanner", f"dckr_pat_{username}", ("repo:read",), now - 50 * DAY)
        for username, person in state.world.in_docker_hub
        if person.two_factor
    ]
    state.personal_tokens = {token.id: token for token in (old, used, *scanners)}
    everything = f"{organization.name}/*"
    whole = (
        Resource("TYPE_ORG", organization.name, ORGANIZATION_SCOPES),
        Resource("TYPE_REPO", everything, REPOSITORY_SCOPES),
    )
    reading = (Resource("TYPE_ORG", organization.name, ("scope-member-read", "scope-activity-read")),)
    pushing = (Resource("TYPE_REPO", everything, ("scope-image-push", "scope-image-pull")),)
    for label, secret, resources in (
        (bot.label, ORGANIZATION_TOKEN, whole),
        ("reporting", READ_ONLY_TOKEN, reading),
        ("CI", "dckr_oat_ci", pushing),
    ):
        token = OrganizationToken(organization.name, label, secret, state.world.owner, now - 90 * DAY, resources)
        organization.tokens[token.id] = token


def _invites(state: State, organization: Organization) -> None:
    rows = state.world.invites
    for index, given in enumerate(rows):
        at = state.now() - ((len(rows) - index) * 20 - 18) * DAY
        inviter = given.inviter or state.world.owner
        invite = Invite(given.invitee, inviter, organization.name, given.team, given.role, at)
        organization.invites[invite.id] = invite


def _history(state: State) -> None:
    organization = state.world.organization
    pusher = Hand(state, Caller("user", state.world.pusher))
    for found in list(state.repositories.get(organization, {}).values())[:6]:
        for tag in found.tags.values():
            text = f"pushed the tag {tag.name} with the digest {tag.digest[:20]} to the repository {found.full_name}"
            data = {"digest": tag.digest, "tag": tag.name}
            name, at = found.full_name, tag.pushed_at
            log.record(pusher, "repo.tag.push", account=organization, name=name, text=text, data=data, at=at)
    for event in state.world.events:
        actor, at = Hand(state, Caller("user", event.actor)), state.now() - event.days * DAY
        log.record(actor, event.action, account=organization, name=event.name, text=event.text, at=at)
