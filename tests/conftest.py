"""What every test may ask for: migrated databases, a browser; and what a run did not check."""

import os
import shutil
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.async_api import Browser, async_playwright

from bot.db.session import Database
from sandbox.clock import Clock
from sandbox.hub import HubSandbox
from tests import postgres
from tests.memory import scratch_folder
from tests.templates import Template, postgres_template, sqlite_address, sqlite_template

ROOT = Path(__file__).resolve().parents[1]
BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def lack(reason: str) -> NoReturn:
    """Skip for want of a binary; fail instead where HUBWARDEN_REQUIRE_ALL says that everything has to be there."""
    if os.environ.get("HUBWARDEN_REQUIRE_ALL", "0") not in ("", "0"):
        pytest.fail(f"HUBWARDEN_REQUIRE_ALL is set, and there are {reason}", pytrace=False)
    pytest.skip(reason)


def pytest_addoption(parser: pytest.Parser) -> None:
    """What can be tried for longer than a run of everything has time for."""
    text = "how often the bot is killed in the middle of what Slack has delivered (tests/flows/test_inbox.py)"
    parser.addoption("--kill-rounds", type=int, default=4, help=text)


def pytest_configure() -> None:
    """Have `tmp_path` in memory, where that can be; workers of xdist are told by the process that starts them."""
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(scratch_folder()))


@pytest.hookimpl(optionalhook=True)  # without xdist, nobody calls it
def pytest_xdist_auto_num_workers() -> int:
    """For `-n auto`: a process more than there are cores, since stories wait about as much as they work."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture
async def sandbox() -> AsyncIterator[HubSandbox]:
    """A Docker Hub of this test's own, listening."""
    sandbox = HubSandbox(clock=Clock())
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


# Databases


def migrate(url: str) -> None:
    """Bring an empty database to the newest revision."""
    from bot.db.migrate import upgrade  # imported late: the tests of other packages run without the database's

    postgres.in_thread(lambda: upgrade(url))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """This session's PostgreSQL (with xdist, this worker's)."""
    try:
        with postgres.running_server() as server:
            yield server
    except postgres.PostgresMissingError as missing:
        lack(str(missing))


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: postgres.Server) -> Iterator[Template]:
    """A migrated, empty PostgreSQL database to copy."""
    with postgres_template(postgres_server, migrate) as template:
        yield template


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A migrated, empty SQLite database to copy."""
    return sqlite_template(tmp_path_factory.mktemp("template"), migrate)


@pytest.fixture
def sqlite_url(migrated_sqlite: Template, tmp_path: Path) -> Iterator[str]:
    """The async address of a migrated, empty SQLite database of this test's own."""
    with migrated_sqlite.copy(tmp_path) as url:
        yield url


@pytest.fixture
def postgresql_url(migrated_postgres: Template, tmp_path: Path) -> Iterator[str]:
    """The async address of a migrated, empty PostgreSQL database of this test's own."""
    with migrated_postgres.copy(tmp_path) as url:
        yield url


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """The async address of a migrated, empty database of this test's own; the test runs once on each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated, empty database of this test's own, open; the test runs once on each kind."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def bare_sqlite_url(tmp_path: Path) -> str:
    """The async address of a SQLite database that no migration has touched."""
    return sqlite_address(tmp_path / "bare.sqlite")


@pytest.fixture
def bare_postgresql_url(postgres_server: postgres.Server) -> Iterator[str]:
    """The async address of a PostgreSQL database that no migration has touched."""
    url = postgres_server.create()
    yield postgres.as_text(url)
    postgres_server.drop(url)


@pytest.fixture(params=BOTH)
def bare_database_url(request: pytest.FixtureRequest) -> str:
    """The async address of a database that no migration has touched; the test runs once on each kind."""
    return str(request.getfixturevalue(f"bare_{request.param}_url"))


# The browser


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Where Chromium is: Debian's, or the one on PATH."""
    for candidate in ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(candidate):
            return Path(found)
    lack("no Chromium here (apt-get install chromium)")


@pytest.fixture
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    """A headless Chromium of this test's own, driven by Playwright; starts in about half a second."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield browser
        await browser.close()


# Marks, and what was not checked


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by what a test asks for, so `-m "not postgresql and not browser"` leaves out all that need them."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if asked & {"postgres_server", "postgresql_url", "bare_postgresql_url"}:
            item.add_marker(pytest.mark.postgresql)
        if "chromium" in asked:
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables that tests made, and say at the end what this run did not check, grouped by reason."""
    for report in terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", []):
        for name, text in report.user_properties:
            if name == "table":
                title, _, rows = str(text).partition("\n")
                terminalreporter.section(title)
                terminalreporter.line(rows)
    skipped: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for report in terminalreporter.stats.get("skipped", []):
        path, _, reason = report.longrepr if isinstance(report.longrepr, tuple) else ("", 0, str(report.longrepr))
        file = report.nodeid.partition("::")[0] or path
        skipped[reason.removeprefix("Skipped: ")][file] += 1
    if skipped:
        terminalreporter.section("not checked here")
    for reason, files in sorted(skipped.items()):
        terminalreporter.line(f"{files.total()} skipped: {reason}")
        for file, count in sorted(files.items()):
            terminalreporter.line(f"    {file} ({count})")
