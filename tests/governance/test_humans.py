from bot.governance.humans import aliases
from tests.governance.parts import ANN, Desk


async def test_everybody_is_an_alias_of_themselves(desk: Desk) -> None:
    assert ANN in await aliases(desk.context, ANN)
