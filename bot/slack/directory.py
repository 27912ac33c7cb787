"""Who is who, asked of Slack and remembered for a short while."""

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeAlias

from cachetools import TTLCache
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.governance.people import DirectoryUnavailable, Person
from bot.slack.client import TROUBLE, code_of, cursor_after, find_standing
from bot.slack.remembering import remembered

REMEMBERED_SECONDS = 60
PEOPLE = 10_000
GROUPS = 1_000
UNKNOWN = frozenset({"user_not_found", "users_not_found", "user_not_visible", "no_such_subteam", "subteam_disabled"})
RESTRICTED = ("is_restricted", "is_ultra_restricted", "is_stranger")
MACHINES = ("is_bot", "is_workflow_bot", "is_connector_bot")

Hear: TypeAlias = Callable[[Iterable[Person]], Awaitable[None]]


async def hear_nothing(_people: Iterable[Person]) -> None:
    """Nobody keeps what Slack tells."""


class SlackDirectory:
    """A `Directory` that asks Slack; events that Slack sends make it forget early.

    `team` is the bot's own workspace, and `enterprise` the Grid organization that it is of, once they are known.
    People of neither, in a shared channel, are guests. `hear` is told of everybody whom Slack tells of.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        *,
        workspace: str | None = None,
        hear: Hear = hear_nothing,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.team: str | None = None
        self.enterprise: str | None = None
        self._client = client
        self._workspace = workspace
        self._hear = hear
        self._people: TTLCache[str, Person] = TTLCache(PEOPLE, REMEMBERED_SECONDS, timer=monotonic)
        self._groups: TTLCache[str, frozenset[str]] = TTLCache(GROUPS, REMEMBERED_SECONDS, timer=monotonic)

    async def person(self, user: str) -> Person:
        """The person, at most a minute old."""
        return await remembered(self._people, user, partial(self._ask_person, user))

    async def timezone(self, user: str) -> str:
        """The IANA name of the person's time zone; UTC where Slack does not say."""
        try:
            return (await self.person(user)).timezone
        except DirectoryUnavailable:
            return "UTC"

    async def members_of(self, group: str) -> frozenset[str]:
        """Everybody in the user group of the bot's workspace, at most a minute old."""
        return await remembered(self._groups, group, partial(self._ask_group, group))

    async def page_of_people(self, cursor: str = "") -> str:
        """Hear of a page of everybody in the workspace; answers what leads to the next one, empty after the last."""
        try:
            answer = await self._client.users_list(limit=200, cursor=cursor or None, team_id=await self.own_team())
        except TROUBLE as error:
            if cursor and isinstance(error, SlackApiError) and code_of(error) == "invalid_cursor":
                return await self.page_of_people()
            raise DirectoryUnavailable from error
        await self._hear([self._read_person(entry) for entry in answer["members"]])
        return cursor_after(answer)

    async def changed(self, entry: Mapping[str, Any]) -> None:
        """Slack says that somebody is new, or otherwise than before: `entry` is all of them, as in users.info."""
        if not entry.get("id"):
            return
        self.forget_person(str(entry["id"]))
        await self.own_team()
        await self._hear([self._read_person(entry)])

    def forget_person(self, user: str) -> None:
        """Slack says that the person has changed."""
        self._people.pop(user, None)

    def forget_group(self, group: str) -> None:
        """Slack says that the user group has changed."""
        self._groups.pop(group, None)

    async def channel_id(self, name: str) -> str | None:
        """The id of the channel with this name that the bot can see; raises `DirectoryUnavailable`."""
        cursor = ""
        while True:
            answer = await self._channels(cursor)
            for channel in answer["channels"]:
                if channel["name"] == name.removeprefix("#"):
                    return str(channel["id"])
            cursor = cursor_after(answer)
            if not cursor:
                return None

    async def own_team(self) -> str:
        """The bot's own workspace; raises `DirectoryUnavailable` where Slack does not say which that is."""
        if self.team is None:
            standing = await find_standing(self._client, workspace=self._workspace)
            if standing.team is None:
                raise DirectoryUnavailable
            self.team, self.enterprise = standing.team, standing.enterprise
        return self.team

    async def _channels(self, cursor: str) -> AsyncSlackResponse:
        try:
            return await self._client.conversations_list(
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=1000,
                cursor=cursor or None,
                team_id=await self.own_team(),
            )
        except TROUBLE as error:
            raise DirectoryUnavailable from error

    async def _ask_person(self, user: str) -> Person:
        """Somebody whom Slack does not know is nobody who may do anything."""
        await self.own_team()
        try:
            entry = (await self._client.users_info(user=user))["user"]
        except SlackApiError as error:
            if code_of(error) not in UNKNOWN:
                raise DirectoryUnavailable from error
            return Person(id=user, name=user, is_active=False, is_guest=False, is_bot=False)
        except TROUBLE as error:
            raise DirectoryUnavailable from error
        person = self._read_person({**entry, "id": user})
        await self._hear([person])
        return person

    def _read_person(self, entry: Mapping[str, Any]) -> Person:
        user, profile = str(entry["id"]), entry.get("profile") or {}
        is_foreign = bool(entry.get("is_stranger")) or homes_of(entry).isdisjoint({self.team, self.enterprise})
        return Person(
            id=user,
            name=entry.get("real_name") or profile.get("real_name") or entry.get("name") or user,
            is_active=not entry.get("deleted", False),
            is_guest=is_foreign or any(entry.get(key) for key in RESTRICTED),
            is_bot=any(entry.get(key) for key in MACHINES),
            email=profile.get("email") or None,
            timezone=entry.get("tz") or "UTC",
            is_foreign=is_foreign,
        )

    async def _ask_group(self, group: str) -> frozenset[str]:
        """A user group that the workspace does not have, or that is switched off, has nobody in it."""
        try:
            answer = await self._client.usergroups_users_list(usergroup=group, team_id=await self.own_team())
            return frozenset(answer["users"])
        except SlackApiError as error:
            if code_of(error) not in UNKNOWN:
                raise DirectoryUnavailable from error
            return frozenset()
        except TROUBLE as error:
            raise DirectoryUnavailable from error


def homes_of(entry: Mapping[str, Any]) -> frozenset[str]:
    """The workspaces and Grid organizations that somebody belongs to, as Slack's user object says it.

    A colleague's `team_id` can be another workspace of the organization, or the organization itself.
    https://docs.slack.dev/reference/objects/user-object
    """
    at_large = entry.get("enterprise_user") or {}
    named = (
        entry.get("team_id"),
        entry.get("enterprise_id"),
        at_large.get("enterprise_id"),
        *(entry.get("teams") or ()),
        *(at_large.get("teams") or ()),
    )
    return frozenset(str(each) for each in named if each)
