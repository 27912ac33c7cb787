"""Lights: each looked at beside the others, and whatever goes wrong with one is said of that one alone."""

import asyncio

from bot.lights import Light, look_at


async def green() -> Light:
    """What is in order."""
    return Light("Database", "green", "It answers.")


async def broken() -> Light:
    """What cannot be looked at."""
    raise RuntimeError("a secret")


async def silent() -> Light:
    """What never answers."""
    await asyncio.Event().wait()
    raise AssertionError


async def test_what_cannot_be_looked_at_is_red_and_the_others_are_shown() -> None:
    lights = await look_at([("Slack", broken), ("Database", green), ("Hub", silent)], seconds=0.05)
    assert [(light.name, light.state) for light in lights] == [("Slack", "red"), ("Database", "green"), ("Hub", "red")]
    assert "RuntimeError" in lights[0].said
    assert "secret" not in str(lights)
    assert lights[2].said == "There was no answer within 0.05 seconds."
