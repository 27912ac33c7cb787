"""Whether everything is in order: a light for each part, and the way out where it is not."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from bot.clock import Clock
from bot.db import backlog, hub_events, traits
from bot.db.session import DATABASE_AWAY, Database, cause_of
from bot.governance.approval.principals import Principal
from bot.governance.events_heard import HEARD
from bot.governance.hub_errors import sentence
from bot.governance.people import Directory, DirectoryUnavailable
from bot.governance.policy import Policy
from bot.hub import Hub, HubError, UnauthorizedError
from bot.lights import Light, Look, look_at
from bot.operations.audit_log import AUDIT_LOGS
from bot.operations.repositories.repositories import REPOSITORIES
from bot.operations.teams.teams import TEAMS
from bot.slack.client import ChannelStanding, Standing
from bot.slack.features import feature_lights

# An organization's access token, as Docker writes them: https://docs.docker.com/enterprise/security/access-tokens/
OF_AN_ORGANIZATION = "dckr_oat_"
# Slack refuses nothing for a clock that is a little off; what expires and what is dated does so by ours.
CLOCK_SECONDS = 30.0
LATE = timedelta(minutes=10)
POLL_LATE = timedelta(minutes=15)
ASK_OWNER = "Ask an owner of the organization."
LOOK_AT_LOG = "Look at the log of each replica, and at /readyz and /metrics."
APP_TOKEN = "Look at SLACK_APP_TOKEN, and whether Socket Mode is on in the app's settings."  # noqa: S105  a sentence
SEE_PRIVATE = (
    "Make a new organization access token with the scope “Repositories: list” (scope-repository-list) where it shall "
    "see private ones, and put it into DOCKERHUB_TOKEN."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """The running bot, as far as it knows itself: what hangs in it, and whether Slack's socket is open."""

    ailments: Callable[[], Sequence[str]]
    is_connected: Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What is looked at, by the bot itself or, where there is no `process`, from outside.

    `standing` asks Slack how the bot stands with it, and `channel` how with a channel. `channels` has each one's
    setting with what that says; `refused` what Docker Hub does not let us use at the moment, and why. From outside,
    `socket` asks Slack whether it would open one, and answers None or what it says.
    """

    database: Database | None
    hub: Hub
    policy: Policy | None
    directory: Directory
    standing: Callable[[], Awaitable[Standing]]
    channel: Callable[[str], Awaitable[ChannelStanding]]
    channels: Mapping[str, str]
    organizations: Sequence[str]
    clock: Clock
    of_organization: bool = False
    refused: Callable[[], Mapping[str, str]] = field(default=dict)
    process: Process | None = None
    socket: Callable[[], Awaitable[str | None]] | None = None

    async def lights(self) -> Sequence[Light]:
        """Every light; what cannot be looked at is a red one."""
        looks: list[tuple[str, Look]] = [("Slack", self._slack), ("Slack's and our clock", self._time)]
        looks += [(each, partial(self._channel, each, name)) for each, name in self.channels.items()]
        looks += [(hub_name(each), partial(self._hub, each)) for each in self.organizations]
        looks += [(log_name(each), partial(self._log, each)) for each in self.organizations]
        if self.policy is not None:
            looks.append(("Approvers", partial(self._approvers, self.policy)))
        if self.database is not None:
            looks += [("Database", partial(self._database, self.database))]
        if self.process is not None:
            looks.append(("Docker Hub's plan", self._plan))
            looks += [
                ("Workers", partial(self._workers, self.process)),
                ("Socket", partial(self._socket, self.process)),
            ]
        if self.socket is not None:
            looks.append(("Socket", partial(self._would_open, self.socket)))
        return (*await look_at(looks), *await self._features())

    async def _slack(self) -> Light:
        standing = await self.standing()
        if standing.problem:
            return Light("Slack", "red", standing.problem, "Look at SLACK_BOT_TOKEN, and at Slack's status.")
        return Light("Slack", "green", "It takes the bot's token.")

    async def _time(self) -> Light:
        """By the date of Slack's answer; where it has none, nothing is said."""
        name = "Slack's and our clock"
        off = (await self.standing()).clock_off
        if off is None:
            return Light(name, "off", "Slack does not say what time it is.")
        if abs(off) > CLOCK_SECONDS:
            way = "ahead of" if off > 0 else "behind"
            said = f"This machine is {abs(off):,.0f} seconds {way} Slack, so requests expire at the wrong time."
            return Light(name, "red", said, "Let it take the time from a server, as with chrony or systemd-timesyncd.")
        return Light(name, "green", "They agree.")

    async def _channel(self, name: str, given: str) -> Light:
        found = await self.channel(given)
        if found.problem:
            return Light(name, "red", f"{given}: {found.problem}.", "Mend the setting, or invite Hubwarden there.")
        if found.is_shared:
            said = f"{given} is shared with another company, whose people read everything in it."
            return Light(name, "yellow", said, "Take another channel, unless that is meant.")
        return Light(name, "green", "Hubwarden is in it.")

    async def _hub(self, organization: str) -> Light:
        name = hub_name(organization)
        try:
            if not self.of_organization:
                await self.hub.get(TEAMS, query={"page_size": "1"}, organization=organization)
                return Light(name, "green", "Docker Hub takes the credential.")
            query = {"page_size": "100"}
            answer = (await self.hub.get(REPOSITORIES, query=query, organization=organization)).data
        except HubError as error:
            return Light(name, "red", sentence(error), "Look at DOCKERHUB_USERNAME, DOCKERHUB_TOKEN and its scopes.")
        rows = answer.get("results", ()) if isinstance(answer, Mapping) else ()
        if any(row.get("is_private") for row in rows):
            return Light(name, "green", "Docker Hub takes the organization's token, and shows private repositories.")
        said = (
            "With the organization's token, Docker Hub shows no private repository. Either there is none, or the token "
            "lacks scope-repository-list: then it shows public ones only, and says nothing."
        )
        return Light(name, "yellow", said, SEE_PRIVATE)

    async def _log(self, organization: str) -> Light:
        """From outside it is asked for; from inside we know when it was last read."""
        name = log_name(organization)
        try:
            if self.process is None or self.database is None:
                await self.hub.get(AUDIT_LOGS, query={"page_size": "1"}, organization=organization)
                return Light(name, "green", "Docker Hub shows it.")
            async with self.database.reading() as session:
                read = (await hub_events.polled(session, (organization,))).get(organization)
            if read is not None and self.clock.now() - read <= POLL_LATE:
                return Light(name, "green", f"Read {ago(self.clock.now() - read)} ago.")
            await self.hub.get(AUDIT_LOGS, query={"page_size": "1"}, organization=organization)
        except UnauthorizedError as error:
            way = f"It needs a Team or Business plan and an owner's token, or scope-activity-read. {ASK_OWNER}"
            return Light(name, "off", f"No alerts come: {sentence(error)}", way)
        except HubError as error:
            return Light(name, "red", f"No alerts come: {sentence(error)}", LOOK_AT_LOG)
        when = f"{ago(self.clock.now() - read)} ago" if read else "never"
        return Light(name, "yellow", f"It was read {when}, though Docker Hub shows it.", LOOK_AT_LOG)

    async def _plan(self) -> Light:
        refused = self.refused()
        if not refused:
            return Light("Docker Hub's plan", "green", "Nothing that was used in the last hour was refused.")
        said = "; ".join(f"{what}: {why}" for what, why in sorted(refused.items()))
        way = f"Upgrade the plan, or give the account the role that it takes; then wait an hour. {ASK_OWNER}"
        return Light("Docker Hub's plan", "off", said, way)

    async def _approvers(self, policy: Policy) -> Light:
        wrong = []
        try:
            for rule in policy.rules:
                if not rule.approvals:
                    continue
                able = await able_to_decide(rule.approvers.principals, self.directory, enough=rule.approvals)
                if able < rule.approvals:
                    wrong.append(f"“{rule.name}” needs {rule.approvals}, and {able or 'nobody'} can give one")
        except DirectoryUnavailable:
            return Light("Approvers", "yellow", "Slack does not say who they are at the moment.", "Try again.")
        if wrong:
            way = "Fill the user groups in Slack, or name others in the policy. Guests and bots do not count."
            return Light("Approvers", "red", f"Some approvals cannot be given: {'; '.join(wrong)}.", way)
        return Light("Approvers", "green", "Every rule has enough people who can approve.")

    async def _database(self, database: Database) -> Light:
        try:
            await database.ping()
            async with database.reading() as session:
                _, message = await backlog.undelivered(session)
                approved = await backlog.oldest_approved(session)
        except DATABASE_AWAY as error:
            return Light("Database", "red", f"It does not answer: {cause_of(error)}.", "Look whether it runs.")
        late = [each for each in (message, approved) if each and self.clock.now() - each > LATE]
        if late:
            waits = ago(self.clock.now() - min(late))
            return Light("Database", "yellow", f"It answers, and something has waited for {waits} in it.", LOOK_AT_LOG)
        return Light("Database", "green", "It answers, and nothing waits too long in it.")

    async def _workers(self, process: Process) -> Light:
        if ailing := process.ailments():
            return Light("Workers", "red", f"{'; '.join(ailing)}.", "Start this replica anew.")
        return Light("Workers", "green", "All of them show signs of life.")

    async def _socket(self, process: Process) -> Light:
        if not process.is_connected():
            return Light("Socket", "red", "Slack has not said hello to this replica.", APP_TOKEN)
        return Light("Socket", "green", "Slack's socket is open.")

    async def _would_open(self, ask: Callable[[], Awaitable[str | None]]) -> Light:
        if problem := await ask():
            return Light("Socket", "red", problem, APP_TOKEN)
        return Light("Socket", "green", "Slack would open one.")

    async def _features(self) -> Sequence[Light]:
        standing = await self.standing()
        if standing.problem:
            return ()
        return tuple(feature_lights(standing.scopes, heard=await self._heard()))

    async def _heard(self) -> frozenset[str] | None:
        """The events that Slack has ever told of; None from outside, and where the database is away."""
        if self.database is None or self.process is None:
            return None
        try:
            async with self.database.reading() as session:
                known = await traits.beginning(session, HEARD)
        except DATABASE_AWAY:
            return None
        return frozenset(name.removeprefix(HEARD) for name in known)


def hub_name(organization: str) -> str:
    """The light of Docker Hub's credential."""
    return f"Docker Hub, {organization}"


def log_name(organization: str) -> str:
    """The light of an audit log."""
    return f"Audit log, {organization}"


async def able_to_decide(principals: Sequence[Principal], directory: Directory, *, enough: int) -> int:
    """How many of them may decide, at most as many as are enough; raises `DirectoryUnavailable`."""
    seen: set[str] = set()
    able = 0
    for principal in principals:
        for person in sorted(await principal.people(directory) - seen):
            seen.add(person)
            able += (await directory.person(person)).may_decide
            if able >= enough:
                return able
    return able


def ago(age: timedelta) -> str:
    """`3 minutes`, `1 second`."""
    seconds = max(0, int(age.total_seconds()))
    number, unit = next(
        (seconds // size, unit)
        for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
        if seconds >= size or size == 1
    )
    return f"{number:,} {unit}{'' if number == 1 else 's'}"
