"""The command line: run · setup · check · call · login · docs."""

import argparse
import asyncio
import gc
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import ConfigurationError

if TYPE_CHECKING:
    from bot.app import Hubwarden


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that was typed, and answer the exit status: 2 where the configuration cannot be used."""
    options = parse_arguments(arguments)
    try:
        status: int = options.run(options)
    except ConfigurationError as error:
        print_problems(error.problems)
        return 2
    except KeyboardInterrupt:
        return 130
    return status


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command and its options."""
    parser = argparse.ArgumentParser(prog="hubwarden", description="Run a Docker Hub organization from Slack.")
    commands = parser.add_subparsers(required=True, metavar="command")
    run = commands.add_parser("run", help="start the bot")
    run.set_defaults(run=run_bot)
    setup = commands.add_parser("setup", help="ask for what is missing, try it, write .env and a first policy")
    setup.set_defaults(run=run_setup)
    check = commands.add_parser("check", help="read the configuration, ask Slack and Docker Hub, tell every problem")
    check.set_defaults(run=run_check)
    call = commands.add_parser("call", help="what /hub does, from the terminal", prefix_chars="\0")
    call.add_argument("words", nargs="*", help="the same words as after /hub; then --json, --yes, --as U123")
    call.set_defaults(run=run_call)
    login = commands.add_parser("login", help="try a password and a second factor; prints a token")
    login.set_defaults(run=run_login)
    docs = commands.add_parser("docs", help="write docs/operations.md")
    docs.add_argument("--check", action="store_true", help="write nothing; fail where the page is stale")
    docs.set_defaults(run=run_docs)
    return parser.parse_args(arguments)


def print_problems(problems: Sequence[str]) -> None:
    """Each problem on a line of its own."""
    for problem in problems:
        print(f"✗ {problem}", file=sys.stderr)


def run_bot(_options: argparse.Namespace) -> int:
    """Start the bot, and stop it on SIGTERM or Ctrl-C."""
    from bot.app import Hubwarden
    from bot.logs import configure_logs
    from bot.settings import load_settings

    settings = load_settings()
    configure_logs(level=settings.log_level, form=settings.log_format, secrets=settings.secrets)
    asyncio.run(serve(Hubwarden(settings)))
    return 0


async def serve(bot: "Hubwarden") -> None:
    """Run until told to stop, then stop in order."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await bot.start()
    # Going through all that was imported takes a tenth of a second, now and then in the middle of a transaction.
    gc.freeze()
    ready = asyncio.create_task(bot.wait_ready())
    await stopping.wait()
    ready.cancel()
    await bot.stop()


def run_setup(_options: argparse.Namespace) -> int:
    """Ask, try, and write, in the folder that this was started in."""
    from getpass import getpass

    from bot.setup import Person, Setup

    try:
        Setup(Path.cwd(), Person(ask=input, ask_secret=getpass, tell=print)).run()
    except EOFError:
        print("✗ Nobody answers: run this at a terminal.", file=sys.stderr)
        return 2
    return 0


def run_check(_options: argparse.Namespace) -> int:
    """Tell every problem; 2 where there is one."""
    from bot.check import find_remarks, line_of, look
    from bot.lights import SIGNS

    found = asyncio.run(look())
    for light in found.lights:
        print(f"{SIGNS[light.state]} {line_of(light)}")
    for remark in find_remarks():
        print(f"! {remark}")
    if found.problems:
        raise ConfigurationError(list(found.problems))
    print("✓ Settings, policy, alert rules and manifest are in order; Slack and Docker Hub answer.")
    return 0


def run_call(options: argparse.Namespace) -> int:
    """Do what the words say."""
    from bot.slack.reach import reached
    from bot.terminal import call

    return asyncio.run(call(options.words, reach=reached))


def run_login(_options: argparse.Namespace) -> int:
    """Ask for the password and the code, without echo."""
    from bot.terminal import login

    return asyncio.run(login())


def run_docs(options: argparse.Namespace) -> int:
    """Write the reference page, or say that it is stale."""
    from bot import docs

    if not options.check:
        print(f"Wrote {docs.write_page()}")
        return 0
    if docs.is_current():
        return 0
    print("docs/operations.md is stale: run make docs.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
