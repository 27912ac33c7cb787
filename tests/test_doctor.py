"""What the doctor looks at, in order and not."""

import pytest

from bot.db.session import Database
from bot.doctor import Examination
from bot.slack.client import Standing


def examined(database: Database, standing: Standing) -> Examination:
    """With a Slack that says this."""

    async def ask() -> Standing:
        return standing

    return Examination(database=database, standing=ask)


async def test_what_is_in_order_is_green(database: Database) -> None:
    lights = await examined(database, Standing(None)).lights()
    assert [(light.name, light.state) for light in lights] == [("Database", "green"), ("Slack", "green")]


async def test_what_is_not_is_red_with_a_way_out(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse() -> None:
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(database, "ping", refuse)
    lights = await examined(database, Standing("Slack does not accept it (invalid_auth).")).lights()
    assert [light.state for light in lights] == ["red", "red"]
    assert [light.said for light in lights] == [
        "It does not answer: Connection refused.",
        "Slack does not accept it (invalid_auth).",
    ]
    assert all(light.way_out for light in lights)
