"""What people learn who may ask for nothing; and what a stale id in the policy costs the others."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from sandbox.slack import Person
from tests.flows.house import House
from tests.flows.steps import agree, ask, write_policy

OpenHouse = Callable[..., Awaitable[House]]


async def test_a_guest_learns_no_names_from_a_forms_menu(house: House) -> None:
    async def offered(person: Person, typed: str) -> list[str]:
        await person.command("/hub repo immutable set")
        view = await person.wait_for_view("Set immutable tags")
        return [str(one["value"]) for one in await person.options(view, "choice", typed, block_id="repository")]

    assert "api" in await offered(house.ann, "ap")
    # What was typed is always on offer; the answer that Ann has just got is not.
    assert await offered(house.person("U0GUS"), "ap") == ["ap"]


async def test_a_guest_learns_nobodys_address_by_a_mention(house: House) -> None:
    guest = house.person("U0GUS")
    await guest.command("/hub team list --username <@U0DEE|dee> --reason x")
    told = await guest.wait_for_ephemeral("")
    assert "@example.com" not in guest.sees(told)


async def test_a_named_approver_decides_though_a_group_of_the_rule_is_gone(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    approvers = "{users: [U0OMAR], groups: [S0GONE]}"
    rule = f'{{name: one of them agrees, operations: ["*"], approvals: 1, approvers: {approvers}}}'
    house = await open_house(policy=write_policy(tmp_path, rule))
    card = await ask(house, "/hub team member add platform samok", number=1)
    await agree(house, card, house.omar)
    await house.card(1, "Done")
