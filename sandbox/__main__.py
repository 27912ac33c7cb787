"""The sandbox's command line: `python -m sandbox`."""

import argparse
import sys
from collections.abc import Sequence

from sandbox.launcher import launch


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the sandbox and the bot in it; answers the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="Try Hubwarden on this machine: a Docker Hub, a Slack and the bot."
    )
    parser.add_argument("--port", type=int, default=0, help="the browser's port (default: one that is free)")
    parser.add_argument("--folder", default="", help="where the bot keeps its SQLite file (default: a temporary one)")
    options = parser.parse_args(arguments)
    try:
        return launch(port=options.port, folder=options.folder)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
