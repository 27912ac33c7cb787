"""The composition root: builds everything, starts it in order, and stops it in reverse."""

import asyncio
import os
import socket as system_socket
import uuid
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial

import aiohttp
import structlog

from bot.alerts.poller import AuditLogPoller
from bot.alerts.told import undoing
from bot.clock import REAL, Clock
from bot.configuration import build_hub, read_alert_rules, read_outside, read_policy
from bot.db import claims, messages, workspaces
from bot.db.batches import until_none_is_left
from bot.db.migrate import upgrade
from bot.db.session import Database, Session
from bot.db.sole_use import sole_use
from bot.doctor import Process
from bot.errors import ConfigurationError
from bot.governance.addresses import Acquaintance
from bot.governance.context import Context
from bot.governance.execution.executor import Executor
from bot.governance.greetings import greet_administrators
from bot.governance.judge import judge_claim
from bot.governance.people import DirectoryUnavailable
from bot.governance.ties import learn_ties
from bot.health import Health
from bot.heartbeats import Heartbeats
from bot.inbox.inbox import Inbox
from bot.jobs import Timetable, audit_log_job
from bot.leases import Leases
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.capabilities import Capabilities
from bot.outbox.posted import Posted
from bot.sandbox_clock import SandboxClock
from bot.settings import Settings
from bot.slack.app import KINDS, build_app
from bot.slack.arrivals import SlackDesk
from bot.slack.client import Standing, build_client, find_standing
from bot.slack.conversations import is_channel_id
from bot.slack.courier import SlackCourier
from bot.slack.directory import SlackDirectory
from bot.slack.links import Links
from bot.slack.roll import Roll
from bot.slack.socket import SocketMode
from bot.vitals import Vitals
from bot.wiring import Channels, build_delivery, build_jobs, build_surface
from bot.worker import Bell, Crew, Worker

log = structlog.stdlib.get_logger(__name__)

HTTP_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10)
DRAIN_SECONDS = 20.0


class Hubwarden:
    """The running bot. Tests move the clock's `now`; a sandbox does where the settings name its clock."""

    def __init__(self, settings: Settings, *, clock: Clock = REAL) -> None:
        self.settings = settings
        self._clock = clock
        self._is_stopping = False
        self._is_started = False
        self._belongs = False
        self._closing = AsyncExitStack()
        self._links, self._posted = Links(), Posted()
        self._bell = Bell(self._wake_workers)
        self.heartbeats = Heartbeats(settings.dockerhub_max_wait_seconds)
        self._policy = read_policy(settings)
        self._alert_rules = read_alert_rules(settings)
        self._outside = read_outside(settings)
        # A container's restart keeps host name and process id; whoever comes back must not hold the old claims.
        self.name = f"{system_socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"

    async def start(self) -> None:
        """Start everything; what can be wrong with the configuration raises `ConfigurationError`."""
        try:
            await self._start()
        except BaseException:
            await self._closing.aclose()
            raise

    async def _start(self) -> None:
        settings = self.settings
        self._is_alone = self._closing.enter_context(sole_use(settings.database_url))
        await asyncio.to_thread(upgrade, settings.database_url)
        self.database = Database(settings.database_url)
        self._closing.push_async_callback(self.database.close)
        self._session = await self._closing.enter_async_context(self._outside.session(timeout=HTTP_TIMEOUT))
        self.client = build_client(settings.slack_bot_token, url=settings.slack_api_url, session=self._session)
        acquaintance = Acquaintance(database=self.database, clock=REAL)
        self.directory = SlackDirectory(self.client, workspace=settings.slack_workspace, hear=acquaintance.hear_of)
        await self._check_slack()
        await self._follow_sandbox()
        self.hub = build_hub(settings, now=self._clock.now)
        self._closing.push_async_callback(self.hub.close)
        await self._build_use_cases()
        self._build_slack()
        self._build_jobs()
        self._build_health()
        self._watch_loops()
        await self._start_health()
        # Whom a listener or a job wakes has to stand before either begins.
        await self._start_workers()
        await self.socket.start()
        await self._leases.start(alone=self._is_alone)
        self._timetable.start()
        if await greet_administrators(self.context):
            self.wake()
        self._is_started = True
        log.info("hubwarden.started", health_port=self.health.bound_port)

    async def _start_workers(self) -> None:
        """Begin the work; where nobody else uses the database, what is claimed in it is nobody's."""
        if self._is_alone:
            async with self.database.begin() as session:
                await messages.release_all(session)
                await claims.end_all(session, real_now=self._clock.real())
        self._inbox.start(SlackDesk(self.surface, KINDS))
        for worker in (*self._workers, self._intake):
            worker.start()

    async def _follow_sandbox(self) -> None:
        """Take the business time from a sandbox where the settings name one; everything is built after that."""
        if self.settings.sandbox_clock_url is not None:
            url = self.settings.sandbox_clock_url
            followed = SandboxClock(url, session=self._session, on_move=self.time_moved)
            await followed.start()
            self._closing.push_async_callback(followed.stop)
            self._clock = Clock(now=followed.now)
            log.warning("sandbox_clock.followed", url=url)

    async def _start_health(self) -> None:
        try:
            await self.health.start()
        except OSError as error:
            where = f"{self.settings.health_host}:{self.settings.health_port}"
            problem = f"HEALTH_PORT: nothing can listen at {where} ({error.strerror}). Choose another port."
            raise ConfigurationError([problem]) from None
        finally:
            self._closing.push_async_callback(self.health.stop)

    async def wait_ready(self) -> None:
        """Return once Slack has said hello."""
        await self.socket.wait_ready()
        log.info("hubwarden.ready")

    async def stop(self) -> None:
        """Take no new work, end what runs, and close everything."""
        log.info("hubwarden.stopping")
        self._is_stopping = True
        # First what brings work, then what does it, and last what both need.
        await self._timetable.stop(DRAIN_SECONDS)
        await self._leases.stop()
        await self.socket.stop()
        await self._intake.stop(DRAIN_SECONDS)
        await self._inbox.drain(DRAIN_SECONDS)
        await asyncio.gather(*(worker.stop(DRAIN_SECONDS) for worker in self._workers))
        await self._closing.aclose()
        log.info("hubwarden.stopped")

    def wake(self) -> None:
        """Something was committed: the workers look."""
        self._bell.pull()

    def _wake_workers(self) -> None:
        self._crew.wake()
        self._delivery.wake()

    def time_moved(self) -> None:
        """The business time has jumped: what became due is done at once."""
        if self._is_started and not self._is_stopping:
            self._timetable.run_now()
            self.wake()

    async def _check_slack(self) -> None:
        """A refused token ends the start; a Slack that does not answer is waited for by everything else."""
        standing = await find_standing(self.client, workspace=self.settings.slack_workspace)
        if standing.is_refused:
            raise ConfigurationError([f"SLACK_BOT_TOKEN: {standing.problem}"])
        if standing.problem:
            log.warning("slack.not_checked", problem=standing.problem)
        await self._belong(standing)

    async def _belong(self, standing: Standing) -> None:
        """Once Slack has said which workspace it is: new rows are its own, and so are those that have none yet."""
        if standing.team is None:
            return
        self.directory.team, self.directory.enterprise = standing.team, standing.enterprise
        self._links.base = standing.url
        self._belongs = True
        self.database.belong_to(standing.team)
        step = partial(workspaces.adopt_some, workspace=standing.team)
        await until_none_is_left(self.database.begin, step)

    async def learn_workspace(self) -> None:
        """Ask Slack again which workspace it is, where it did not say so at the start."""
        if not self._belongs:
            await self._belong(await find_standing(self.client, workspace=self.settings.slack_workspace))

    async def know_people(self) -> None:
        """Hear of everybody in Slack and, after each round, tie Docker IDs to those whose address they have."""
        if await self._roll.call():
            await learn_ties(self.context)

    async def _build_use_cases(self) -> None:
        settings = self.settings
        self._channels = Channels(
            approvals=await self._channel(settings.slack_approvals_channel),
            alerts=await self._channel(settings.slack_alerts_channel),
            admins=await self._channel(settings.slack_admin_channel),
        )
        capabilities = Capabilities(self._clock.now)
        self.context = Context(
            database=self.database,
            hub=self.hub,
            policy=self._policy,
            directory=self.directory,
            operations=BY_NAME,
            organizations=settings.dockerhub_organizations,
            approvals_channel=self._channels.approvals,
            admin_channel=self._channels.admins,
            clock=self._clock,
            wake=self.wake,
            capabilities=capabilities,
        )
        self._build_workers(capabilities)

    def _build_workers(self, capabilities: Capabilities) -> None:
        settings = self.settings
        lease = timedelta(seconds=settings.execution_lease_seconds)
        executor = Executor(
            name=self.name,
            database=self.database,
            hub=self.hub,
            operations=BY_NAME,
            courier=SlackCourier(self.client),
            capabilities=capabilities,
            lease=lease,
            clock=self._clock,
            wake=self.wake,
            judge=partial(judge_claim, self.context),
            is_stopping=lambda: self._is_stopping,
        )
        self._claims = executor.claims
        numbers = range(1, settings.executions_at_once + 1)
        self._crew = Crew([self._execution_worker(executor, number) for number in numbers])
        delivery = build_delivery(
            settings,
            self.context,
            self.client,
            channels=self._channels,
            links=self._links,
            posted=self._posted,
            lease=lease,
        )
        self._delivery = Worker("delivery", delivery.step, rest_seconds=2.0)
        self._workers = [*self._crew.workers, self._delivery]
        self._inbox = Inbox(
            database=self.database, name=self.name, lease=lease, clock=self._clock, alone=self._is_alone
        )
        self._intake = Worker("inbox", self._inbox.step, rest_seconds=lease.total_seconds() / 3)

    def _execution_worker(self, executor: Executor, number: int) -> Worker:
        """One of those who do requests side by side: with a name of its own, or a claim would be two workers' claim."""

        def beat() -> None:
            worker.beat()

        own = replace(executor, name=f"{self.name}/{number}", beat=beat)
        rest_seconds = min(5.0, executor.lease.total_seconds() / 2)
        worker = Worker(f"executions/{number}", own.step, rest_seconds=rest_seconds)
        return worker

    def _build_slack(self) -> None:
        self.surface = build_surface(
            self.settings,
            self.context,
            self.client,
            directory=self.directory,
            channels=self._channels,
            links=self._links,
            posted=self._posted,
            inbox=self._inbox,
            process=Process(ailments=self._ailments, is_connected=lambda: self.socket.is_ready),
        )
        app = build_app(self.client, self.surface)
        self.socket = SocketMode(
            app,
            self.settings.slack_app_token.get_secret_value(),
            acknowledging=self._inbox.acknowledging,
            outside=self._outside,
        )

    def _build_jobs(self) -> None:
        self._roll = Roll(self.directory)
        self.poller = self._build_poller()
        jobs = build_jobs(
            self.settings,
            self.context,
            channels=self._channels,
            inbox=self._inbox,
            claims=self._claims,
            poll=self.poller.poll,
            learn_workspace=self.learn_workspace,
            know_people=self.know_people,
        )
        self._leases = Leases(
            self.database, holder=self.name, names=[job.name for job in jobs if job.leased], gained=self._lease_gained
        )
        self._timetable = Timetable(jobs, holds=self._leases.holds)

    def _build_poller(self) -> AuditLogPoller:
        return AuditLogPoller(
            database=self.database,
            hub=self.hub,
            begin=self._begin_poll,
            rules=self._alert_rules,
            alerts_channel=self._channels.alerts,
            admin_channel=self._channels.admins,
            own_actor=self.settings.dockerhub_username,
            whose=self._policy.whose,
            inverse=undoing(OPERATIONS),
            overlap=timedelta(seconds=self.settings.audit_overlap_seconds),
            now=self._clock.now,
            wake=self.wake,
        )

    def _begin_poll(self, organization: str) -> AbstractAsyncContextManager[Session]:
        return self._leases.begin(audit_log_job(organization))

    def _lease_gained(self, name: str) -> None:
        """What another replica did until now is ours, and may be overdue."""
        if self._is_started and not self._is_stopping:
            self._timetable.run_now(name)

    def _build_health(self) -> None:
        self._vitals = Vitals(
            name=self.name,
            database=self.database,
            hub=self.hub,
            heartbeats=self.heartbeats,
            timetable=self._timetable,
            socket=self.socket,
            clock=self._clock,
            organizations=self.settings.dockerhub_organizations,
        )
        self.health = Health(
            host=self.settings.health_host,
            port=self.settings.health_port,
            ailments=self._vitals.ailments,
            checks=self._vitals.checks,
            providers=self._vitals.providers,
        )

    def _ailments(self) -> Sequence[str]:
        """What a restart would mend."""
        return self._vitals.ailments()

    def _watch_loops(self) -> None:
        """Whatever goes round in this process shows a sign of life."""
        for worker in (*self._workers, self._intake):
            self.heartbeats.add(worker.heartbeat)
        for part in (self._inbox, self._leases, self._timetable, self.socket):
            part.watch(self.heartbeats)

    async def _channel(self, given: str) -> str:
        """The channel's id where it was given by name; the name itself where Slack does not know it yet."""
        if is_channel_id(given):
            return given
        try:
            found = await self.directory.channel_id(given)
        except DirectoryUnavailable:
            log.warning("channel.unresolved", channel=given)
            return given
        if found is None:
            log.warning("channel.unknown", channel=given)
        return found or given
