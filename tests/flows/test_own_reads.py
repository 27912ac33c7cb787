"""Reading our own tables: a glob opens to everybody what concerns them, and only a rule by name opens the rest."""

from pathlib import Path

from tests.flows.conftest import OpenHouse
from tests.flows.house import House
from tests.flows.steps import agree, ask, refusal, write_policy

TEAM = "/hub team member add platform annberg"
ASK = '{name: omar agrees, operations: ["team.*"], approvals: 1, approvers: {users: [U0OMAR]}}'


async def test_a_glob_shows_people_what_concerns_them_and_nobody_elses_reasons(house: House) -> None:
    await ask(house, TEAM)
    shown = await refusal(house.ann, "/hub requests", "Requests of acme")
    assert "for the release" in shown
    assert "These are the requests that concern you." in shown
    assert "for the release" in await refusal(house.omar, "/hub requests --whose waiting", "Requests of acme")
    hidden = await refusal(house.person("U0SAM"), "/hub requests", "Requests of acme")
    assert "Nothing found." in hidden
    assert "for the release" not in hidden
    assert "There is no request 1 that you may see." in await refusal(
        house.person("U0SAM"), "/hub history 1", "request 1"
    )


async def test_a_rule_by_name_shows_all(open_house: OpenHouse, tmp_path: Path) -> None:
    by_name = "{name: open records, operations: [requests, history], approvals: 0}"
    house = await open_house(policy=write_policy(tmp_path, by_name, ASK))
    await agree(house, await ask(house, TEAM))
    await house.card(1, "Done")
    sam = house.person("U0SAM")
    assert "for the release" in await refusal(sam, "/hub requests", "Requests of acme")
    history = await refusal(sam, "/hub history 1", "History of request 1")
    assert "1 of 1 approvals" in history
    assert "execution.succeeded" in history
    assert (await sam.command("/hub request 1")).ok
    await sam.wait_for_ephemeral("annberg")


async def test_without_a_rule_nobody_reads_them(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house(policy=write_policy(tmp_path, ASK))
    assert "what no rule allows is refused" in await refusal(house.ann, "/hub requests", "requests")
