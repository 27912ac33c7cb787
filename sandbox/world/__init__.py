"""Who and what is in the sandbox: a `World`, of which both servers are made; `ACME` where nobody names another."""

from sandbox.world.acme import ACME, BOT_ACCOUNT, BOT_PASSWORD, BOT_TOKEN, ORGANIZATION, TWO_FACTOR, acme
from sandbox.world.file import read_world
from sandbox.world.model import World

__all__ = [
    "ACME",
    "BOT_ACCOUNT",
    "BOT_PASSWORD",
    "BOT_TOKEN",
    "ORGANIZATION",
    "TWO_FACTOR",
    "World",
    "acme",
    "read_world",
]
