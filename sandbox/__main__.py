"""The sandbox's command line: `python -m sandbox`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.documents import DocumentError
from sandbox.launcher import launch, launch_servers
from sandbox.servers import read_cast


def main(arguments: Sequence[str] | None = None) -> int:
    """Start what was asked for; answers the exit status: 2 where a file or the words cannot be used."""
    options = parse_arguments(arguments)
    try:
        if options.servers_only:
            cast = read_cast(options.manifest, options.world, hub_profile=options.hub_profile)
            return launch_servers(cast, port=options.port, with_json=options.json)
        return launch(read_cast(hub_profile=options.hub_profile), port=options.port, folder=options.folder)
    except DocumentError as error:
        for problem in error.problems:
            print(f"✗ {problem}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"✗ The sandbox cannot start: {error.strerror or error}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options; words that do not go together end the process with status 2."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A Docker Hub and a Slack workspace on this machine, with Hubwarden in it or for any client.",
    )
    parser.add_argument("--port", type=port, default=0, help="the browser's port (default: 8765, or one that is free)")
    parser.add_argument("--folder", default="", help="where the bot keeps its SQLite file (default: a temporary one)")
    parser.add_argument(
        "--hub-profile",
        choices=("contract", "real"),
        default="contract",
        help="Docker Hub as the contract says, or as it is seen to answer where the two differ (default: contract)",
    )
    parser.add_argument("--servers-only", action="store_true", help="start the two servers, and no bot")
    parser.add_argument("--manifest", type=Path, help="another app's manifest, YAML or JSON; with --servers-only")
    parser.add_argument("--world", type=Path, help="another organization, YAML; with --servers-only")
    parser.add_argument("--json", action="store_true", help="print addresses and tokens as one line of JSON")
    options = parser.parse_args(arguments)
    if not options.servers_only and (options.manifest or options.world or options.json):
        parser.error("--manifest, --world and --json go with --servers-only")
    if options.servers_only and options.folder:
        parser.error("--folder is the bot's, and --servers-only starts none")
    return options


def port(text: str) -> int:
    """A port's number; raises `ValueError` for any other."""
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError(text)
    return number


if __name__ == "__main__":
    sys.exit(main())
