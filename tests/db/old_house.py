"""A database as 0001 left it: requests in every state, with all that hangs on them, written without our models."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from alembic import command
from sqlalchemy import Connection, MetaData, insert, select

from bot.db.migrate import alembic_config
from bot.db.session import create_engine
from bot.governance.stored import dump_preview
from bot.operations.kit.base import Change, Preview
from tests.postgres import in_thread

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PREVIEW = Preview((Change("lever", "up", "down"),))
Row = dict[str, Any]


def request(number: int, status: str, required: int, **more: Any) -> Row:
    """A request of Ann's for the lever; the users and groups are those of one rule with both."""
    row: Row = {
        "id": number,
        "version": 3,
        "status": status,
        "source_key": f"command:{number}",
        "created_at": START,
        "organization": "acme",
        "operation": "lever.pull",
        "params": {"organization": "acme"},
        "reason": "because",
        "requester": "U0ANN",
        "origin": None,
        "rule": "two agree" if required else "at once",
        "required": required,
        "approver_users": ["U0OMAR"] if required else [],
        "approver_groups": ["S0LEADS"] if required else [],
        "expires_at": START + DAY,
        "preview": dump_preview(PREVIEW),
        "fingerprint": PREVIEW.fingerprint,
        "decided_at": None,
        "decided_by": None,
        "decision_reason": None,
        "settled_by": None,
        "claimed_by": None,
        "claimed_at": None,
        "lease_until": None,
        "attempts": 0,
        "finished_at": None,
        "outcome": None,
        "error": None,
    }
    return row | more


DECIDED = {"decided_by": "U0LENA", "decided_at": START + HOUR}
CLAIMED = {"claimed_by": "dead", "claimed_at": START + HOUR, "lease_until": START + HOUR, "attempts": 1}
ENDED = {"claimed_by": "dead", "attempts": 1, "finished_at": START + HOUR}
DONE = {"summary": "The lever is down", "items": []}
BULK = {"summary": "1 of 2 items done", "items": [{"subject": "A", "done": True, "text": "is there"}]}

REQUESTS = [
    request(1, "pending", 2),
    request(2, "pending", 1, approver_groups=[]),
    request(3, "pending", 2, expires_at=START + timedelta(minutes=1)),
    request(4, "approved", 2, **DECIDED),
    request(5, "approved", 0),
    request(6, "executing", 2, **DECIDED, **CLAIMED),
    request(7, "executing", 0, **CLAIMED),
    request(8, "succeeded", 2, **DECIDED, **ENDED, outcome=DONE),
    request(9, "succeeded", 0, **ENDED, outcome=DONE, settled_by="U0OMAR"),
    request(10, "failed", 1, **DECIDED, **ENDED, error="It was refused."),
    request(11, "unknown", 2, **DECIDED, **ENDED, outcome=BULK, error="Nobody knows."),
    request(12, "unknown", 0, **ENDED, error="Nobody knows."),
    request(13, "denied", 2, **DECIDED, decision_reason="she left"),
    request(14, "cancelled", 2, decided_by="U0ANN", decided_at=START + HOUR),
    request(15, "expired", 2),
    request(16, "expired", 2, **DECIDED),
    request(17, "pending", 1, approver_users=[], requester="terminal:root", origin="host laptop", source_key=None),
]
# Who agreed to what: Omar is named, Lena is in the group, and nobody wrote that down then.
VOTES = [
    {"request_id": number, "voter": voter, "at": START + timedelta(minutes=minutes)}
    for number, voter, minutes in [
        (1, "U0OMAR", 1),
        *((number, "U0OMAR", 2) for number in (4, 6, 8, 11, 16)),
        *((number, "U0LENA", 1) for number in (4, 6, 8, 11, 16)),
        (10, "U0LENA", 1),
        (13, "U0OMAR", 1),
        (15, "U0LENA", 1),
    ]
]
TRAIL = [
    {"at": START, "event": "request.submitted", "actor": row["requester"], "request_id": row["id"], "details": {"n": 1}}
    for row in REQUESTS
] + [{"at": START, "event": "operation.read", "actor": "U0ANN", "request_id": None, "details": {}}]
ITEMS: list[Row] = [
    {
        "request_id": 11,
        "key": key,
        "position": position,
        "subject": key.upper(),
        "data": {"data": {}, "hub_action": None, "subjects": []},
        "state": state,
        "text": "is there" if state == "done" else "",
    }
    for position, (key, state) in enumerate([("a", "done"), ("b", "unknown")])
]
HUB_EVENTS = [
    {
        "id": 1,
        "organization": "acme",
        "digest": "d" * 64,
        "ordinal": 0,
        "at": START,
        "action": "lever.pull",
        "name": "lever",
        "actor": "bot",
        "data": {"a": 1},
        "seen_at": START,
    }
]
EXPECTED = [
    {
        "request_id": number,
        "organization": "acme",
        "action": "lever.pull",
        "subjects": ["lever"],
        "since": START,
        "event_id": event,
    }
    for number, event in ((8, 1), (6, None))
]


def message(key: str, kind: str, channel: str, number: int, **more: Any) -> Row:
    """One that Slack has."""
    row: Row = {
        "key": key,
        "kind": kind,
        "channel": channel,
        "request_id": number,
        "payload": {},
        "state": "sent",
        "wanted": 2,
        "sent": 2,
        "created_at": START,
        "due_at": START,
        "lease_until": None,
        "attempts": 0,
        "posted_channel": channel,
        "posted_ts": f"{number}.0",
        "error": None,
    }
    return row | more


NEW: Mapping[str, Any] = {"state": "due", "wanted": 1, "sent": 0, "posted_channel": None, "posted_ts": None}
MESSAGES = [
    *(message(f"card:{row['id']}", "card", "C0APPROVALS", row["id"]) for row in REQUESTS if row["id"] not in {1, 2}),
    message("card:1", "card", "C0APPROVALS", 1, state="due", wanted=3),
    message("card:2", "card", "C0APPROVALS", 2, **NEW, lease_until=START + HOUR, attempts=1),
    message("result:13", "result", "U0ANN", 13, **NEW, error="not_in_channel"),
    message("result:11", "result", "U0ANN", 11),
]
TABLES: Mapping[str, Sequence[Row]] = {
    "requests": REQUESTS,
    "votes": VOTES,
    "audit_trail": TRAIL,
    "request_items": ITEMS,
    "hub_events": HUB_EVENTS,
    "expected_events": EXPECTED,
    "messages": MESSAGES,
}


def build(url: str) -> None:
    """Make the database at `url` what an old house left behind."""
    go(url, "0001")
    in_thread(lambda: asyncio.run(call(url, fill)))


def go(url: str, revision: str, *, back: bool = False) -> None:
    """Migrate to a revision."""
    in_thread(lambda: (command.downgrade if back else command.upgrade)(alembic_config(url), revision))


async def call(url: str, work: Any) -> Any:
    """What the work on a connection answers; committed."""
    engine = create_engine(url)
    async with engine.begin() as connection:
        answer = await connection.run_sync(work)
    await engine.dispose()
    return answer


def fill(connection: Connection) -> None:
    """Write every row."""
    tables = reflected(connection)
    for name, rows in TABLES.items():
        connection.execute(insert(tables[name]), list(rows))
    if connection.dialect.name == "postgresql":
        for name in ("requests", "hub_events"):
            connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), 1000)")


def stored(connection: Connection) -> dict[str, list[Row]]:
    """Every row of the tables that 0001 filled, and the ballots."""
    tables = reflected(connection)
    return {
        name: [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
        for name, table in tables.items()
        if name in {*TABLES, "ballots"}
    }


def reflected(connection: Connection) -> Any:
    """The tables as the database itself describes them."""
    metadata = MetaData()
    metadata.reflect(connection)
    return metadata.tables
