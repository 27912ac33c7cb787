"""What is kept of each kind of arrival, and what becomes of it where a restart comes before the answer."""

from datetime import timedelta
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from bot.db import inbox as rows
from bot.errors import UserError
from bot.governance.ledger.lifecycle import Status
from bot.governance.requests.queries import mine
from bot.inbox.arrivals import Arrival, Delivery, Lane, Stage
from bot.slack import commands, decisions, forms, pages, picker, talk
from bot.slack.app import KINDS
from bot.slack.arrivals import Kind, SlackDesk, adapter
from bot.slack.commands import Typed
from bot.slack.decisions import Denial
from bot.slack.presses import Press
from bot.slack.replies import ReplyAddress
from sandbox.slack import Message, words_of
from tests.slack.conftest import Desk
from tests.slack.picking import MENU

WRITE = 'team member add backend samok --reason "for the release"'


async def interrupted(
    desk: Desk,
    kind: Kind[Any],
    sent: object,
    *,
    user: str = "U0ANN",
    stage: Stage = Stage.INTERRUPTED,
    age: timedelta = timedelta(),
) -> None:
    """A process was killed between the acknowledgement and the answer; another goes on."""
    now = desk.context.clock.real()
    payload = {
        "address": adapter(ReplyAddress).dump_python(ReplyAddress(user, "C0GENERAL")),
        "sent": adapter(kind.sent).dump_python(sent),
    }
    arrival = Arrival(key="the one", kind=kind.name, person=user, received_at=now - age, payload=payload)
    row = {"key": arrival.key, "kind": kind.name, "person": user, "payload": payload, "state": rows.WAITING}
    stored = {**row, "received_at": now, "claimed_by": "us", "lease_until": now}
    await desk.context.database.urgently([rows.add(desk.context.database.dialect, [stored])])
    await SlackDesk(desk.surface, KINDS).work(arrival, Delivery(arrival.key, "us"), stage)


async def refused(_steps: object) -> None:
    """The database takes nothing."""
    raise OSError("no room")


def button_of(message: Message) -> tuple[str, str, str]:
    """The label, name and value of the one button of a message."""
    (button,) = [one for block in message.body["blocks"] for one in block.get("elements", ()) if "action_id" in one]
    return button["text"]["text"], button["action_id"], button["value"]


def test_every_kind_has_a_name_of_its_own() -> None:
    names = [kind.name for kind in KINDS]
    assert len(set(names)) == len(names)


def sample_of(hint: Any) -> Any:
    """A value of the type."""
    if get_origin(hint) is tuple:
        return tuple(sample_of(part) for part in get_args(hint) if part is not Ellipsis)
    return {bool: True, int: 7}.get(hint, "x")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_is_kept_comes_back_as_it_was(kind: Kind[Any]) -> None:
    form = forms.SentForm(operation="team.list", values={}, reason="", files={}, view="V1")
    samples: dict[str, Any] = {"values": {"team": "x", "invitees": ["a"]}, "files": {"invitees": "F1"}, "form": form}
    hints = get_type_hints(kind.sent)
    sent = kind.sent(**{name: samples.get(name, sample_of(hint)) for name, hint in hints.items()})
    assert adapter(kind.sent).validate_python(adapter(kind.sent).dump_python(sent)) == sent


async def test_a_write_that_was_not_recorded_is_recorded_and_answered(desk: Desk) -> None:
    await interrupted(desk, commands.TYPED, Typed(WRITE, "spent"))
    (view,) = await mine(desk.context, "U0ANN")
    assert (view.status, view.reason) == (Status.PENDING, "for the release")
    await desk.told(desk.ann, "Waits for 1 approval", f"Request {view.id}")


async def test_of_a_write_that_was_recorded_it_is_told_how_it_stands(desk: Desk) -> None:
    await interrupted(desk, commands.TYPED, Typed(WRITE, "spent"))
    await SlackDesk(desk.surface, KINDS).work(
        Arrival(
            key="the one",
            kind="command",
            person="U0ANN",
            received_at=desk.context.clock.real(),
            payload={"address": {"user": "U0ANN"}, "sent": {"text": WRITE, "trigger": "spent"}},
        ),
        Delivery("the one", "us"),
        Stage.ACTED,
    )
    assert len(await mine(desk.context, "U0ANN")) == 1
    await desk.told(desk.ann, "Hubwarden was restarted meanwhile", "Waits for 1 approval")


async def test_a_write_of_long_ago_is_not_asked_for_any_more_and_a_button_does(desk: Desk) -> None:
    await interrupted(desk, commands.TYPED, Typed(WRITE, "spent"), age=timedelta(minutes=31))
    assert await mine(desk.context, "U0ANN") == ()
    message = await desk.told(desk.ann, "did not run when you typed", "has not asked for it since")
    assert button_of(message) == ("Ask again", "again", WRITE)
    assert (await desk.ann.click(message, "again")).ok
    await desk.told(desk.ann, "Waits for 1 approval")


async def test_a_read_is_to_be_asked_for_anew_by_a_button(desk: Desk) -> None:
    await interrupted(desk, commands.TYPED, Typed("team list", "spent"))
    message = await desk.told(desk.ann, "Hubwarden was restarted before it could answer `/hub team list`.")
    assert (await desk.ann.click(message, "again")).ok
    await desk.told(desk.ann, "Teams of acme")


@pytest.mark.parametrize(
    ("text", "label", "form"),
    [("team member add backend", "Open the form", "Add to team"), ("", "Open the menu", MENU)],
)
async def test_a_form_that_can_no_longer_be_opened_is_behind_a_button(
    desk: Desk, text: str, label: str, form: str
) -> None:
    await interrupted(desk, commands.TYPED, Typed(text, "spent"))
    message = await desk.told(desk.ann, "Hubwarden was restarted before it could open the form.")
    assert button_of(message) == (label, "again", text)
    await desk.ann.click(message, "again")
    await desk.ann.wait_for_view(form)


async def test_the_menu_of_the_shortcut_is_behind_a_button_too(desk: Desk) -> None:
    await interrupted(desk, picker.CHOSEN, picker.Chosen("spent"))
    await desk.ann.click(await desk.told(desk.ann, "was restarted before it could open the form"), "again")
    await desk.ann.wait_for_view(MENU)


async def test_help_and_what_cannot_be_understood_are_answered_as_ever(desk: Desk) -> None:
    await interrupted(desk, talk.WRITTEN, talk.DirectMessage())
    await desk.told(desk.ann, "Write to me as behind")
    with pytest.raises(Exception, match="Did you mean"):
        await interrupted(desk, commands.TYPED, Typed("membr list", "spent"))


async def test_a_vote_that_was_not_counted_is_counted_and_one_that_was_is_not_counted_again(desk: Desk) -> None:
    await desk.ask("/hub team member add owners annberg")
    press = Press(value="1", trigger="spent")
    await interrupted(desk, decisions.DECIDING[0], press, user="U0OMAR")
    assert (await desk.view()).approvals == ("U0OMAR",)
    await interrupted(desk, decisions.DECIDING[0], press, user="U0OMAR", stage=Stage.ACTED)
    assert (await desk.view()).approvals == ("U0OMAR",)
    assert desk.omar.messages(desk.omar.direct_channel) == []


async def test_a_denial_is_counted(desk: Desk) -> None:
    await desk.ask("/hub team member add backend samok")
    await interrupted(desk, decisions.DENIAL, Denial(1, "not this week"), user="U0OMAR")
    assert (await desk.view()).decision_reason == "not this week"


@pytest.mark.parametrize(
    ("kind", "label", "shows"),
    [(decisions.ASKING_WHY, "Open the form", "Deny request 1"), (decisions.SHOWING_ALL, "Show details", "Request 1")],
    ids=["deny", "details"],
)
async def test_what_a_press_would_have_opened_is_behind_a_button(
    desk: Desk, kind: Kind[Press], label: str, shows: str
) -> None:
    await desk.ask("/hub team member add backend samok")
    await interrupted(desk, kind, Press(value="1", trigger="spent"), user="U0OMAR")
    message = await desk.told(desk.omar, "was restarted before it could open the form")
    assert button_of(message) == (label, kind.name, "1")
    await desk.omar.click(message, kind.name)
    await desk.omar.wait_until(lambda: desk.omar.view is not None)
    assert desk.omar.view is not None
    assert shows in str(desk.omar.view.body["title"])


async def test_a_page_that_was_not_turned_is_to_be_pressed_for_once_more(desk: Desk) -> None:
    await interrupted(desk, pages.TURNED, Press(value="t:20", trigger="spent"))
    await desk.told(desk.ann, "Please press once more.")


async def test_a_form_that_was_sent_is_recorded_and_one_that_only_asked_is_to_be_sent_again(desk: Desk) -> None:
    values = {"team": "backend", "username": "samok"}
    form = forms.SentForm(operation="team.member.add", values=values, reason="why", files={}, view="V0GONE")
    await interrupted(desk, forms.SENT, form)
    (view,) = await mine(desk.context, "U0ANN")
    assert view.reason == "why"
    await desk.told(desk.ann, "Waits for 1 approval")
    read = forms.SentForm(operation="team.list", values={}, reason="", files={}, view="V0GONE")
    await interrupted(desk, forms.SENT, read)
    await desk.told(desk.ann, "Hubwarden was restarted before it could answer. Please ask once more.")


async def test_what_another_version_kept_is_said_and_not_guessed(desk: Desk) -> None:
    desk_of_slack = SlackDesk(desk.surface, KINDS)
    for kind, sent in (("command", {"words": "x"}), ("of the future", {})):
        arrival = Arrival(
            key="the one",
            kind=kind,
            person="U0ANN",
            received_at=desk.context.clock.real(),
            payload={"address": {"user": "U0ANN"}, "sent": sent},
        )
        assert desk_of_slack.lane_of(arrival) is Lane.READS
        with pytest.raises(Exception, match="was updated before it came to this"):
            await desk_of_slack.work(arrival, Delivery("the one", "us"), Stage.INTERRUPTED)


async def test_an_operation_that_is_gone_is_said_and_holds_up_nobody(desk: Desk) -> None:
    desk_of_slack = SlackDesk(desk.surface, KINDS)
    sent = {"operation": "invite.gone", "values": {}, "reason": "x", "files": {}, "view": "V1"}
    payload = {"address": {"user": "U0ANN"}, "sent": sent}
    now = desk.context.clock.real()
    arrival = Arrival(key="the one", kind="form", person="U0ANN", received_at=now, payload=payload)
    assert desk_of_slack.lane_of(arrival) is Lane.READS
    with pytest.raises(UserError, match=r"does not know “invite\.gone” any more"):
        await desk_of_slack.work(arrival, Delivery("the one", "us"), Stage.INTERRUPTED)


@pytest.mark.parametrize("payload", [{}, {"address": {"someone": "U0ANN"}}])
async def test_where_an_address_is_of_another_version_the_person_is_told_directly(
    desk: Desk, payload: dict[str, Any]
) -> None:
    now = desk.context.clock.real()
    arrival = Arrival(key="the one", kind="command", person="U0ANN", received_at=now, payload=payload)
    await SlackDesk(desk.surface, KINDS).fail(arrival, UserError("It cannot be done."))
    await desk.told(desk.ann, "It cannot be done.")


@pytest.mark.parametrize(
    ("text", "lane"),
    [
        ("team list", Lane.READS),
        ("help", Lane.READS),
        ("membr list", Lane.READS),
        ("team member add backend", Lane.COMMANDS),
        ("  Team  MEMBER add", Lane.COMMANDS),
        ("invite jane@example.com", Lane.COMMANDS),
        ("tags api", Lane.READS),
        ("team member addition", Lane.READS),
        ("", Lane.COMMANDS),
    ],
)
def test_reads_have_slots_of_their_own(desk: Desk, text: str, lane: Lane) -> None:
    assert commands.lane_of(desk.surface, Typed(text, "t")) is lane


async def test_a_press_that_cannot_be_kept_is_said(desk: Desk) -> None:
    card = await desk.card(await desk.ask("/hub team member add backend samok"))
    await desk.settled()
    urgently = desk.context.database.urgently
    desk.context.database.urgently = refused  # type: ignore[assignment,method-assign]
    await desk.omar.click(card, "approve")
    shown = words_of(await desk.omar.wait_for_ephemeral("nothing was recorded"))
    assert "Please try again" in shown
    desk.context.database.urgently = urgently  # type: ignore[method-assign]
    assert (await desk.view()).status is Status.PENDING


async def test_a_form_that_cannot_be_kept_stays_open_with_what_was_typed(desk: Desk) -> None:
    await desk.ann.command("/hub team member add backend samok")
    form = await desk.ann.wait_for_view("Add to team")
    await desk.settled()
    desk.context.database.urgently = refused  # type: ignore[assignment,method-assign]
    seen = await desk.ann.submit(form, {"reason": "why"})
    assert "nothing was recorded" in str(seen.errors)
