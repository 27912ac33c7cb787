"""What the listeners may call: the use cases, and how to answer the person who asked."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.errors import UserError
from bot.governance.context import Context
from bot.operations.kit.base import Document, Operation
from bot.slack.answers import error_message, help_message, said
from bot.slack.cards import Content, section
from bot.slack.client import code_of
from bot.slack.directory import SlackDirectory
from bot.slack.text import fit

log = structlog.stdlib.get_logger(__name__)

SORRY = (
    "Something went wrong in Hubwarden, and its log says what. If you asked for a change, "
    "look for its card before you ask again."
)


class Tasks:
    """Work that outlives a listener: at most `limit` at once, counted, so that a stop can wait for it."""

    def __init__(self, limit: int = 64) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(limit)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Start the work; its errors are its own to handle."""
        task = asyncio.get_running_loop().create_task(self._limited(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def drain(self, seconds: float) -> None:
        """Wait for what is running, at most so long; then end it."""
        if not self._running:
            return
        _, late = await asyncio.wait(set(self._running), timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _limited(self, work: Coroutine[Any, Any, None]) -> None:
        async with self._slots:
            await work


@dataclass(frozen=True, slots=True)
class Person:
    """Who is to be answered, and where: alone, through `response_url` where there is one, else in a direct message."""

    user: str
    channel: str | None = None
    response_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that a listener needs."""

    context: Context
    operations: Sequence[Operation]
    organizations: tuple[str, ...]
    approvals_channel: str
    directory: SlackDirectory
    client: AsyncWebClient
    tasks: Tasks = field(default_factory=Tasks)

    def operation(self, name: str) -> Operation:
        """The operation with this name."""
        return self.context.operations[name]

    def help(self, topic: str) -> Content:
        """What there is, and what of it Docker Hub does not offer."""
        off = self.context.capabilities.all_off(self.context.operations, self.organizations[0])
        return help_message(self.operations, topic, self.organizations, off)

    async def answer(self, person: Person, content: Content, *, replace: bool = False) -> None:
        """Say it to this person alone; where the short-lived address is spent, in a direct message."""
        if person.response_url and await self._respond(person.response_url, content, replace=replace):
            return
        # Blocks can be refused, and a connection can break: an answer that comes twice is better than none.
        for blocks in (list(content.blocks), [section(fit(content.text, 2990))]):
            try:
                await self.client.chat_postMessage(channel=person.user, text=content.text, blocks=blocks)
            except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
                log.warning("answer.undeliverable", user=person.user, error=short(error))
            else:
                return

    async def _respond(self, url: str, content: Content, *, replace: bool) -> bool:
        webhook = AsyncWebhookClient(url, session=self.client.session)
        for blocks in (list(content.blocks), [section(fit(content.text, 2990))]):
            try:
                answer = await webhook.send(
                    text=content.text, blocks=blocks, response_type="ephemeral", replace_original=replace
                )
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                log.info("answer.response_url_failed", error=short(error))
                return False
            if answer.status_code == 200:
                return True
            log.info("answer.response_url_refused", status=answer.status_code, body=answer.body[:200])
            if "blocks" not in answer.body:
                return False
        return False

    async def timezone(self, user: str) -> str:
        """The IANA name of the person's time zone; UTC where Slack does not say."""
        try:
            return (await self.directory.person(user)).timezone
        except UserError:
            return "UTC"

    async def send_file(self, user: str, document: Document) -> None:
        """Give a file to this person alone, in the direct messages; raises `UserError` where Slack does not take it."""
        try:
            channel = (await self.client.conversations_open(users=user))["channel"]["id"]
            await self.client.files_upload_v2(
                channel=channel, filename=document.name, title=document.name, content=document.content
            )
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            # A refused upload is no SlackApiError.
            raise UserError(f"Slack did not take the file {document.name} ({short(error)}).") from None

    async def open_view(self, trigger: str, view: dict[str, Any], person: Person) -> str | None:
        """Open a form and answer its id; where Slack's three seconds are over, say so to the person instead."""
        try:
            opened = await self.client.views_open(trigger_id=trigger, view=view)
        except SlackApiError as error:
            code = code_of(error)
            log.warning("view.not_opened", error=code)
            text = "Slack was slow, and its form can no longer be opened. Please try once more."
            await self.answer(person, said(text if "trigger" in code else f"Slack did not open the form: {code}."))
            return None
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("view.not_opened", error=short(error))
            await self.answer(person, said("Slack could not be reached to open the form. Please try once more."))
            return None
        return str(opened["view"]["id"])

    async def update_view(self, view_id: str, view: dict[str, Any]) -> bool:
        """Change an open form; False where the person has closed it."""
        try:
            await self.client.views_update(view_id=view_id, view=view)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.info("view.not_updated", error=short(error))
            return False
        return True

    def run(self, work: Coroutine[Any, Any, None], person: Person) -> None:
        """Do the work beside the listener; an error ends as a sentence for the person who caused it."""
        self.tasks.spawn(self._guarded(work, person))

    async def _guarded(self, work: Coroutine[Any, Any, None], person: Person) -> None:
        with structlog.contextvars.bound_contextvars(user=person.user):
            try:
                await work
            except UserError as error:
                await self.answer(person, error_message(error))
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("listener.failed")
                await self.answer(person, said(SORRY))


def short(error: Exception) -> str:
    """An error for the log: Slack's code, or what kind it is."""
    if isinstance(error, SlackApiError):
        return code_of(error)
    return type(error).__name__
