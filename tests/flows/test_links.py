"""Links to Docker Hub that people share, and what is asked about a message."""

from pathlib import Path
from typing import Any

from sandbox.slack import words_of
from tests.flows.conftest import OpenHouse
from tests.flows.house import APPROVALS, GENERAL, House
from tests.flows.steps import write_policy

PAGE = "https://hub.docker.com/r/acme"
MANAGED = "https://hub.docker.com/repository/docker/acme"


def unfolded(house: House, channel: str) -> list[dict[str, Any]]:
    """What hangs below the messages of a channel."""
    return [one for message in house.omar.messages(channel) for one in message.body.get("attachments", ())]


async def until_unfolded(house: House, channel: str, *words: str) -> str:
    """What hangs there, once it says all of the words."""
    await house.omar.wait_until(lambda: all(word in str(unfolded(house, channel)) for word in words))
    return str(unfolded(house, channel))


async def test_a_public_repository_unfolds_wherever_it_is_shared(house: House) -> None:
    house.ann.say(f"look at {PAGE}/web", channel=GENERAL)
    said = await until_unfolded(house, GENERAL, "*acme/web*", "The web front end", "*public*", "immutable tags off")
    assert "Ask to make it private" in said
    assert "Ask for immutable tags" in said
    assert house.slack.violations == []


async def test_a_button_below_it_opens_a_form_that_is_filled_in(house: House) -> None:
    house.ann.say(f"{PAGE}/web", channel=GENERAL)
    await until_unfolded(house, GENERAL, "*acme/web*")
    [call] = [one for one in house.slack.calls if one.method == "chat.unfurl"]
    button = call.args["unfurls"][f"{PAGE}/web"]["blocks"][1]["elements"][0]
    assert '"repository":"web"' in button["value"]
    assert '"visibility":"private"' in button["value"]
    assert button["action_id"] == "propose_0"


async def test_a_private_one_unfolds_only_where_no_guest_and_no_outsider_reads(house: House) -> None:
    house.ann.say(f"{MANAGED}/api", channel=GENERAL)  # Gus is a guest there
    house.ann.say(f"{MANAGED}/api", channel=APPROVALS)
    await until_unfolded(house, APPROVALS, "*acme/api*", "*private*")
    assert unfolded(house, GENERAL) == []


async def test_a_private_one_does_not_unfold_in_a_channel_that_another_company_is_in(house: House) -> None:
    house.slack.workspace.channels[APPROVALS].external = True
    house.ann.say(f"{MANAGED}/api", channel=APPROVALS)
    house.ann.say(f"{PAGE}/web", channel=APPROVALS)
    assert "acme/api" not in await until_unfolded(house, APPROVALS, "*acme/web*")


async def test_whoever_may_not_read_it_shares_a_bare_link(open_house: OpenHouse, tmp_path: Path) -> None:
    policy = write_policy(
        tmp_path, '{name: "omar reads", operations: ["repo.show"], approvals: 0, requesters: {users: [U0OMAR]}}'
    )
    house = await open_house(policy=policy)
    house.ann.say(f"{PAGE}/web", channel=GENERAL)
    house.omar.say(f"{PAGE}/cli", channel=GENERAL)
    assert "acme/web" not in await until_unfolded(house, GENERAL, "*acme/cli*")


async def test_what_is_not_ours_or_no_repository_stays_a_bare_link(house: House) -> None:
    house.ann.say("https://hub.docker.com/r/others/thing https://hub.docker.com/search?q=x", channel=GENERAL)
    house.ann.say(f"{PAGE}/web", channel=GENERAL)
    await until_unfolded(house, GENERAL, "*acme/web*")
    assert len(unfolded(house, GENERAL)) == 1


async def test_a_message_is_asked_about_by_the_names_in_it(house: House) -> None:
    message = house.ann.say(f"please invite jane@partner.example, and look at {PAGE}/web/tags/v1.2.0", channel=GENERAL)
    assert (await house.omar.message_shortcut(message, "ask_about_this")).ok
    shown = await house.omar.wait_for_ephemeral("Each button opens a form")
    buttons = [each["text"]["text"] for each in shown.body["blocks"][1]["elements"]]
    assert buttons[-1] == "Something else"
    assert {"Show web", "Visibility of web", "Invite jane@partner.example"} < set(buttons)
    assert (await house.omar.click(shown, "Invite jane@partner.example")).ok
    view = await house.omar.wait_for_view("jane@partner.example")
    assert (await house.omar.submit(view, {"reason": "she starts on Monday"})).ok
    assert "jane@partner.example" in words_of(await house.card(1))


async def test_a_message_that_names_nothing_opens_the_menu(house: House) -> None:
    message = house.ann.say("good morning", channel=GENERAL)
    assert (await house.omar.message_shortcut(message, "ask_about_this")).ok
    await house.omar.wait_for_view()
    assert house.slack.violations == []
