"""What Docker Hub refuses of the parts outside its contract is off for an hour, and `help` says why."""

from pathlib import Path

import pytest

from sandbox.hub.wire.faults import Respond
from sandbox.slack import words_of
from tests.flows.conftest import OpenHouse
from tests.flows.house import House
from tests.flows.steps import refusal, write_policy

AT_ONCE = '{name: at once, operations: ["*"], approvals: 0}'
ACCESS = "/v2/orgs/acme/settings/registry-access-management"
WHY = "Docker Hub does not offer"


@pytest.fixture
async def open_to_all(open_house: OpenHouse, tmp_path: Path) -> House:
    """A house in which everybody may do everything at once."""
    return await open_house(policy=write_policy(tmp_path, AT_ONCE))


async def helped(house: House, topic: str) -> str:
    """What help says of a topic."""
    seen = len(house.ann.ephemerals())
    assert (await house.ann.command(f"/hub help {topic}")).ok
    await house.ann.wait_until(lambda: len(house.ann.ephemerals()) > seen)
    return words_of(house.ann.ephemerals()[-1])


def asked(house: House, path: str) -> int:
    """How often Docker Hub was asked there."""
    return len([one for one in house.hub.requests if one.path.rstrip("/") == path])


async def test_what_the_plan_lacks_is_off_for_an_hour_and_then_tried_again(open_to_all: House) -> None:
    house = open_to_all
    plan = house.hub.state.organizations["acme"].plan
    assert "Off:" not in await helped(house, "registry")
    plan.registry_access = False
    await refusal(house.ann, "/hub registry access show", WHY, "403")
    assert asked(house, ACCESS) == 1

    said = await helped(house, "registry")
    assert said.count("_Off: ") == 4, "reading it and changing it are one capability; in the text and in the blocks"
    assert WHY in said
    assert "Off:" not in await helped(house, "org settings")
    house.clock.advance(3500)
    await refusal(house.omar, "/hub registry access show", WHY)
    await refusal(house.omar, "/hub registry access update --enabled on --reason x", WHY)
    assert asked(house, ACCESS) == 1, "nobody asks again within the hour"

    plan.registry_access = True
    house.clock.advance(101)
    assert "Off:" not in await helped(house, "registry")
    await refusal(house.ann, "/hub registry access show", "Registry access of acme")
    assert house.slack.violations == []


async def test_a_wish_for_what_is_off_records_no_request(open_to_all: House) -> None:
    house = open_to_all
    house.hub.state.organizations["acme"].plan.registry_access = False
    for _ in range(2):
        await refusal(house.ann, "/hub registry access update --enabled on --reason x", WHY)
    assert asked(house, ACCESS) == 1
    house.hub.state.organizations["acme"].plan.registry_access = True
    house.clock.advance(3601)
    await house.ann.command("/hub registry access update --enabled on --reason x")
    await house.told(house.ann, "Your request is done", "Request 1")


CHANGES = [
    ("/hub repo update api --description new", "PATCH", "*/repositories/api*", "repo.update"),
    ("/hub repo visibility web private", "POST", "*/web/privacy*", "repo.visibility"),
    ("/hub repo delete web", "DELETE", "*/web*", "repo.delete"),
    ("/hub tag delete api edge", "DELETE", "*/edge*", "tag.delete"),
]


@pytest.mark.parametrize(("line", "method", "path", "topic"), CHANGES)
async def test_a_change_that_docker_hub_does_not_offer_is_off_afterwards(
    open_to_all: House, line: str, method: str, path: str, topic: str
) -> None:
    house = open_to_all
    house.hub.faults.add(method, path, Respond(403, {"message": "not for you"}))
    await house.ann.command(f"{line} --reason x")
    await house.told(house.ann, "has failed", WHY, "not for you")
    assert "_Off: Docker Hub does not offer" in await helped(house, topic.replace(".", " "))
    await refusal(house.ann, f"{line} --reason x", WHY)
    house.clock.advance(3601)
    assert "Off:" not in await helped(house, topic.replace(".", " "))
    await house.ann.command(f"{line} --reason x")
    await house.told(house.ann, "Your request is done", "Request 2")


async def test_a_thing_that_does_not_exist_is_no_missing_capability(open_to_all: House) -> None:
    house = open_to_all
    await refusal(house.ann, "/hub team repo list nosuchteam", "nosuchteam")
    assert "Off:" not in await helped(house, "team repo")
    await refusal(house.ann, "/hub repo visibility nosuch private --reason x", "nosuch")
    assert "Off:" not in await helped(house, "repo visibility")


async def test_an_outage_turns_nothing_off(open_to_all: House) -> None:
    house = open_to_all
    house.hub.faults.add("GET", ACCESS, Respond(429, {"detail": "slow down"}, {"Retry-After": "9000"}))
    await refusal(house.ann, "/hub registry access show", "rate limit is spent")
    assert "Off:" not in await helped(house, "registry")
