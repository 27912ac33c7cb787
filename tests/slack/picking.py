"""Choosing from the menu of everything, as a person does."""

from sandbox.slack import Person, View
from sandbox.slack.interactions.seen import Seen

MENU = "What do you want to do in Docker Hub?"


async def pick(person: Person, picker: View, name: str, *, typed: str = "") -> Seen:
    """Choose the operation with this name, among those that the menu shows for what is typed."""
    options = await person.options(picker, "pick", typed)
    return await person.click(picker, "pick", value=next(each for each in options if each["value"] == name))
