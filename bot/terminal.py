"""`call` and `login`: the same grammar, policy and trail as in Slack, at a terminal, with no need of Slack."""

import asyncio
import getpass
import json
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, assert_never

from pydantic import SecretStr

from bot.clock import REAL
from bot.configuration import build_hub, read_outside, read_policy
from bot.db.migrate import upgrade
from bot.db.session import Database
from bot.errors import ConfigurationError, RequestRefused, UsageError, UserError
from bot.governance.context import Context
from bot.governance.execution.executor import Executor
from bot.governance.execution.queue import AT_WORK
from bot.governance.execution.waiting import tell_who_waits
from bot.governance.hub_errors import sentence
from bot.governance.judge import judge_claim
from bot.governance.ledger.lifecycle import STATES, Status
from bot.governance.people import Directory, is_slack_user
from bot.governance.requests.authority import authorize, note_refusal
from bot.governance.requests.queries import by_number
from bot.governance.requests.read import read
from bot.governance.requests.submit import preview, submit
from bot.governance.views import RequestView
from bot.hub import Hub, HubError
from bot.hub.login import SecondFactorNeeded, log_in, send_code
from bot.intents.help import topics
from bot.intents.typed import read_text
from bot.intents.usage import usage
from bot.intents.wishes import Decide, Doctor, Form, Help, Look, Pick, Small, Vocabulary
from bot.intents.words import as_words
from bot.logs import configure_logs
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.base import Answer, Cell, Change, Intent, Operation, is_read
from bot.operations.kit.capabilities import Capabilities
from bot.operations.kit.text import count
from bot.phrases import Mention, plain
from bot.settings import TerminalSettings, load
from bot.shell import Reach, directory_of, own_identity, require_tie, system_user
from bot.visible import UNSEEN, flat, visible

DONE, FAILED, MISUSED = 0, 1, 2
LEASE = timedelta(seconds=30)
IN_SLACK = "Requests are looked at and decided in Slack, where it is certain who does. “history 12” shows one here."
# How often the terminal looks at a request that it cannot do at once, and for how long where nobody does it.
LOOK_SECONDS, PATIENCE_SECONDS = 0.5, 60.0
# What Python makes of bytes that are no text; no database takes it.
UNREADABLE = re.compile("[\ud800-\udfff]")
# Control sequences and the strings that set titles and the like, as ECMA-48 has them.
ESCAPES = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\\]|\x9d)[^\x07\x1b\x9c\x9d]*(?:\x07|\x1b\\\\|\x9c)|\x1b[ -/]*[0-~]"
)


@dataclass(frozen=True, slots=True)
class Options:
    """What is the terminal's own among the words."""

    words: tuple[str, ...]
    identity: str
    as_json: bool
    yes: bool


class NoMentions:
    """An `Accounts` where nobody can be mentioned: a shell's words are text."""

    async def account_of(
        self, _mention: Mention, _operation: Operation, *, organization: str, takes_addresses: bool
    ) -> str:
        """Nobody can tell."""
        raise UserError(f"Without Slack, nobody can be mentioned: type the Docker ID, as it is in {organization}.")


class TerminalCourier:
    """A `Courier` for whoever is at this terminal: standard error, so that standard output stays data."""

    async def hand_over(self, _user: str, text: str, secret: SecretStr) -> bool:
        """Print it."""
        print(f"{harmless(text)}\n{secret.get_secret_value()}", file=sys.stderr)
        return True


def read_options(words: Sequence[str]) -> Options:
    """`--json`, `--yes` and `--as U123` taken out of the words; raises `UsageError`, also for what is no text."""
    if any(UNREADABLE.search(word) for word in words):
        raise UsageError("What is typed is no UTF-8 text.")
    left: list[str] = []
    flags = {"--json": False, "--yes": False}
    identity = own_identity()
    remaining = iter(words)
    for word in remaining:
        if word in flags:
            flags[word] = True
        elif word == "--as" or word.startswith("--as="):
            identity = word.partition("=")[2] or next(remaining, "")
            if not is_slack_user(identity):
                raise UsageError("--as needs a Slack user's id, such as U0123ABCD.")
        else:
            left.append(word)
    return Options(tuple(left), identity, flags["--json"], flags["--yes"])


async def call(words: Sequence[str], *, reach: Reach | None = None) -> int:
    """Do what the words after /hub would do; answers the exit status: 1 where it failed, 2 where it was misused.

    `reach` asks Slack who is who, where it can.
    """
    try:
        options = read_options(words)
        return await run(options, reach)
    except ConfigurationError:
        raise  # `main` lists the problems
    except UsageError as error:
        print("\n".join(harmless(line) for line in (error.text, error.usage) if line), file=sys.stderr)
        return MISUSED
    except UserError as error:
        print(harmless(error.text), file=sys.stderr)
        return FAILED


async def run(options: Options, reach: Reach | None = None) -> int:
    """Do what the options say; raises `UserError`."""
    organization = load(TerminalSettings).dockerhub_organizations[0]
    vocabulary = Vocabulary(operations=OPERATIONS, organization=organization)
    match await read_text(as_words(options.words), vocabulary, accounts=NoMentions()):
        case Help(topic):
            return print_help(topic)
        case Pick():
            return print_help("")
        case Form(operation):
            raise UsageError("Something is missing.", usage=usage(operation))
        case Decide() | Look():
            raise UsageError(IN_SLACK)
        case Doctor():
            raise UsageError("Here, “python -m bot check” looks whether everything is in order.")
        case Small():
            return print_help("")
        case Intent() as intent:
            return await carry_out(intent, options, reach)
        case other:
            assert_never(other)


def print_help(topic: str) -> int:
    """How everything, or what the topic means, is typed."""
    for operation in topics(OPERATIONS, topic):
        print(f"{usage(operation)}\n    {operation.summary}")
    return DONE


async def carry_out(intent: Intent, options: Options, reach: Reach | None = None) -> int:
    """Read, or ask for a write and, where the policy lets this identity act alone, do it."""
    settings = load(TerminalSettings)
    configure_logs(level="WARNING", form="text", secrets=settings.secrets)
    async with opened(settings) as (database, hub), directory_of(settings, database, reach) as directory:
        context = build_context(settings, database, hub, directory=directory)
        if is_read(intent.operation):
            found = await read(context, intent, options.identity)
            show_answer(found.answer, hub, as_json=options.as_json)
            return DONE
        await require_seat(context, intent, options.identity)
        await authorize(context, intent, options.identity)
        seen = None if options.yes else await preview(context, intent)
        if seen is not None:
            confirm(seen.changes, seen.notes)
        view = await submit(context, intent, options.identity, seen=seen)
        if view.status is Status.APPROVED:
            view = await execute(context, database, hub, view)
        show_request(view, hub, as_json=options.as_json)
        is_refused = view.status is Status.REFUSED
        return FAILED if is_refused or STATES[view.status].is_trouble else DONE


async def require_seat(context: Context, intent: Intent, identity: str) -> None:
    """As `require_tie`; the trail hears of who sat here, and as whom they asked."""
    try:
        require_tie(context.policy, identity)
    except RequestRefused:
        await note_refusal(context, intent, own_identity(), rule=None, claimed=identity)
        raise


@asynccontextmanager
async def opened(settings: TerminalSettings) -> AsyncIterator[tuple[Database, Hub]]:
    """The database, migrated, and Docker Hub."""
    await asyncio.to_thread(upgrade, settings.database_url)
    database, hub = Database(settings.database_url), build_hub(settings)
    try:
        yield database, hub
    finally:
        await hub.close()
        await database.close()


def build_context(settings: TerminalSettings, database: Database, hub: Hub, *, directory: Directory) -> Context:
    """The use cases, with the trail saying that it was the terminal, and whose."""
    return Context(
        database=database,
        hub=hub,
        policy=read_policy(settings),
        directory=directory,
        operations=BY_NAME,
        organizations=settings.dockerhub_organizations,
        approvals_channel=settings.slack_approvals_channel,
        clock=REAL,
        wake=lambda: None,
        capabilities=Capabilities(REAL.now),
        origin={"terminal": f"{system_user()}@{socket.gethostname()}"},
    )


async def execute(context: Context, database: Database, hub: Hub, view: RequestView) -> RequestView:
    """Do this request, or watch the running bot do it; where it has to wait for long, it is left waiting."""
    executor = Executor(
        name=f"terminal:{socket.gethostname()[:40]}:{os.getpid()}",
        database=database,
        hub=hub,
        operations=BY_NAME,
        courier=TerminalCourier(),
        capabilities=context.capabilities,
        lease=LEASE,
        clock=REAL,
        wake=lambda: None,
        judge=partial(judge_claim, context),
    )
    waited = 0.0
    while view.status in AT_WORK and waited < PATIENCE_SECONDS:
        await executor.step_request(view.id)
        await tell_who_waits(executor.claims)
        view = await by_number(context, view.id)
        if view.status in AT_WORK:
            await asyncio.sleep(LOOK_SECONDS)
            is_being_done = view.status is Status.EXECUTING and view.wait is None
            waited = 0.0 if is_being_done else waited + LOOK_SECONDS
    return view


def confirm(changes: Sequence[Change], notes: Sequence[str]) -> None:
    """Show what would change and ask; raises `UserError` where the answer is no, or nobody can be asked."""
    for change in changes:
        before, after = change.before or "–", change.after or "removed"
        print(f"  {harmless(change.subject)}: {harmless(before)} → {harmless(after)}", file=sys.stderr)
        print("".join(f"    {harmless(item)}\n" for item in change.items), end="", file=sys.stderr)
    print("".join(f"  {harmless(note)}\n" for note in notes), end="", file=sys.stderr)
    if not changes:
        return
    if not sys.stdin.isatty():
        raise UserError("Nobody can be asked here. --yes goes on without asking.")
    if input_line("Go on? [y/N] ").lower() not in {"y", "yes"}:
        raise UserError("Nothing was asked for.")


def show_answer(answer: Answer, hub: Hub, *, as_json: bool) -> None:
    """The table, or the envelope."""
    if answer.document is not None and not as_json:
        print_document(answer.document.content.decode("utf-8", errors="replace"))
        return
    rows = [[as_text(cell) for cell in row] for row in answer.rows]
    if as_json:
        data: Any = [dict(zip(answer.columns, row, strict=True)) for row in rows]
        if answer.document is not None:
            data = answer.document.content.decode("utf-8", errors="replace")
        print_envelope(200, data, hub)
        return
    table = [[harmless(cell) for cell in row] for row in (answer.columns, *rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(answer.columns))]
    print(harmless(answer.title))
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    print(" ".join(part for part in (f"{len(rows):,} in all.", harmless(answer.note)) if part))


def print_document(content: str) -> None:
    """The document as it came; on a screen, line by line and harmless."""
    if not sys.stdout.isatty():
        print(content, end="")
        return
    for line in content.splitlines():
        print(visible(ESCAPES.sub("", line)))


def harmless(text: str) -> str:
    """One line of text from elsewhere that gives the terminal no orders."""
    return flat(ESCAPES.sub("", text))


def as_text(cell: Cell) -> str:
    """A cell; a moment in UTC, as ISO 8601 has it."""
    match cell:
        case datetime():
            return cell.strftime("%Y-%m-%dT%H:%M:%SZ")
        case Mention():
            return cell.id
        case _:
            return cell


def show_request(view: RequestView, hub: Hub, *, as_json: bool) -> None:
    """What became of the request."""
    if as_json:
        data = {
            "request": view.id,
            "status": view.status,
            "rule": view.rule,
            "required": view.required,
            "changes": [asdict(change) for change in view.changes],
            "summary": view.summary,
            "items": [asdict(item) for item in view.items],
            "error": view.error,
            "judged": plain(view.reconsidered.why).strip() or None,
            "waits_because": view.wait.why if view.wait else None,
            "waits_until": as_text(view.wait.until) if view.wait and view.wait.until else None,
        }
        print_envelope(202 if view.status in {Status.PENDING, *AT_WORK} else 200, data, hub)
        return
    said = (plain(view.reconsidered.why).strip(), view.summary, view.error)
    print(f"Request {view.id}: {view.status}.", *(harmless(part) for part in said if part))
    for item in view.items:
        print(f"  {'✓' if item.done else '✗'} {harmless(item.subject)} {harmless(item.text)}")
    if view.wait is not None:
        until = f" It goes on at {as_text(view.wait.until)}." if view.wait.until is not None else ""
        print(f"It waits: {harmless(view.wait.why)}{until} A running Hubwarden does it then.")
    if view.status is Status.PENDING:
        wanted = count(view.required, "approval")
        print(f"It waits for {wanted} in Slack, under the rule “{harmless(view.rule)}”.")


def print_envelope(status: int, data: Any, hub: Hub) -> None:
    """`status`, `data` and `rate_limit` (null where Docker Hub sent none), and nothing else."""
    limit = hub.headline
    envelope = {"status": status, "data": data, "rate_limit": limit.as_json() if limit else None}
    # What JSON itself leaves as it is, some terminals obey; inside its strings, an escape means the same.
    print(UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(envelope, ensure_ascii=False)))


async def login() -> int:
    """Try a password, and the second factor where there is one; prints the token to standard output."""
    settings = load(TerminalSettings)
    outside = read_outside(settings)
    username = input_line("Docker ID: ") or settings.dockerhub_username
    password = input_secret("Password: ")
    try:
        try:
            token = await log_in(settings.dockerhub_url, username, password, outside=outside)
        except SecondFactorNeeded as needed:
            code = input_secret("Code of the second factor: ")
            token = await send_code(settings.dockerhub_url, needed.token, code, outside=outside)
    except HubError as error:
        print(harmless(sentence(error)), file=sys.stderr)
        return FAILED
    print("Docker Hub takes it. The token lives for 10 minutes:", file=sys.stderr)
    print(token.get_secret_value())
    return DONE


def input_line(prompt: str) -> str:
    """A line from the terminal; the question goes to standard error."""
    with stoppable():
        print(prompt, end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip()


def input_secret(prompt: str) -> SecretStr:
    """A line that is not shown while it is typed; raises KeyboardInterrupt at the end of the input, as at Ctrl-C."""
    with stoppable():
        try:
            return SecretStr(getpass.getpass(prompt))
        except EOFError:
            raise KeyboardInterrupt from None


@contextmanager
def stoppable() -> Iterator[None]:
    """Lets Ctrl-C end a question at once: asyncio would only note it, and the question would stand."""
    kept = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, kept)
