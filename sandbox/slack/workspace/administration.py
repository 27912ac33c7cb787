"""What a workspace's administrators do: people leave, channels come and go, user groups change."""

from collections.abc import Sequence

from sandbox.slack.parts import Parts
from sandbox.slack.transport.events import emit
from sandbox.slack.workspace.objects import show_channel, show_stranger, show_user, show_usergroup
from sandbox.slack.workspace.state import Channel, User, UserGroup, fresh_id


def make_channel(
    parts: Parts,
    name: str,
    members: Sequence[str],
    *,
    channel_id: str = "",
    is_private: bool = False,
    topic: str = "",
    external: bool = False,
) -> Channel:
    """Make a channel, shared with another company where it is `external`; the bot is in it where `members` says so."""
    made = Channel(channel_id or fresh_id("C"), name, topic=topic, is_private=is_private, members=list(members))
    made.creator, made.external = (made.members[0] if made.members else ""), external
    parts.workspace.add_channel(made)
    parts.feed.publish({"type": "channels"})
    if not is_private:
        shown = show_channel(made, parts.workspace)
        event = {"type": "channel_created", "channel": shown, "event_ts": parts.workspace.next_ts()}
        emit(parts, "channel_created", event, external=external)
    return made


def join_channel(parts: Parts, channel_id: str, user_id: str, *, inviter: str = "") -> None:
    """Bring somebody, or the bot, into a channel; `inviter` is who invited them."""
    channel = parts.workspace.channels[channel_id]
    if user_id in channel.members:
        return
    channel.members.append(user_id)
    parts.feed.publish({"type": "channels"})
    kind = {"channel_type": "G" if channel.is_private else "C", "team": parts.workspace.team.id}
    kind |= {"inviter": inviter} if inviter else {}
    event = {"type": "member_joined_channel", "user": user_id, "channel": channel_id, **kind}
    if parts.app.bot_user_id not in channel.members:
        return
    emit(parts, "member_joined_channel", {**event, "event_ts": parts.workspace.next_ts()}, external=channel.external)


def leave_channel(parts: Parts, channel_id: str, user_id: str) -> None:
    """Take somebody, or the bot, out of a channel."""
    channel = parts.workspace.channels[channel_id]
    channel.members.remove(user_id)
    parts.feed.publish({"type": "channels"})
    kind = {"channel_type": "G" if channel.is_private else "C", "team": parts.workspace.team.id}
    event = {"type": "member_left_channel", "user": user_id, "channel": channel_id, **kind}
    if parts.app.bot_user_id not in [*channel.members, user_id]:
        return
    emit(parts, "member_left_channel", {**event, "event_ts": parts.workspace.next_ts()}, external=channel.external)


def archive_channel(parts: Parts, channel_id: str) -> None:
    """Archive a channel, as the workspace's administrator."""
    parts.workspace.channels[channel_id].is_archived = True
    parts.feed.publish({"type": "channels"})
    event = {"type": "channel_archive", "channel": channel_id, "user": parts.workspace.administrator.id}
    emit(parts, "channel_archive", {**event, "event_ts": parts.workspace.next_ts()})


def set_group(parts: Parts, group_id: str, users: Sequence[str]) -> None:
    """Change who is in a user group."""
    workspace = parts.workspace
    group = workspace.usergroups[group_id]
    before, previous = group.users, group.updated
    group.users, group.updated = list(users), workspace.seconds()
    added = [one for one in group.users if one not in before]
    removed = [one for one in before if one not in group.users]
    parts.feed.publish({"type": "channels"})
    event = {
        "type": "subteam_members_changed",
        "subteam_id": group_id,
        "team_id": workspace.team.id,
        "date_previous_update": previous,
        "date_update": group.updated,
        "added_users": added,
        "added_users_count": len(added),
        "removed_users": removed,
        "removed_users_count": len(removed),
        "event_ts": workspace.next_ts(),
    }
    emit(parts, "subteam_members_changed", event)
    _emit_group(parts, group)


def deactivate_user(parts: Parts, user_id: str) -> User:
    """Deactivate somebody: out of the channels and groups, their open forms gone, the account kept."""
    user = parts.workspace.users[user_id]
    user.deleted = True
    parts.views.clear(user_id)
    for channel in parts.workspace.channels.values():
        if user_id in channel.members and channel.kind == "channel":
            channel.members.remove(user_id)
    for group in parts.workspace.usergroups.values():
        if user_id in group.users:
            set_group(parts, group.id, [one for one in group.users if one != user_id])
    parts.feed.publish({"type": "channels"})
    _emit_user(parts, "user_change", user)
    return user


def change_address(parts: Parts, user_id: str, email: str) -> User:
    """Give somebody another e-mail address."""
    user = parts.workspace.users[user_id]
    user.email = email
    _emit_user(parts, "user_change", user)
    return user


def let_in(parts: Parts, user: User) -> User:
    """Somebody new comes into the workspace."""
    parts.workspace.add_user(user)
    parts.feed.publish({"type": "channels"})
    _emit_user(parts, "team_join", user)
    return user


def _emit_user(parts: Parts, name: str, user: User) -> None:
    shown = show_user(user, parts.workspace, with_email="users:read.email" in parts.app.scopes, with_locale=True)
    shown |= show_stranger(user, parts.workspace, parts.app.bot_user_id)
    stamp = {"cache_ts": parts.workspace.seconds()} if name == "user_change" else {}
    emit(parts, name, {"type": name, "user": shown, **stamp})


def _emit_group(parts: Parts, group: UserGroup) -> None:
    shown = show_usergroup(group, parts.workspace, with_users=True, with_count=True)
    emit(parts, "subteam_updated", {"type": "subteam_updated", "subteam": shown, "event_ts": parts.workspace.next_ts()})
