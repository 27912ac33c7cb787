"""A database's address in every form that providers hand it out in: libpq's parameters, or a file."""

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

from bot.hosts import can_be_looked_up

SQLITE = "sqlite+aiosqlite:///"
FILE_NAME = re.compile(r"[^\s:=]+\.(?:sqlite3?|db3?)", re.IGNORECASE)
# Providers hand out a line for a shell.
PSQL = re.compile(r"\Apsql\s+(['\"]?)(.*)\1\Z")
POSTGRESQL = re.compile(r"(?:jdbc:)?postgres(?:ql)?(?:\+\w+)?://", re.IGNORECASE)
PAIR = re.compile(r"\s*(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|(?:[^\s'\\]|\\.)*)(?=\s|\Z)")
PLACEHOLDER = re.compile(
    r"[\[<]+[\w -]*pass[\w -]*[\]>]+|\*{3,}|\$\{\w+\}|(?:your|my)[-_ ]?(?:db[-_ ]?)?password", re.IGNORECASE
)
IPV6 = re.compile(r"[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(?:%\w+)?")
PORT = re.compile(r"\d{1,5}")
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
LIBPQ = frozenset(
    re.findall(
        r"\w+",
        """
        host hostaddr port dbname user password passfile require_auth channel_binding connect_timeout
        client_encoding options application_name fallback_application_name keepalives keepalives_idle
        keepalives_interval keepalives_count tcp_user_timeout sslmode requiressl sslnegotiation sslcompression
        sslcert sslkey sslpassword sslcertmode sslrootcert sslcrl sslcrldir sslsni requirepeer
        ssl_min_protocol_version ssl_max_protocol_version min_protocol_version max_protocol_version krbsrvname
        gssencmode gsslib gssdelegation service target_session_attrs load_balance_hosts
        """,
    )
)
# What speaks to other drivers and to their pools, and changes nothing of where and how one connects.
FOREIGN = frozenset(
    re.findall(
        r"\w+",
        """
        pgbouncer connection_limit pool_timeout pool_size max_overflow pool_max_conns socket_timeout supa
        workaround statement_cache_size prepared_statement_cache_size prepared_statement_name_func
        preparethreshold preparedstatementcachequeries binarytransfer serverversion charset async_fallback
        rewritebatchedinserts uselibpqcompat tcpkeepalive logintimeout sockettimeout
        """,
    )
)
SPELLINGS = {
    "sslrootca": "sslrootcert",
    "database": "dbname",
    "username": "user",
    "applicationname": "application_name",
}
SPELLINGS |= {"connecttimeout": "connect_timeout", "currentschema": "schema", "search_path": "schema"}
TRUE = frozenset({"true", "1", "on", "yes", ""})
ENCODE = (
    "its user, password, host or port is written as none can be: in a password write @ as %40, / as %2F, ? as %3F, "
    "# as %23 and % as %25"
)


def read_database_address(text: str) -> str:
    """The address in one form: `sqlite+aiosqlite:///FILE`, or `postgresql://…` with libpq's parameters alone.

    Reading it again changes nothing. Raises ValueError, whose text never repeats a value.
    """
    text = PSQL.sub(r"\2", text)
    if text.lower().startswith("sqlite") or FILE_NAME.fullmatch(text):
        return _file(text)
    return _composed(postgresql_parameters(text))


def is_file(address: str) -> bool:
    """Whether a read address is SQLite's."""
    return address.startswith(SQLITE)


def secrets_in(address: str) -> list[str]:
    """The passwords in a read address."""
    if is_file(address):
        return []
    parameters = postgresql_parameters(address)
    return [parameters[name] for name in ("password", "sslpassword") if name in parameters]


def postgresql_parameters(text: str) -> dict[str, str]:
    """libpq's parameters in an address, or in its form `host=… dbname=…`; raises ValueError as above."""
    found = POSTGRESQL.match(text)
    if found is not None:
        given = [*_of_address(text[found.end() :])]
    elif PAIR.match(text):
        given = [*_of_pairs(text)]
    else:
        raise ValueError("it begins with neither sqlite:// nor postgresql://")
    parameters: dict[str, str] = {}
    for name, value in given:
        parameters |= _parameter(name, value, parameters)
    if PLACEHOLDER.fullmatch(parameters.get("password", "")):
        raise ValueError("its password is still a placeholder: put the database's own in its place")
    return parameters


def _file(text: str) -> str:
    path = re.sub(r"\Asqlite3?(?:\+\w+)?:(?!//)", SQLITE, text, flags=re.IGNORECASE)
    path = re.sub(r"\Asqlite3?(?:\+\w+)?:///", "", path, flags=re.IGNORECASE)
    if re.match(r"sqlite3?\b", path, re.IGNORECASE) and not FILE_NAME.fullmatch(path):
        raise ValueError(
            "it is no file: sqlite:///hubwarden.sqlite lies in the working folder, sqlite:////data/… does not"
        )
    if path.partition("?")[0] in ("", ":memory:"):
        raise ValueError("a database in memory is gone with each restart: name a file, as sqlite:///hubwarden.sqlite")
    return SQLITE + path


def _of_address(rest: str) -> Iterator[tuple[str, str]]:
    before, _, query = rest.partition("?")
    authority, _, dbname = before.partition("/")
    # What is behind a password's question mark would be taken for parameters, and their names are said.
    if "@" in dbname or ("@" in query and "@" not in authority and "user=" not in query):
        raise ValueError(ENCODE)
    credentials, _, hosts = authority.rpartition("@")
    user, _, password = credentials.partition(":")
    yield from _named(user=unquote(user), password=unquote(password), dbname=unquote(dbname.rstrip("/")))
    yield from _of_hosts(hosts.split(","))
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name:
            yield unquote(name), unquote(value)


def _named(**values: str) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in values.items() if value)


def _of_hosts(places: list[str]) -> Iterator[tuple[str, str]]:
    split = [re.fullmatch(r"(\[[0-9a-fA-F:.%\w]+\]|[^:\s\[\]@]*)(?::(\d{0,5}))?", place) for place in places]
    if any(found is None for found in split):
        raise ValueError(ENCODE)
    parts = [(unquote(found[1].strip("[]")), found[2] or "") for found in split if found]
    if any(host for host, _ in parts):
        yield "host", ",".join(host for host, _ in parts)
    if any(port for _, port in parts):
        yield "port", ",".join(port for _, port in parts)


def _of_pairs(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while text[at:].strip():
        found = PAIR.match(text, at)
        if found is None:
            raise ValueError("it is no list of name=value: a value with a blank in it stands in '…'")
        value = found[2][1:-1] if found[2].startswith("'") else found[2]
        yield found[1], re.sub(r"\\(.)", r"\1", value)
        at = found.end()


def _parameter(name: str, value: str, others: dict[str, str]) -> dict[str, str]:
    """What one name and value mean to libpq; nothing where they mean nothing to it."""
    known = SPELLINGS.get(name.lower().replace("-", "_"), name.lower())
    if known == "ssl":
        return _ssl(value)
    if known == "sslmode":
        return {known: _ssl_mode(value)}
    if known == "schema":
        return _schema(value, others)
    if known == "port" and not all(PORT.fullmatch(port) for port in value.split(",") if port):
        raise ValueError(ENCODE)
    if known == "host" and re.search(r"[;=\s]", value):
        raise ValueError("no host is written so: between one name=value and the next stands a blank")
    if known == "host" and not all(each.startswith(("/", "@")) or can_be_looked_up(each) for each in value.split(",")):
        raise ValueError(ENCODE)
    if known in FOREIGN:
        return {}
    if known not in LIBPQ:
        shown = f"the parameter “{name}”" if value and re.fullmatch(r"[A-Za-z_-]{1,40}", name) else "a parameter"
        raise ValueError(f"it has {shown}, which libpq does not know: take that out")
    return {known: value}


def _ssl(value: str) -> dict[str, str]:
    """`ssl=true` is what JDBC and node's driver write."""
    if value.lower() in TRUE:
        return {"sslmode": "require"}
    return {"sslmode": "disable" if value.lower() in {"false", "0", "off", "no"} else _ssl_mode(value)}


def _ssl_mode(value: str) -> str:
    mode = value.lower().replace("_", "-")
    mode = "require" if mode == "no-verify" else mode
    if mode not in SSL_MODES:
        raise ValueError(f"its sslmode is none of {', '.join(SSL_MODES)}")
    return mode


def _schema(value: str, others: dict[str, str]) -> dict[str, str]:
    """`schema=app` is Prisma's; the schema `public` is where everybody is anyhow."""
    if not re.fullmatch(r"\w+(?:,\w+)*", value):
        raise ValueError("its schema is no name")
    before = f"{others['options']} " if "options" in others else ""
    return {} if value == "public" else {"options": f"{before}-csearch_path={value}"}


def _composed(parameters: dict[str, str]) -> str:
    rest = dict(parameters)
    user, password, dbname = (quote(rest.pop(name, ""), safe="") for name in ("user", "password", "dbname"))
    credentials = f"{user}:{password}@" if password else f"{user}@" if user else ""
    hosts, ports = rest.get("host", "").split(","), rest.get("port", "").split(",")
    place = ""
    if len(hosts) == len(ports) or ports == [""]:
        ports = ports if len(hosts) == len(ports) else [""] * len(hosts)
        place = ",".join(_place(host, port) for host, port in zip(hosts, ports, strict=True))
        rest = {name: value for name, value in rest.items() if name not in ("host", "port")}
    query = "&".join(f"{name}={quote(value, safe='/,')}" for name, value in rest.items())
    return f"postgresql://{credentials}{place}/{dbname}{'?' if query else ''}{query}"


def _place(host: str, port: str) -> str:
    written = f"[{host}]" if IPV6.fullmatch(host) else quote(host, safe="")
    return f"{written}:{port}" if port else written
