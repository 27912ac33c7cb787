"""A database's address in every form in which somebody hands it out."""

import pytest

from bot.database_address import postgresql_parameters, read_database_address, secrets_in

BASE = "postgresql://bot:pw@db.example.com/hub"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("postgres://bot:pw@db.example.com/hub", BASE),
        ("POSTGRESQL+psycopg2://bot:pw@db.example.com/hub", BASE),
        ("jdbc:postgresql://db.example.com/hub?user=bot&password=pw", BASE),
        ("host=db.example.com user=bot password=pw dbname=hub", BASE),
        ("dbname = 'hub' host=db.example.com user=bot password='pw'", BASE),
        ("postgresql://bot:p@w/d@db/hub", None),
        ("postgresql://bot:p@w#d@db/hub", "postgresql://bot:p%40w%23d@db/hub"),
        ("postgresql://bot:100%25@db/hub", "postgresql://bot:100%25@db/hub"),
        ("postgresql://bot:100%@db/hub", "postgresql://bot:100%25@db/hub"),
        ("postgresql://bot:a:b@db/hub", "postgresql://bot:a%3Ab@db/hub"),
        (
            "postgresql://a:1,b:2/hub?target_session_attrs=read-write",
            "postgresql://a:1,b:2/hub?target_session_attrs=read-write",
        ),
        ("postgresql://[fd00::1]:5433/hub", "postgresql://[fd00::1]:5433/hub"),
        ("postgresql:///hub?host=/run/postgresql", "postgresql://%2Frun%2Fpostgresql/hub"),
        ("postgresql://%2Frun%2Fpostgresql/hub", "postgresql://%2Frun%2Fpostgresql/hub"),
        ("postgresql://bot:pw@/hub?host=/cloudsql/p:r:i", "postgresql://bot:pw@%2Fcloudsql%2Fp%3Ar%3Ai/hub"),
        ("postgresql://h:1/hub?hostaddr=fd00::1", "postgresql://h:1/hub?hostaddr=fd00%3A%3A1"),
        ("psql 'postgresql://bot:pw@db.example.com/hub'", BASE),
        ("psql postgres://bot:pw@db.example.com/hub", BASE),
        ("postgresql://h/hub/", "postgresql://h/hub"),
        ("postgresql://h", "postgresql://h/"),
        ("sqlite:///hub.sqlite", "sqlite+aiosqlite:///hub.sqlite"),
        ("sqlite3:hub.db", "sqlite+aiosqlite:///hub.db"),
        ("SQLite+pysqlite:////data/hub", "sqlite+aiosqlite:////data/hub"),
        ("/data/hub.sqlite3", "sqlite+aiosqlite:////data/hub.sqlite3"),
        ("hub.db", "sqlite+aiosqlite:///hub.db"),
    ],
)
def test_every_form_is_read_as_one_and_reading_it_again_changes_nothing(written: str, meant: str | None) -> None:
    if meant is None:
        with pytest.raises(ValueError, match="write @ as %40, / as %2F"):
            read_database_address(written)
        return
    assert read_database_address(written) == meant
    assert read_database_address(meant) == meant


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("sslmode=require&channel_binding=require", {"sslmode": "require", "channel_binding": "require"}),
        ("sslmode=VERIFY_FULL&sslrootcert=/ca.pem", {"sslmode": "verify-full", "sslrootcert": "/ca.pem"}),
        ("sslmode=no-verify", {"sslmode": "require"}),
        ("ssl=true", {"sslmode": "require"}),
        ("ssl=verify-full", {"sslmode": "verify-full"}),
        ("ssl=false", {"sslmode": "disable"}),
        ("pgbouncer=true&connection_limit=1&pool_timeout=0", {}),
        ("reWriteBatchedInserts=true&uselibpqcompat=true&tcpKeepAlive=true&loginTimeout=5", {}),
        ("prepared_statement_cache_size=0&statement_cache_size=0&supa=base-pooler.x", {}),
        ("options=endpoint%3Dep-cool-1", {"options": "endpoint=ep-cool-1"}),
        ("options=-c%20statement_timeout%3D5s&schema=app", {"options": "-c statement_timeout=5s -csearch_path=app"}),
        ("schema=public", {}),
        ("application_name=a%20b&connect_timeout=3&keepalives_idle=9", {
            "application_name": "a b", "connect_timeout": "3", "keepalives_idle": "9"}),
        ("sslcert=a&sslkey=b&sslpassword=c", {"sslcert": "a", "sslkey": "b", "sslpassword": "c"}),
        ("gssencmode=disable&krbsrvname=x", {"gssencmode": "disable", "krbsrvname": "x"}),
        ("", {}),
    ],
)  # fmt: skip
def test_libpqs_parameters_are_kept_and_other_drivers_translated_or_dropped(given: str, meant: dict[str, str]) -> None:
    bare = postgresql_parameters(BASE)
    assert postgresql_parameters(f"{BASE}?{given}") == bare | meant
    assert postgresql_parameters(read_database_address(f"{BASE}?{given}")) == bare | meant


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("postgresql://bot:very/secret@db/hub", "write @ as %40"),
        ("postgresql://bot:very?secret@db/hub", "write @ as %40"),
        ("postgresql://bot:secret@db:54x2/hub", "write @ as %40"),
        ("postgresql://bot:secret@db/hub?port=secret", "write @ as %40"),
        ("postgresql://bot:[YOUR-PASSWORD]@db/hub", "its password is still a placeholder"),
        ("postgresql://bot:<password>@db/hub", "its password is still a placeholder"),
        ("postgresql://bot:${SECRET}@db/hub", "its password is still a placeholder"),
        (f"{BASE}?sslmode=sometimes", "its sslmode is none of disable, allow, prefer"),
        (f"{BASE}?sslaccept=strict", "it has the parameter “sslaccept”, which libpq does not know"),
        (f"{BASE}?a/secret=1", "it has a parameter, which libpq does not know"),
        (f"{BASE}?schema=a;secret", "its schema is no name"),
        ("host=db password=very secret", "it is no list of name=value"),
        ("host=db;dbname=hub;password=secret", "no host is written so"),
        ("postgresql://bot:5432?secret&x=y@db/hub", "write @ as %40"),
        (f"{BASE}?secret", "it has a parameter, which libpq does not know"),
        ("mysql://bot:secret@db/hub", "it begins with neither sqlite:// nor postgresql://"),
        ("postgresql:bot:secret@db/hub", "it begins with neither sqlite:// nor postgresql://"),
        ("sqlite://", "it is no file"),
        ("sqlite://data/secret", "it is no file"),
        ("sqlite:///:memory:", "a database in memory is gone with each restart"),
        ("sqlite:///", "a database in memory is gone with each restart"),
    ],
)
def test_what_cannot_be_read_is_a_sentence_that_repeats_no_value(written: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        read_database_address(written)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


def test_the_passwords_are_known_for_what_keeps_them_out_of_logs() -> None:
    address = read_database_address(f"{BASE}?sslpassword=key%20word")
    assert secrets_in(address) == ["pw", "key word"]
    assert secrets_in("sqlite+aiosqlite:///hub.sqlite") == []
