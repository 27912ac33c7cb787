"""Connections to PostgreSQL: libpq reads every parameter itself, and nothing outlives a transaction."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from psycopg import AsyncConnection, OperationalError, waiting
from psycopg.abc import PQGen

from bot.database_address import postgresql_parameters

CONNECT_SECONDS = 10
ANSWER_SECONDS = 60.0
CERTIFICATE_MODES = frozenset({"verify-ca", "verify-full"})
BUNDLE = "ca-certificates.crt"

Answer = TypeVar("Answer")


class Connection(AsyncConnection[Any]):
    """A connection that is closed where the server does not answer, or where nobody waits for the answer any more.

    psycopg asks the server to cancel, and then waits for that; a server that hangs would hold up whoever gave up.
    """

    async def wait(
        self,
        gen: PQGen[Answer],
        interval: float = 0.1,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> Answer:
        """What the server answers; raises `OperationalError` where it has not in a minute."""
        seconds = ANSWER_SECONDS if timeout is None else timeout
        try:
            async with asyncio.timeout(seconds):
                return await waiting.wait_async(gen, self.pgconn.socket, interval=interval)
        except TimeoutError:
            self.pgconn.finish()
            raise OperationalError(f"the server has not answered for {seconds:.0f} s") from None
        except asyncio.CancelledError:
            self.pgconn.finish()
            raise


def connecting(address: str) -> Callable[..., Awaitable[Connection]]:
    """What opens a connection to a database at a read address."""
    parameters = {"connect_timeout": str(CONNECT_SECONDS), **postgresql_parameters(address)}
    trusting = {**parameters, **trust(parameters)}

    async def connect(*_: Any, **__: Any) -> Connection:
        # A prepared statement stays on the server that prepared it, and behind a pooler the next transaction can get
        # another one: https://www.pgbouncer.org/features.html
        return await Connection.connect(**trusting, prepare_threshold=None)  # type: ignore[arg-type]

    return connect


def trust(parameters: Mapping[str, str]) -> dict[str, str]:
    """`sslrootcert` for those who want certificates checked by the system's authorities, which libpq may not find.

    The libpq that comes with psycopg looks in its builder's folders: `system`, and verify-full without a certificate,
    which many providers hand out, would find none.
    """
    wants = parameters.get("sslmode") in CERTIFICATE_MODES
    root = parameters.get("sslrootcert")
    bundle = system_bundle()
    if bundle is None or not (root == "system" or (root is None and wants)):
        return {}
    return {"sslrootcert": str(bundle), "sslmode": parameters.get("sslmode", "verify-full")}


def system_bundle() -> Path | None:
    """The system's certificates in one file; None where Python knows of none."""
    paths = ssl.get_default_verify_paths()
    places = [Path(paths.cafile)] if paths.cafile else [Path(paths.capath) / BUNDLE] if paths.capath else []
    return next((place for place in places if place.exists()), None)
