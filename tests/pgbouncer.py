"""A real PgBouncer in front of the tests' PostgreSQL, which hands out a server for each transaction anew."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL

DEADLINE = 10.0


class PgBouncerMissingError(Exception):
    """No PgBouncer here."""


def find_pgbouncer() -> str:
    """Its path; raises `PgBouncerMissingError`."""
    found = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
    if found is None:
        raise PgBouncerMissingError("no PgBouncer (apt-get install pgbouncer)")
    return found


@contextmanager
def pooled(server: URL) -> Iterator[str]:
    """The address of the same database through PgBouncer, with two servers for all; stopped on leaving."""
    program, port = find_pgbouncer(), _free_port()
    host, at = server.query.get("host") or server.host or "127.0.0.1", server.port or 5432
    with tempfile.TemporaryDirectory(prefix="hubwarden-pgbouncer-") as folder:
        settings = Path(folder, "pgbouncer.ini")
        settings.write_text(
            f"[databases]\n* = host={host} port={at} user={server.username or 'postgres'}\n[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
            "pool_mode = transaction\ndefault_pool_size = 2\nserver_round_robin = 1\n"
        )
        # It refuses to be root, and becomes somebody who has to read this.
        Path(folder).chmod(0o755)
        as_nobody = ("-u", "nobody") if os.geteuid() == 0 else ()
        process = subprocess.Popen([program, "-q", *as_nobody, str(settings)], stderr=subprocess.DEVNULL)
        try:
            _wait_for(port, process)
            yield f"postgresql://postgres@127.0.0.1:{port}/{server.database}?pgbouncer=true"
        finally:
            process.terminate()
            process.wait(DEADLINE)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("PgBouncer did not start")
