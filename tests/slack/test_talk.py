"""What people write to the bot: the words of the command, plain words, and anything else in three lines."""

from typing import Any

import pytest

from bot.errors import RequestNotFound
from sandbox.slack import words_of
from sandbox.slack.transport.envelopes import Acked
from tests.slack.conftest import Desk
from tests.slack.picking import MENU


async def deliver(desk: Desk, **event: Any) -> None:
    """Hand over an event as Slack does, and let what follows from it come to its end."""
    bot = [{"user_id": desk.slack.app.bot_user_id, "is_bot": True}]
    body = {"type": "event_callback", "team_id": "T0ACME", "event": event, "authorizations": bot}
    assert isinstance(await desk.slack.sockets.deliver("events_api", body), Acked)
    await desk.settled()


async def test_what_is_not_understood_is_answered_in_three_lines_with_buttons(desk: Desk) -> None:
    desk.ann.say("how are you?")
    answer = await desk.told(desk.ann, "Write to me as behind `/hub`")
    assert answer.only_for is None
    assert "member list" not in words_of(answer)
    assert (await desk.ann.click(answer, "Choose from everything")).ok
    await desk.ann.close(await desk.ann.wait_for_view(MENU))
    assert (await desk.ann.click(answer, "What can I ask for?")).ok
    await desk.told(desk.ann, "Access tokens")
    assert (await desk.ann.click(answer, "My requests")).ok
    await desk.told(desk.ann, "Requests of acme")
    assert desk.slack.violations == []


async def test_the_words_of_the_command_do_the_same_without_the_slash(desk: Desk) -> None:
    desk.ann.say("team list")
    await desk.told(desk.ann, "Teams of acme")
    desk.ann.say('team member add backend samok --reason "moves over"')
    await desk.told(desk.ann, "Request 1")
    assert (await desk.view()).requester == "U0ANN"
    assert desk.slack.violations == []


async def test_help_and_a_command_that_is_wrong_are_answered_as_behind_the_slash(desk: Desk) -> None:
    desk.ann.say("help teams")
    await desk.told(desk.ann, "/hub team member add")
    desk.ann.say("team member add backend samok --resaon x")
    await desk.told(desk.ann, "There is no --resaon here. Did you mean --reason?")
    assert desk.slack.violations == []


async def test_what_is_missing_is_asked_for_by_a_form_behind_a_button(desk: Desk) -> None:
    desk.ann.say("team member add backend")
    answer = await desk.told(desk.ann, "Nothing is asked for until you send the form.")
    assert "team `backend`" in words_of(answer)
    assert (await desk.ann.click(answer, "Open the form")).ok
    form = await desk.ann.wait_for_view("Add to team")
    assert form.values["team"]["choice"]["selected_option"]["value"] == "backend"


async def test_plain_words_propose_a_filled_form_and_ask_for_nothing(desk: Desk) -> None:
    desk.ann.say("please add samok to the backend team because they move over")
    answer = await desk.told(desk.ann, "*Add to team*: team `backend`, username `samok`, reason “they move over”")
    await desk.settled()
    with pytest.raises(RequestNotFound):
        await desk.view()
    assert desk.hub.requests.made("POST", "*") == []
    assert (await desk.ann.click(answer, "Open the form")).ok
    form = await desk.ann.wait_for_view("Add to team")
    assert form.values["reason"]["value"]["value"] == "they move over"
    assert (await desk.ann.submit(form)).ok
    await desk.ann.wait_for_view("Request 1")
    assert (await desk.view()).params["username"] == "samok"


async def test_what_is_too_long_for_a_button_is_kept_for_it(desk: Desk) -> None:
    people = " ".join(f"person{number}@example.com" for number in range(100))
    desk.ann.say(f"invite {people} --role editor")
    answer = await desk.told(desk.ann, "Nothing is asked for until you send the form.")
    assert (await desk.ann.click(answer, "Open the form")).ok
    form = await desk.ann.wait_for_view("Invite people")
    assert form.values["invitees"]["value"]["value"].split() == people.split()


async def test_a_command_that_can_be_corrected_has_its_form_behind_a_button(desk: Desk) -> None:
    await desk.ann.command("/hub invite send unknown-id --role editor --reason new")
    answer = await desk.ann.wait_for_ephemeral("unknown-id is no address or Docker ID that anybody has")
    assert (await desk.ann.click(answer, "Open the form")).ok
    form = await desk.ann.wait_for_view("Invite people")
    assert form.values["invitees"]["value"]["value"] == "unknown-id"
    assert form.values["role"]["value"]["selected_option"]["value"] == "editor"
    assert form.values["reason"]["value"]["value"] == "new"


async def test_a_message_delivered_twice_is_one_request(desk: Desk) -> None:
    desk.slack.sockets.duplicate(1)
    desk.ann.say("team member add backend samok --reason x")
    await desk.told(desk.ann, "Request 1")
    await desk.settled()
    with pytest.raises(RequestNotFound):
        await desk.view(2)


async def test_a_mention_is_answered_beside_it_for_its_writer_alone(desk: Desk) -> None:
    bot = desk.slack.app.bot_user_id
    event = {"type": "app_mention", "channel": "C0GENERAL", "user": "U0ANN", "ts": "1.2"}
    await deliver(desk, **event, text=f"<@{bot}> team list")
    assert (await desk.ann.wait_for_ephemeral("Teams of acme")).only_for == "U0ANN"
    await deliver(desk, **event | {"ts": "1.3"}, text=f"thank you <@{bot}>!")
    await desk.ann.wait_for_ephemeral("Write to me as behind `/hub`")
    assert desk.ann.messages(desk.ann.direct_channel) == []
    await deliver(desk, **event | {"ts": "1.4"}, bot_id="B0OTHER", text=f"<@{bot}> repo list")
    assert not desk.slack.calls_of("chat.postMessage")


async def test_who_has_left_the_channel_is_answered_in_a_direct_message(desk: Desk) -> None:
    desk.slack.faults.add("chat.postEphemeral", error="user_not_in_channel", times=9)
    await deliver(desk, type="app_mention", channel="C0GENERAL", user="U0ANN", ts="1.2", text="team list")
    await desk.told(desk.ann, "Teams of acme")


@pytest.mark.parametrize(
    "more",
    [{"channel_type": "channel"}, {"subtype": "message_changed"}, {"bot_id": "B0OTHER"}],
    ids=["in a channel", "a change", "from a bot"],
)
async def test_other_messages_are_left_alone(desk: Desk, more: dict[str, str]) -> None:
    event = {"type": "message", "channel_type": "im", "user": "U0ANN", "text": "hello?", **more}
    await deliver(desk, **event)
    assert desk.ann.messages(desk.ann.direct_channel) == []
