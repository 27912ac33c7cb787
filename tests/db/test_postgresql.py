"""PostgreSQL as providers hand it out: behind a pooler, hanging, refusing, and with its own words for what is wrong."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import exc, text
from sqlalchemy.engine import make_url

from bot.db import postgresql
from bot.db.migrate import upgrade
from bot.db.postgresql import connecting, trust
from bot.db.session import DATABASE_AWAY, Database
from bot.db.urgent import Step
from bot.errors import ConfigurationError
from tests.conftest import lack
from tests.pgbouncer import PgBouncerMissingError, pooled
from tests.postgres import in_thread

STARTUP_OK = (
    b"R\x00\x00\x00\x08\x00\x00\x00\x00" + b"K\x00\x00\x00\x0c\x00\x00\x00\x01\x00\x00\x00\x01" + b"Z\x00\x00\x00\x05I"
)
TLS_WANTED = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"


@pytest.fixture
def pooled_url(bare_postgresql_url: str) -> Iterator[str]:
    """An empty database behind PgBouncer."""
    try:
        with pooled(make_url(bare_postgresql_url)) as url:
            yield url
    except PgBouncerMissingError as missing:
        lack(str(missing))


def refusal(severity: str, code: str, message: str) -> bytes:
    """An ErrorResponse: https://www.postgresql.org/docs/current/protocol-message-formats.html ."""
    fields = b"".join(
        letter + words.encode() + b"\0"
        for letter, words in ((b"S", severity), (b"V", severity), (b"C", code), (b"M", message))
    )
    return b"E" + (len(fields) + 5).to_bytes(4, "big") + fields + b"\0"


@asynccontextmanager
async def far_side(answer: bytes) -> AsyncIterator[int]:
    """A server that has no TLS, answers so to whoever wants to come in, and then says no more; its port."""
    held: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)
        first = await reader.read(8)
        if first == TLS_WANTED:
            writer.write(b"N")
            first = await reader.read(8)
        if first:
            await reader.read(65_536)
            writer.write(answer)
            await writer.drain()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in held:
            writer.close()


async def problem_of(url: str) -> str:
    """The sentence with which the start ends; nothing secret is in it."""
    with pytest.raises(ConfigurationError) as caught:
        await asyncio.to_thread(upgrade, url)
    [problem] = caught.value.problems
    assert "verysecret" not in f"{problem} {caught.value!r}"
    return problem


async def test_behind_a_transaction_pooler_it_migrates_and_every_transaction_may_get_another_server(
    pooled_url: str,
) -> None:
    in_thread(lambda: upgrade(pooled_url))
    database = Database(pooled_url)

    async def servers(times: int) -> set[int]:
        seen = set()
        pid = Step(text("SELECT pg_backend_pid()"), [{}])
        for _ in range(times):
            await database.ping()
            seen |= {each for (each, *_) in await database.urgently([pid, pid])}
            seen |= {each for (each,) in await database.urgently([pid])}
            async with database.begin() as session:
                seen.add(await session.scalar(text("SELECT pg_backend_pid()")))
                await session.execute(text("SELECT count(*) FROM messages WHERE key = :key"), {"key": "a"})
        return seen

    seen = set().union(*await asyncio.gather(*(servers(20) for _ in range(8))))
    await database.close()
    assert len(seen) == 2


async def test_no_statement_is_prepared_however_often_it_is_said(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    async with database.begin() as session:
        for number in range(20):
            await session.execute(text("SELECT count(*) FROM messages WHERE id = :id"), {"id": number})
        assert await session.scalar(text("SELECT count(*) FROM pg_prepared_statements")) == 0
    await database.close()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("28P01", 'password authentication failed for user "bot"'),
        ("3D000", 'database "hub" does not exist'),
        ("53300", "sorry, too many clients already"),
        ("53100", "could not extend file: No space left on device"),
        ("57P03", "the database system is starting up"),
    ],
)
async def test_why_it_cannot_be_used_is_said_in_the_databases_own_words(code: str, words: str) -> None:
    async with far_side(refusal("FATAL", code, words)) as port:
        said = await problem_of(f"postgresql://bot:verysecret@127.0.0.1:{port}/hub")
    assert said.startswith("DATABASE_URL: the database cannot be used: ")
    assert words in said
    assert said.endswith(".")


async def test_a_server_without_tls_is_refused_where_tls_is_required() -> None:
    async with far_side(STARTUP_OK) as port:
        said = await problem_of(f"postgresql://bot:verysecret@127.0.0.1:{port}/hub?sslmode=require")
    assert "server does not support SSL, but SSL was required" in said


async def test_channel_binding_is_not_given_up_in_silence() -> None:
    async with far_side(STARTUP_OK) as port:
        said = await problem_of(f"postgresql://bot:verysecret@127.0.0.1:{port}/hub?channel_binding=require")
    assert "channel binding" in said


async def test_nobody_there_and_no_such_host_are_told_apart() -> None:
    async with far_side(b"") as port:
        pass
    assert "Connection refused" in await problem_of(f"postgresql://bot:verysecret@127.0.0.1:{port}/hub")
    assert "nowhere.invalid" in await problem_of("postgresql://bot:verysecret@nowhere.invalid/hub")


async def test_the_second_host_is_tried_where_the_first_is_away(postgresql_url: str) -> None:
    folder = make_url(postgresql_url).query["host"]
    name = make_url(postgresql_url).database
    database = Database(f"postgresql:///{name}?user=postgres&host=127.0.0.1,{folder}&port=1,5432")
    await database.ping()
    await database.close()


async def test_a_database_of_a_newer_version_is_a_sentence(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.begin() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    assert "a newer version of Hubwarden has been at work in it" in await problem_of(sqlite_url)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda path: path.write_text("no database at all, but a text that is long enough" * 40),
            "file is not a database",
        ),
        (lambda path: path.mkdir(), "unable to open database file"),
    ],
)
async def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path, make: object, words: str) -> None:
    path = tmp_path / "hub.sqlite"
    assert callable(make)
    make(path)
    assert words in await problem_of(f"sqlite:///{path}")


async def test_an_address_that_is_none_is_a_sentence_that_repeats_nothing() -> None:
    assert (await problem_of("mysql://bot:verysecret@db/hub")).startswith(
        "DATABASE_URL cannot be used: it begins with "
    )


async def test_a_server_that_hangs_in_the_middle_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "ANSWER_SECONDS", 0.2)
    async with far_side(STARTUP_OK) as port:
        database = Database(f"postgresql://bot@127.0.0.1:{port}/hub?sslmode=disable")
        with pytest.raises(exc.OperationalError, match="the server has not answered for 0 s") as caught:
            await database.ping()
        await database.close()
    assert isinstance(caught.value, DATABASE_AWAY)


async def test_whoever_gives_up_waiting_is_not_held_up_by_a_server_that_hangs() -> None:
    async with far_side(STARTUP_OK) as port:
        connection = await connecting(f"postgresql://bot@127.0.0.1:{port}/hub?sslmode=disable")()
        asking = asyncio.create_task(connection.execute("SELECT 1"))
        await asyncio.sleep(0)
        asking.cancel()
        async with asyncio.timeout(1):
            await asyncio.gather(asking, return_exceptions=True)
        assert asking.cancelled()
        assert connection.closed


def test_certificates_are_checked_by_the_systems_authorities_where_nobody_names_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    with_bundle = {"sslrootcert": str(bundle), "sslmode": "verify-full"}
    assert trust({"sslmode": "verify-full"}) == with_bundle
    assert trust({"sslrootcert": "system"}) == with_bundle
    assert trust({"sslmode": "verify-ca"}) == with_bundle | {"sslmode": "verify-ca"}
    assert trust({"sslmode": "verify-full", "sslrootcert": "mine.pem"}) == {}
    assert trust({"sslmode": "require"}) == {}
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    assert trust({"sslmode": "verify-full"}) == {}
