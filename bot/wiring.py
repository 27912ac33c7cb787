"""What the composition root builds in several steps: the delivery, Slack's surface, and the jobs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bot.alerts.limits import LimitWatch
from bot.doctor import OF_AN_ORGANIZATION, Examination, Process
from bot.governance.context import Context
from bot.governance.execution.claims import Claims
from bot.governance.execution.patience import LIMITED
from bot.governance.execution.waiting import tell_who_waits
from bot.governance.requests.expire import expire
from bot.governance.requests.homes import HomeWatch, note_shown, shown_digest
from bot.governance.requests.overview import home_facts
from bot.governance.requests.proposals import sweep_proposals
from bot.governance.requests.queries import by_number
from bot.governance.requests.read import sweep
from bot.governance.requests.reminding import call_approvers
from bot.governance.requests.traits import note_refused_block, refused_blocks
from bot.inbox.inbox import Inbox
from bot.intents.wishes import Vocabulary
from bot.jobs import Job, Run, timetable
from bot.operations import BY_NAME, OPERATIONS
from bot.outbox.delivery import Delivery
from bot.outbox.destination import SLACK, SLACK_HOME, slack_channel
from bot.outbox.posted import Posted
from bot.settings import Settings
from bot.slack.blocks import Block
from bot.slack.budget import Budget
from bot.slack.client import Client, find_channel, find_standing
from bot.slack.directory import SlackDirectory
from bot.slack.home_sender import Shown, SlackHome
from bot.slack.home_view import home_view
from bot.slack.links import Links
from bot.slack.manifest import COMMAND
from bot.slack.open_views import OpenViews
from bot.slack.refused import RefusedKinds
from bot.slack.rendering import Rendering
from bot.slack.replies import Replies
from bot.slack.sender import SlackSender
from bot.slack.surface import Surface
from bot.troubles import TroubleWatch


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels' ids, or the settings' names for them where Slack does not know those yet."""

    approvals: str
    alerts: str
    admins: str


def build_delivery(
    settings: Settings,
    context: Context,
    client: Client,
    *,
    channels: Channels,
    links: Links,
    posted: Posted,
    lease: timedelta,
) -> Delivery:
    """What brings every destination to what the outbox says. What changes in Slack shares one budget."""
    budget = Budget()
    sender = SlackSender(
        client,
        Rendering(view=partial(by_number, context), operations=BY_NAME, links=links),
        channel_ids={settings.slack_approvals_channel: channels.approvals},
        budget=budget,
        refused=refused_kinds(context),
    )
    home = SlackHome(client, build_homes(settings, context, links), budget=budget)
    return Delivery(
        database=context.database,
        senders={SLACK: sender, SLACK_HOME: home},
        administrators=slack_channel(channels.admins),
        lease=lease,
        clock=context.clock,
        posted=posted,
    )


def refused_kinds(context: Context) -> RefusedKinds:
    """What the workspace does not take, kept in the database."""
    database = context.database
    return RefusedKinds(partial(refused_blocks, database), partial(note_refused_block, database))


def build_homes(settings: Settings, context: Context, links: Links) -> Shown:
    """What people's homes show."""

    async def view(person: str) -> Block:
        facts = await home_facts(context, person, stale_after=stale_after(settings))
        return home_view(facts, BY_NAME, links)

    return Shown(view=view, digest=partial(shown_digest, context), note=partial(note_shown, context))


def stale_after(settings: Settings) -> timedelta:
    """After how long the audit log is said not to be read: several readings in a row have failed by then."""
    return timedelta(seconds=max(300, 3 * settings.audit_poll_seconds))


def build_surface(
    settings: Settings,
    context: Context,
    client: Client,
    *,
    directory: SlackDirectory,
    channels: Channels,
    links: Links,
    posted: Posted,
    inbox: Inbox,
    process: Process,
) -> Surface:
    """Slack, as its listeners see it."""
    replies = Replies(client, refused_kinds(context))
    examination = build_examination(settings, context, client, channels=channels, process=process)
    return Surface(
        context=context,
        vocabulary=Vocabulary(operations=OPERATIONS, organization=settings.dockerhub_organizations[0], command=COMMAND),
        organizations=settings.dockerhub_organizations,
        approvals_channel=channels.approvals,
        directory=directory,
        replies=replies,
        views=OpenViews(replies),
        inbox=inbox,
        links=links,
        posted=posted,
        doctor=examination.lights,
    )


def build_examination(
    settings: Settings, context: Context, client: Client, *, channels: Channels, process: Process
) -> Examination:
    """What looks whether everything is in order."""
    organization, token = settings.dockerhub_organizations[0], settings.dockerhub_token.get_secret_value()
    return Examination(
        database=context.database,
        hub=context.hub,
        policy=context.policy,
        directory=context.directory,
        standing=partial(find_standing, client, workspace=settings.slack_workspace),
        channel=partial(find_channel, client),
        channels={
            "Approvals channel": channels.approvals,
            "Alerts channel": channels.alerts,
            "Admin channel": channels.admins,
        },
        organizations=settings.dockerhub_organizations,
        clock=context.clock,
        of_organization=token.startswith(OF_AN_ORGANIZATION),
        refused=partial(context.capabilities.all_off, context.operations, organization),
        process=process,
    )


def build_jobs(
    settings: Settings,
    context: Context,
    *,
    channels: Channels,
    inbox: Inbox,
    claims: Claims,
    poll: Callable[[str], Awaitable[object]],
    learn_workspace: Run,
    know_people: Run,
) -> tuple[Job, ...]:
    """Everything that is done now and then; `poll` reads the audit log of the organization that it is given."""
    watch = LimitWatch(
        database=context.database,
        hub=context.hub,
        share=settings.rate_limit_warn_share,
        limited=LIMITED,
        destination=slack_channel(channels.alerts),
        clock=context.clock,
        wake=context.wake,
    )
    troubles = TroubleWatch(
        database=context.database,
        administrators=slack_channel(channels.admins),
        clock=context.clock,
        wake=context.wake,
    )
    polls: Mapping[str, Run] = {
        organization: partial(poll, organization) for organization in settings.dockerhub_organizations
    }
    return timetable(
        settings.audit_poll_seconds,
        poll_audit_logs=polls,
        note_rate_limits=watch.note,
        watch_rate_limits=watch.check,
        expire_requests=partial(expire, context),
        learn_workspace=learn_workspace,
        know_people=know_people,
        forget_answers=partial(sweep, context),
        forget_arrivals=inbox.sweep,
        forget_proposals=partial(sweep_proposals, context),
        tell_who_waits=partial(tell_who_waits, claims),
        watch_backlog=troubles.check,
        watch_homes=HomeWatch(context, stale_after(settings)).check,
        call_approvers=partial(call_approvers, context),
    )
