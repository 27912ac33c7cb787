"""Reading: at once or not at all, and written down once it has been read."""

from dataclasses import replace

import pytest

from bot.errors import RequestRefused
from bot.governance.hub_errors import HubFailed
from bot.governance.ledger.events import Event
from bot.governance.requests.read import read
from bot.hub import Call, Hub, UnauthorizedError
from bot.operations.kit.base import Answer, CapabilityMissing
from tests.flows.races_parts import Nothing
from tests.governance.parts import ANN, AT_ONCE, GUEST, START, Desk

NEVER = '{version: 1, rules: [{name: never, operations: ["*"], refuse: look away}]}'


async def test_what_is_allowed_is_read_and_written_down(any_desk: Desk) -> None:
    any_desk.policy, any_desk.origin = AT_ONCE, {"channel": "C0GENERAL"}
    answer = await read(any_desk.context, any_desk.intent(reads=True), ANN)
    assert answer.rows == (("up",),)
    (told,) = await any_desk.trail()
    assert (told.event, told.actor, told.at, told.request_id) == (Event.READ, ANN, START, None)
    assert told.details == {
        "rule": "at once",
        "operation": "lever.get",
        "params": {"organization": "acme"},
        "reason": "because",
        "channel": "C0GENERAL",
    }


async def test_a_read_cannot_wait_for_approvals(desk: Desk) -> None:
    with pytest.raises(RequestRefused, match=r"“two agree” wants approvals for lever\.get, and a read cannot wait\."):
        await read(desk.context, desk.intent(reads=True), ANN)
    assert await desk.trail() == []


@pytest.mark.parametrize(("policy", "who"), [(NEVER, ANN), (AT_ONCE, GUEST)])
async def test_a_read_that_is_refused_is_not_made_and_the_refusal_is_written_down(
    desk: Desk, policy: str, who: str
) -> None:
    looked = []

    async def look(_hub: Hub, _params: Nothing) -> Answer:
        looked.append(True)
        return Answer("", (), (), 0)

    desk.policy, desk.looking = policy, replace(desk.looking, run=look)
    with pytest.raises(RequestRefused):
        await read(desk.context, desk.intent(reads=True), who)
    assert looked == []
    assert await desk.events() == [(Event.REFUSED, who)]


async def test_what_docker_hub_refuses_is_told_in_a_sentence_and_was_not_read(desk: Desk) -> None:
    async def look(_hub: Hub, _params: Nothing) -> Answer:
        raise UnauthorizedError(Call("GET", "/lever"), status=403, detail="members only")

    desk.policy, desk.looking = AT_ONCE, replace(desk.looking, run=look)
    with pytest.raises(HubFailed, match="Docker Hub says: “members only”"):
        await read(desk.context, desk.intent(reads=True), ANN)
    assert await desk.trail() == []


async def test_what_this_plan_does_not_offer_is_not_asked_for_again(desk: Desk) -> None:
    asked = []

    async def look(_hub: Hub, _params: Nothing) -> Answer:
        asked.append(True)
        raise CapabilityMissing("Not on this plan.")

    desk.policy, desk.looking = AT_ONCE, replace(desk.looking, run=look, capability="levers")
    context = desk.context
    for _ in range(2):
        with pytest.raises(CapabilityMissing, match="Not on this plan"):
            await read(context, desk.intent(reads=True), ANN)
    assert asked == [True]


async def test_a_write_is_not_read(desk: Desk) -> None:
    desk.policy = AT_ONCE
    with pytest.raises(TypeError, match=r"lever\.pull is no read"):
        await read(desk.context, desk.intent(), ANN)


async def test_a_read_changes_nothing_and_rouses_nobody(desk: Desk) -> None:
    desk.policy = AT_ONCE
    await read(desk.context, desk.intent(reads=True), ANN)
    assert await desk.everything() == [[], [], []]
    assert desk.wakes == 0
