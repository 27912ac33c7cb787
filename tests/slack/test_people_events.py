"""Changes of people and of groups are noticed at once."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from bot.governance.people import Person
from sandbox.slack import User
from sandbox.slack.transport.envelopes import Acked
from tests.slack.conftest import Desk


async def deliver(desk: Desk, **event: Any) -> None:
    """Hand over an event as Slack does, and let what follows from it come to its end."""
    body = {"type": "event_callback", "team_id": "T0ACME", "event": event}
    assert isinstance(await desk.slack.sockets.deliver("events_api", body), Acked)
    await desk.settled()


@pytest.mark.parametrize(
    "event",
    [
        {"type": "subteam_members_changed", "subteam_id": "S0LEADS"},
        {"type": "subteam_updated", "subteam": {"id": "S0LEADS"}},
    ],
    ids=lambda event: str(event["type"]),
)
async def test_a_group_that_changes_is_asked_for_anew(desk: Desk, event: dict[str, Any]) -> None:
    assert await desk.surface.directory.members_of("S0LEADS") == {"U0OMAR", "U0LENA"}
    await deliver(desk, **event)
    await desk.surface.directory.members_of("S0LEADS")
    assert len(desk.slack.calls_of("usergroups.users.list")) == 2


async def test_a_person_who_changes_is_asked_for_anew(desk: Desk) -> None:
    await desk.surface.directory.person("U0ANN")
    await deliver(desk, type="user_change", user={"id": "U0ANN"})
    await desk.surface.directory.person("U0ANN")
    assert len(desk.slack.calls_of("users.info")) == 2


async def test_whoever_is_new_or_changes_is_kept_with_their_address(desk: Desk) -> None:
    heard = asyncio.Queue[Person]()

    async def hear(people: Iterable[Person]) -> None:
        for person in people:
            heard.put_nowait(person)

    desk.surface.directory._hear = hear
    desk.slack.change_address("U0ANN", "elsewhere@example.com")
    changed = await asyncio.wait_for(heard.get(), 5)
    assert (changed.id, changed.email) == ("U0ANN", "elsewhere@example.com")
    desk.slack.let_in(User("U0NEW", "new", "New Person", email="new@example.com"))
    new = await asyncio.wait_for(heard.get(), 5)
    assert (new.id, new.email, new.is_foreign) == ("U0NEW", "new@example.com", False)


@pytest.mark.parametrize("event", [{"type": "user_change"}, {"type": "subteam_updated"}], ids=lambda e: str(e["type"]))
async def test_an_event_without_its_name_is_taken_all_the_same(desk: Desk, event: dict[str, Any]) -> None:
    await deliver(desk, **event)
    assert desk.slack.violations == []
