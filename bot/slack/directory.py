"""Who is who, asked of Slack and remembered for a short while."""

import time
from collections.abc import Callable
from functools import partial

from cachetools import TTLCache
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.governance.people import DirectoryUnavailable, Person
from bot.slack.client import TROUBLE, code_of, cursor_after
from bot.slack.remembering import remembered

REMEMBERED_SECONDS = 60
PEOPLE = 10_000
GROUPS = 1_000
UNKNOWN = frozenset({"user_not_found", "users_not_found", "user_not_visible", "no_such_subteam", "subteam_disabled"})


class SlackDirectory:
    """A `Directory` that asks Slack; events that Slack sends make it forget early.

    `team` is the bot's own workspace, once it is known: people of another one, in a shared channel, are guests.
    """

    def __init__(self, client: AsyncWebClient, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.team: str | None = None
        self._client = client
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
        """Everybody in the user group, at most a minute old."""
        return await remembered(self._groups, group, partial(self._ask_group, group))

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

    async def _channels(self, cursor: str) -> AsyncSlackResponse:
        try:
            return await self._client.conversations_list(
                types="public_channel,private_channel", exclude_archived=True, limit=1000, cursor=cursor or None
            )
        except TROUBLE as error:
            raise DirectoryUnavailable from error

    async def _ask_person(self, user: str) -> Person:
        """Somebody whom Slack does not know is nobody who may do anything."""
        try:
            entry = (await self._client.users_info(user=user))["user"]
        except SlackApiError as error:
            if code_of(error) not in UNKNOWN:
                raise DirectoryUnavailable from error
            return Person(id=user, name=user, is_active=False, is_guest=False, is_bot=False)
        except TROUBLE as error:
            raise DirectoryUnavailable from error
        is_foreign = self.team is not None and entry.get("team_id", self.team) != self.team
        return Person(
            id=user,
            name=entry.get("real_name") or entry.get("name") or user,
            is_active=not entry.get("deleted", False),
            is_guest=is_foreign or any(entry.get(k) for k in ("is_restricted", "is_ultra_restricted", "is_stranger")),
            is_bot=bool(entry.get("is_bot")),
            email=(entry.get("profile") or {}).get("email"),
            timezone=entry.get("tz") or "UTC",
        )

    async def _ask_group(self, group: str) -> frozenset[str]:
        """A user group that Slack does not know, or that is switched off, has nobody in it."""
        try:
            return frozenset((await self._client.usergroups_users_list(usergroup=group))["users"])
        except SlackApiError as error:
            if code_of(error) not in UNKNOWN:
                raise DirectoryUnavailable from error
            return frozenset()
        except TROUBLE as error:
            raise DirectoryUnavailable from error
