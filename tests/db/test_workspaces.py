"""Rows learn their workspace: new ones as they are written, older ones once it is known, and none of them twice."""

from functools import partial

from sqlalchemy import select

from bot.db import messages, requests, trail, workspaces
from bot.db.batches import until_none_is_left
from bot.db.models import Message, OperationRequest, TrailRecord
from bot.db.session import Database
from tests.db.rows import NOW, request_row


async def write(database: Database, key: str, *, workspace: str | None = None) -> None:
    """A request, its message and its trail."""
    async with database.begin() as session:
        number = await requests.add(session, request_row(source_key=key, workspace=workspace))
        await messages.want(
            session,
            key,
            kind="card",
            protocol="slack",
            address="C0X",
            created_at=NOW,
            due_at=NOW,
            workspace=workspace,
            request_id=number,
        )
        record = TrailRecord(at=NOW, event="e", actor=key, request_id=number, details={}, workspace=workspace)
        await trail.append(session, record)


async def found(database: Database) -> dict[str, set[str | None]]:
    """The workspaces of every row, by what it is called in this test."""
    columns = (
        (OperationRequest.source_key, OperationRequest.workspace),
        (Message.key, Message.workspace),
        (TrailRecord.actor, TrailRecord.workspace),
    )
    of: dict[str, set[str | None]] = {}
    async with database.begin() as session:
        for name, workspace in columns:
            for key, value in (await session.execute(select(name, workspace))).all():
                of.setdefault(str(key), set()).add(value)
    return of


async def test_rows_have_no_workspace_until_it_is_known(database: Database) -> None:
    await write(database, "terminal")
    assert await found(database) == {"terminal": {None}}


async def test_new_rows_are_of_the_workspace_that_the_database_belongs_to(database: Database) -> None:
    database.belong_to("T0ACME")
    await write(database, "slack")
    assert await found(database) == {"slack": {"T0ACME"}}


async def test_a_row_that_names_its_workspace_keeps_it(database: Database) -> None:
    database.belong_to("T0ACME")
    await write(database, "elsewhere", workspace="T0BETA")
    assert await found(database) == {"elsewhere": {"T0BETA"}}


async def test_rows_without_a_workspace_are_adopted_and_those_of_another_are_not(database: Database) -> None:
    await write(database, "terminal")
    await write(database, "elsewhere", workspace="T0BETA")
    adopt = partial(workspaces.adopt_some, workspace="T0ACME")
    assert await until_none_is_left(database.begin, adopt) == 3
    async with database.begin() as session:
        assert await workspaces.adopt_some(session, "T0LATER") == 0
    assert await found(database) == {"terminal": {"T0ACME"}, "elsewhere": {"T0BETA"}}
