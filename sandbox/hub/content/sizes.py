"""Organizations of any size, for tests of pages and of speed."""

import uuid

from sandbox.clock import Clock
from sandbox.hub import members
from sandbox.hub.content import log, seed
from sandbox.hub.content.state import Invite, Organization, OrganizationToken, PersonalToken, State, Team
from sandbox.hub.wire.callers import Caller, Hand


def build_state(
    clock: Clock,
    *,
    members: int | None = None,
    repositories: int | None = None,
    tags: int | None = None,
    teams: int | None = None,
    invites: int | None = None,
    events: int | None = None,
    personal_tokens: int | None = None,
    organization_tokens: int | None = None,
) -> State:
    """acme with exactly so many of each; None leaves what the sandbox begins with.

    `tags` are those of the repository api, `personal_tokens` those of the bot's account. Added members are called
    `member0001`, repositories `repository-0001`, tags `v9.0.1`, teams `team-0001`.
    """
    state = seed.build(clock)
    organization = state.organization
    sizes = (
        (_size_members, members),
        (_size_repositories, repositories),
        (_size_tags, tags),
        (_size_teams, teams),
        (_size_invites, invites),
        (_size_events, events),
        (_size_personal_tokens, personal_tokens),
        (_size_organization_tokens, organization_tokens),
    )
    for resize, count in sizes:
        if count is not None:
            resize(state, organization, count=count)
    state.sequence = 0
    return state


def _size_members(state: State, organization: Organization, *, count: int) -> None:
    for username in list(organization.members)[count:]:
        members.drop(organization, username)
    for number in range(count - len(organization.members)):
        made = seed.account(state, f"member{number:04}", full_name=f"Member {number}", days=90)
        seed.add_member(state, made)


def _size_repositories(state: State, organization: Organization, *, count: int) -> None:
    every = state.repositories[organization.name]
    for name in list(every)[count:]:
        del every[name]
    for number in range(count - len(every)):
        seed.add_repository(state, f"repository-{number:04}", days=90)


def _size_tags(state: State, organization: Organization, *, count: int) -> None:
    api = state.repositories[organization.name]["api"]
    for name in list(api.tags)[count:]:
        del api.tags[name]
    for number in range(count - len(api.tags)):
        seed.add_tag(state, api, name=f"v9.0.{number}", days=80 - number / 1000)


def _size_teams(state: State, organization: Organization, *, count: int) -> None:
    for name in list(organization.teams)[count:]:
        del organization.teams[name]
    for number in range(count - len(organization.teams)):
        organization.teams[f"team-{number:04}"] = Team(state.number(), f"team-{number:04}")


def _size_invites(state: State, organization: Organization, *, count: int) -> None:
    for invite_id in list(organization.invites)[count:]:
        del organization.invites[invite_id]
    for number in range(count - len(organization.invites)):
        invitee = f"invitee{number:04}@example.com"
        invite = Invite(invitee, "lenaf", organization.name, "", "member", state.now(), str(uuid.uuid4()))
        organization.invites[invite.id] = invite


def _size_events(state: State, organization: Organization, *, count: int) -> None:
    events = state.logs[organization.name]
    del events[count:]
    kofi, name, now = Hand(state, Caller("user", "kofim")), f"{organization.name}/api", state.now()
    for number in range(count - len(events)):
        at, tag = now - 3600 + number // 4, f"v9.0.{number}"
        text = f"pushed the tag {tag} to the repository {name}"
        data = {"tag": tag}
        log.record(kofi, "repo.tag.push", account=organization.name, name=name, text=text, data=data, at=at)


def _size_personal_tokens(state: State, _: Organization, *, count: int) -> None:
    owner = state.world.bot.username
    for number in range(count - sum(token.owner == owner for token in state.personal_tokens.values())):
        token = PersonalToken(owner, f"token {number}", f"dckr_pat_{number}", ("repo:read",), state.now())
        state.personal_tokens[token.id] = token


def _size_organization_tokens(state: State, organization: Organization, *, count: int) -> None:
    for number in range(count - len(organization.tokens)):
        label, secret = f"token {number}", f"dckr_oat_{number}"
        token = OrganizationToken(organization.name, label, secret, "omarh", state.now())
        organization.tokens[token.id] = token
