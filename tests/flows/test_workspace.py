"""Which workspace the bot is in: every row says so, whoever wrote it, and whenever Slack could be asked."""

import asyncio

from bot.db import trail
from bot.db.migrate import upgrade
from bot.db.models import TrailRecord
from bot.db.session import Database
from tests.db.rows import NOW
from tests.flows.conftest import OpenHouse
from tests.flows.house import House
from tests.flows.races_records import looked_for, opened, read_records
from tests.flows.steps import agree, ask

INVITE = "/hub invite send jane@example.com"


async def workspaces(house: House) -> set[str | None]:
    """The workspaces of every row there is."""
    async with opened(house.database_url) as database:
        records = await read_records(database)
        async with database.begin() as session:
            history = await trail.after(session, 0, 1000)
    of_requests = {row.workspace for row in records.requests.values()}
    return of_requests | {row.workspace for row in records.messages.values()} | {row.workspace for row in history}


async def write_as_a_terminal(url: str) -> None:
    """A row from before anybody knew the workspace."""
    await asyncio.to_thread(upgrade, url)
    database = Database(url)
    async with database.begin() as session:
        await trail.append(session, TrailRecord(at=NOW, event="operation.read", actor="ann@host", details={}))
    await database.close()


async def test_everything_that_comes_of_a_request_is_of_the_workspace(house: House) -> None:
    await agree(house, await ask(house, INVITE))
    await house.told(house.ann, "is done")
    assert await workspaces(house) == {house.slack.workspace.team.id}


async def test_what_a_terminal_wrote_is_adopted_at_the_start(sqlite_url: str, open_house: OpenHouse) -> None:
    await write_as_a_terminal(sqlite_url)
    house = await open_house()
    assert await workspaces(house) == {house.slack.workspace.team.id}


async def test_a_workspace_that_slack_did_not_tell_at_the_start_is_learned_later(
    sqlite_url: str, open_house: OpenHouse
) -> None:
    await write_as_a_terminal(sqlite_url)

    def silence(house: House) -> None:
        house.slack.faults.add("auth.test", status=500, body="upstream is busy")

    house = await open_house(silence)
    team = house.slack.workspace.team.id

    async def look() -> bool | None:
        return await workspaces(house) == {team} or None

    await looked_for(look)
    assert house.bot.directory.team == team
    await ask(house, INVITE)
    assert await workspaces(house) == {team}
