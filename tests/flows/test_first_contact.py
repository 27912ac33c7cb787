"""First contact: administrators, channels, people; and people who leave."""

from pathlib import Path

from sandbox.slack import words_of
from tests.flows.conftest import OpenHouse
from tests.flows.house import ADMIN, GENERAL, House
from tests.flows.steps import write_policy

ANYTHING = '{name: "all", operations: ["*"], approvals: 1, approvers: {users: [U0LENA]}}'


def said_in(house: House, channel: str) -> list[str]:
    """Everything that everybody reads there."""
    return [words_of(one) for one in house.omar.messages(channel) if not one.only_for]


async def test_the_administrators_read_three_steps_once(open_house: OpenHouse) -> None:
    house = await open_house(is_first_start=True)
    await house.omar.wait_for_message(ADMIN, "Three steps")
    await house.bot.stop()
    await house.start_bot()
    assert (await house.ann.command("/hub doctor")).ok
    await house.ann.wait_for_ephemeral("Approvers")
    assert len([one for one in said_in(house, ADMIN) if "Three steps" in one]) == 1
    assert house.slack.violations == []


async def test_a_channel_that_it_comes_into_reads_two_lines_once(open_house: OpenHouse) -> None:
    house = await open_house()
    bot = house.slack.app.bot_user_id
    for _ in range(2):
        house.slack.leave_channel(GENERAL, bot)
        house.slack.join_channel(GENERAL, bot, inviter="U0OMAR")
    shown = await house.omar.wait_for_message(GENERAL, "I look after Docker Hub for `acme`")
    assert "<#C0APPROVALS>" in words_of(shown)
    assert len(words_of(shown).splitlines()) >= 2


async def test_somebody_who_looks_around_hears_what_they_may_do_once(house: House) -> None:
    house.ann.open_home()
    await house.told(house.ann, "You can ask for changes to:", "teams", "repositories")
    house.ann.open_home()
    assert (await house.ann.command("/hub help")).ok
    await house.ann.wait_for_ephemeral("/hub")
    greetings = [one for one in house.ann.messages(house.ann.direct_channel) if "You can ask" in words_of(one)]
    assert len(greetings) == 1


async def test_a_guest_hears_how_to_get_the_right(house: House) -> None:
    guest = house.person("U0GUS")
    guest.open_home()
    await house.told(guest, "Guests, bots and people of other companies cannot ask me")


async def test_whoever_is_deactivated_and_still_in_docker_hub_is_offered_for_off_boarding(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    house = await open_house(policy=write_policy(tmp_path, ANYTHING, head="people: {U0SAM: samok}"))
    house.slack.deactivate_user("U0SAM")
    shown = await house.omar.wait_for_message(ADMIN, "is still in `acme` on Docker Hub as `samok`")
    assert (await house.omar.click(shown, "propose")).ok
    view = await house.omar.wait_for_view("samok")
    assert (await house.omar.submit(view, {})).ok
    await house.card(1, "samok")
    assert house.slack.violations == []
