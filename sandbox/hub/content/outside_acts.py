"""What people do in Docker Hub meanwhile, without the bot: pushes, changes by hand, an outage."""

from collections.abc import Mapping
from typing import Any

from sandbox.hub import immutable_tags, invites, members, repositories, tags, teams
from sandbox.hub.content import trouble
from sandbox.hub.content.acts import Act, Arg, Args, Stage
from sandbox.hub.content.log import record
from sandbox.hub.content.state import PERMISSIONS, ROLES, Invite, Repository, State, Team
from sandbox.hub.wire.callers import Caller, Hand
from sandbox.hub.wire.problems import Refusal


def act(stage: Stage, name: str, *, given: Mapping[str, Any]) -> str:
    """Do it; answers one sentence. Raises ValueError with a sentence, also where Docker Hub refuses."""
    found = next((each for each in ACTS if each.name == name), None)
    if found is None:
        raise ValueError(f"There is nothing called {name} to do: {', '.join(each.name for each in ACTS)}.")
    unknown = given.keys() - {arg.name for arg in found.args}
    if unknown:
        raise ValueError(f"{name} takes no {', '.join(sorted(unknown))}.")
    args = {arg.name: str(given.get(arg.name) or _default(arg, stage.state)).strip() for arg in found.args}
    try:
        return found.do(stage, args)
    except Refusal as refusal:
        raise ValueError(f"Docker Hub refused: {refusal.text}.") from None


def described(state: State) -> list[dict[str, Any]]:
    """All acts, for the panel's buttons."""
    return [
        {
            "name": each.name,
            "title": each.title,
            "description": each.description,
            "args": [_described(arg, state) for arg in each.args],
        }
        for each in ACTS
    ]


def _described(arg: Arg, state: State) -> dict[str, Any]:
    row: dict[str, Any] = {"name": arg.name, "label": arg.label, "default": _default(arg, state)}
    return row if arg.choices is None else {**row, "choices": arg.choices(state)}


def _default(arg: Arg, state: State) -> str:
    if arg.choices is None or not arg.default:
        return arg.default
    choices = arg.choices(state)
    return choices[0] if choices and arg.default not in choices else arg.default


def _push(stage: Stage, args: Args) -> str:
    found, hand = _repository(stage, args), _hand(stage, args)
    tag = tags.push(hand, found, name=args["tag"])
    return f"{hand.caller.name} pushed {found.full_name}:{tag.name}."


def _push_over(stage: Stage, args: Args) -> str:
    found, hand = _repository(stage, args), _hand(stage, args)
    old = found.tags.get(args["tag"])
    if old is None:
        raise ValueError(f"{found.full_name} has no tag {args['tag']} to push over.")
    tag = tags.push(hand, found, name=old.name)
    return f"{hand.caller.name} pushed another image over {found.full_name}:{tag.name}."


def _delete_tag(stage: Stage, args: Args) -> str:
    found, hand = _repository(stage, args), _hand(stage, args)
    tag = found.tags.get(args["tag"])
    if tag is None:
        raise ValueError(f"{found.full_name} has no tag {args['tag']}.")
    tags.delete(hand, found, tag=tag)
    return f"{hand.caller.name} deleted {found.full_name}:{tag.name}."


def _create_repository(stage: Stage, args: Args) -> str:
    hand = _hand(stage, args)
    private = args["privacy"] == "private"
    namespace = stage.organization.name
    repositories.create(hand, namespace=namespace, name=args["repository"], private=private)
    return f"{hand.caller.name} created the {args['privacy']} repository {namespace}/{args['repository']}."


def _make_public(stage: Stage, args: Args) -> str:
    found, hand = _repository(stage, args), _hand(stage, args)
    if not found.private:
        raise ValueError(f"{found.full_name} is public already.")
    repositories.set_privacy(hand, found, private=False)
    return f"{hand.caller.name} made {found.full_name} public."


def _delete_repository(stage: Stage, args: Args) -> str:
    found, hand = _repository(stage, args), _hand(stage, args)
    repositories.delete(hand, found)
    return f"{hand.caller.name} deleted the repository {found.full_name}."


def _switch_off_immutability(stage: Stage, args: Args) -> str:
    found, hand = _repository(stage, args), _hand(stage, args)
    if not found.immutable:
        raise ValueError(f"{found.full_name} has no immutable tags.")
    immutable_tags.set_rules(hand, found, enabled=False, rules=found.rules)
    return f"{hand.caller.name} switched off immutable tags in {found.full_name}."


def _change_rules(stage: Stage, args: Args) -> str:
    found, hand = _repository(stage, args), _hand(stage, args)
    rules = tuple(rule for rule in args["rules"].split() if rule)
    immutable_tags.check_rules(rules)
    immutable_tags.set_rules(hand, found, enabled=True, rules=rules)
    return f"{hand.caller.name} set the rules of {found.full_name} to {' '.join(rules)}."


def _make_owner(stage: Stage, args: Args) -> str:
    return _set_role(stage, {**args, "role": "owner"})


def _set_role(stage: Stage, args: Args) -> str:
    hand, username = _hand(stage, args), args["username"]
    role = next((each for each in ROLES if each == args["role"]), None)
    if role is None:
        raise ValueError(f"The role must be {', '.join(ROLES)}.")
    if members.find(stage.organization, username).role == role:
        raise ValueError(f"{username} has the role {role} already.")
    members.change_role(hand, stage.organization, username=username, role=role)
    return f"{hand.caller.name} gave {username} the role {role}."


def _remove_member(stage: Stage, args: Args) -> str:
    hand, username = _hand(stage, args), args["username"]
    members.remove(hand, stage.organization, username=username)
    return f"{hand.caller.name} removed {username} from {stage.organization.name}."


def _add_to_team(stage: Stage, args: Args) -> str:
    hand, username, team = _hand(stage, args), args["username"], _team(stage, args)
    teams.add_member(hand, stage.organization, team=team, username=username)
    return f"{hand.caller.name} added {username} to the team {team.name}."


def _remove_from_team(stage: Stage, args: Args) -> str:
    hand, username, team = _hand(stage, args), args["username"], _team(stage, args)
    teams.remove_member(hand, stage.organization, team=team, username=username)
    return f"{hand.caller.name} took {username} out of the team {team.name}."


def _change_permission(stage: Stage, args: Args) -> str:
    found, team, hand = _repository(stage, args), _team(stage, args), _hand(stage, args)
    permission = next((each for each in PERMISSIONS if each == args["permission"]), None)
    if permission is None:
        raise ValueError(f"The permission must be {', '.join(PERMISSIONS)}.")
    found.permissions[team.id] = permission
    stage.state.touch()
    what = f"the permission {permission} on {found.full_name}"
    return f"{hand.caller.name} gave the team {team.name} {what}; it is not logged."


def _accept_invite(stage: Stage, args: Args) -> str:
    invite = _invite(stage, args)
    username = invites.accept(stage.state, invite)
    return f"{invite.invitee} accepted the invite and is a member now, as {username}."


def _cancel_invite(stage: Stage, args: Args) -> str:
    invite, hand = _invite(stage, args), _hand(stage, args)
    invites.cancel(stage.state, invite)
    return f"{hand.caller.name} cancelled the invite of {invite.invitee}; it is not logged."


def _support(stage: Stage, _: Args) -> str:
    support = Hand(stage.state, Caller("user", "dockersupport"))
    name = stage.organization.name
    text = f"updated the settings of the organization {name}"
    record(support, "org.settings.update", account=name, name=name, text=text)
    return "Docker's support changed a setting of the organization."


def _hand(stage: Stage, args: Args) -> Hand:
    if args["person"] not in stage.organization.members:
        raise ValueError(f"{args['person']} is no member of {stage.organization.name}.")
    return Hand(stage.state, Caller("user", args["person"]))


def _repository(stage: Stage, args: Args) -> Repository:
    found = stage.state.repository(stage.organization.name, args["repository"])
    if found is None:
        raise ValueError(f"There is no repository {stage.organization.name}/{args['repository']}.")
    return found


def _team(stage: Stage, args: Args) -> Team:
    found = stage.organization.teams.get(args["team"])
    if found is None:
        raise ValueError(f"There is no team {args['team']} in {stage.organization.name}.")
    return found


def _invite(stage: Stage, args: Args) -> Invite:
    wanted = args["invitee"].casefold()
    newest_first = reversed(stage.organization.invites.values())
    found = next((i for i in newest_first if wanted in {i.invitee.casefold(), i.id, ""}), None)
    if found is None:
        raise ValueError(f"There is no pending invite for {args['invitee'] or 'anybody'}.")
    return found


def _usernames(state: State) -> list[str]:
    """People before the bot, which does nothing by hand."""
    return sorted(state.organization.members, key=lambda username: username == state.world.bot.username)[:100]


def _teams(state: State) -> list[str]:
    return list(state.organization.teams)[:100]


def _repositories(state: State) -> list[str]:
    return list(state.repositories.get(state.world.organization, {}))[:100]


def _invitees(state: State) -> list[str]:
    return [invite.invitee for invite in state.organization.invites.values()][:100]


PERSON = Arg("person", "Who does it", "omarh", _usernames)
PUSHER = Arg("person", "Who pushes", "kofim", _usernames)
API = Arg("repository", "Repository", "api", _repositories)
WEB = Arg("repository", "Repository", "web", _repositories)
MEMBER = Arg("username", "Member", "annberg", _usernames)
BACKEND = Arg("team", "Team", "backend", _teams)
INVITEE = Arg("invitee", "Invitee (empty: the newest)", "", _invitees)

ACTS: tuple[Act, ...] = (
    Act("push_tag", "Push a tag", "A new image under a tag.", (API, Arg("tag", "Tag", "v2.4.0"), PUSHER), _push),
    Act(
        "push_over_version",
        "Push over a version",
        "Another image under a version that is out already.",
        (WEB, Arg("tag", "Tag", "v1.0.0"), PUSHER),
        _push_over,
    ),
    Act("delete_tag", "Delete a tag", "Not an immutable one.", (WEB, Arg("tag", "Tag", "latest"), PERSON), _delete_tag),
    Act("make_owner", "Make somebody an owner", "By hand, in the console.", (MEMBER, PERSON), _make_owner),
    Act(
        "change_role",
        "Change a role",
        "By hand, in the console.",
        (MEMBER, Arg("role", "Role", "editor", lambda _: list(ROLES)), PERSON),
        _set_role,
    ),
    Act("remove_member", "Remove a member", "From the organization.", (MEMBER, PERSON), _remove_member),
    Act("add_to_team", "Add to a team", "A member, by hand.", (MEMBER, BACKEND, PERSON), _add_to_team),
    Act("remove_from_team", "Take out of a team", "A member, by hand.", (MEMBER, BACKEND, PERSON), _remove_from_team),
    Act("accept_invite", "Accept an invite", "The invited person joins.", (INVITEE,), _accept_invite),
    Act("cancel_invite", "Cancel an invite", "Docker Hub does not log it.", (INVITEE, PERSON), _cancel_invite),
    Act(
        "create_repository",
        "Create a repository",
        "By hand, in the console.",
        (
            Arg("repository", "Name", "playground"),
            Arg("privacy", "Who sees it", "public", lambda _: ["public", "private"]),
            PERSON,
        ),
        _create_repository,
    ),
    Act("make_public", "Make a repository public", "For everybody to see.", (API, PERSON), _make_public),
    Act("delete_repository", "Delete a repository", "With all its tags.", (WEB, PERSON), _delete_repository),
    Act(
        "switch_off_immutability",
        "Switch off immutable tags",
        "The rules stay, and protect nothing.",
        (API, PERSON),
        _switch_off_immutability,
    ),
    Act(
        "change_rules",
        "Change rules of immutable tags",
        "Somebody else's rules, between reading and writing.",
        (API, Arg("rules", "Rules, with spaces between", r"v1.* nightly"), PERSON),
        _change_rules,
    ),
    Act(
        "change_permission",
        "Change a team's permission",
        "Docker Hub does not log it.",
        (API, BACKEND, Arg("permission", "Permission", "admin", lambda _: list(PERMISSIONS)), PERSON),
        _change_permission,
    ),
    Act("support_change", "Docker's support changes something", "The actor is dockersupport.", (), _support),
    *trouble.ACTS,
)
