"""Reads a world from a YAML file, and holds what it says together: nobody is named who is not there."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from sandbox.documents import DocumentError, read_document, validated
from sandbox.world.model import World, bot_account


def read_world(path: Path, *, app: str) -> World:
    """The world in a file; what it does not say of the bot's Docker Hub account follows from the app's name.

    Raises DocumentError with a sentence for each thing that is wrong.
    """
    found = read_document(path)
    given = found.get("bot", {})
    if isinstance(given, dict):
        found["bot"] = {**bot_account(str(found.get("organization", "")), app), **given}
    world = validated(World, found, source=path.name)
    if problems := [f"{path.name}: {each}" for each in contradictions(world)]:
        raise DocumentError(problems)
    return world


def contradictions(world: World) -> Iterator[str]:
    """A sentence for each name that stands twice, and for each that names nothing."""
    yield from _twice(world)
    yield from _unknown_people(world)
    yield from _unknown_teams(world)
    yield from _misplaced(world)
    if not any(not person.deactivated and person.kind != "bot" for _, person in world.in_slack):
        yield "people has nobody with a Slack account that is not deactivated."


def _twice(world: World) -> Iterator[str]:
    named = {
        "people, by handle": [person.handle for person in world.people],
        "people, by e-mail address": [person.email.lower() for person in world.people],
        "people, by slack_id": [person_id for person_id, _ in world.in_slack],
        "people and bot, by docker_id": [*(username for username, _ in world.in_docker_hub), world.bot.username],
        "channels, by name": [channel.name for channel in world.channels],
        "channels, by id": [channel.id for channel in world.channels],
        "user_groups, by handle": [group.handle for group in world.user_groups],
        "user_groups, by id": [group.id for group in world.user_groups],
        "teams": [team.name for team in world.teams],
        "repositories": [repository.name for repository in world.repositories],
    }
    for what, names in named.items():
        for name, count in Counter(names).items():
            if count > 1:
                yield f"“{name}” stands {count} times among {what}."


def _misplaced(world: World) -> Iterator[str]:
    """Where nobody can be: a single-channel guest in two channels, another company where nothing is shared."""
    for _, person in world.in_slack:
        there = [channel for channel in world.channels if person.handle in (channel.members or ())]
        if person.kind == "single_channel_guest" and len(there) > 1:
            yield f"“{person.handle}” is a single-channel guest, and is named in {len(there)} channels."
        for channel in there:
            if person.kind == "external" and not channel.external:
                yield f"“{person.handle}” is of another company, and channels, {channel.name} is not external."


def _unknown_people(world: World) -> Iterator[str]:
    handles = [person.handle for _, person in world.in_slack]
    for channel in world.channels:
        yield from _missing(f"channels, {channel.name}", channel.members or (), among=handles, what="Slack handles")
    for group in world.user_groups:
        yield from _missing(f"user_groups, {group.handle}", group.members, among=handles, what="Slack handles")
    for team in world.teams:
        yield from _missing(f"teams, {team.name}", team.members, among=world.members, what="members by Docker ID")
    owners = [*world.members, world.bot.username]
    for invite in world.invites:
        inviter = [] if invite.inviter is None else [invite.inviter]
        yield from _missing(f"invites, {invite.invitee}", inviter, among=owners, what="members by Docker ID")


def _unknown_teams(world: World) -> Iterator[str]:
    teams = [team.name for team in world.teams]
    for repository in world.repositories:
        yield from _missing(f"repositories, {repository.name}", repository.teams, among=teams, what="teams")
    for invite in world.invites:
        team = [invite.team] if invite.team else []
        yield from _missing(f"invites, {invite.invitee}", team, among=[*teams, "owners"], what="teams")


def _missing(place: str, names: Iterable[str], *, among: Iterable[str], what: str) -> Iterator[str]:
    there = list(among)
    for name in names:
        if name not in there:
            yield f"{place}: there is no “{name}”; there are the {what} {', '.join(there) or '(none)'}."
