"""Modals and the Home tab: triggers, the stack, hashes, what the client checks by itself, and how submissions end."""

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.slack import NotPossibleError, Person, Seen, SlackSandbox, View
from tests.sandbox.slack_support import RawSocket, actions, button, field, modal, raw_socket, section

Json = dict[str, Any]
TEXT: Json = {"type": "plain_text_input"}


@pytest.fixture
async def socket(slack: SlackSandbox) -> AsyncIterator[RawSocket]:
    """A connected socket."""
    async with raw_socket(slack) as found:
        yield found


@pytest.fixture
def trigger(slack: SlackSandbox) -> Any:
    """A function that mints a trigger of Ann's."""
    return lambda: slack.parts.triggers.mint("U0ANN")


async def refused(call: Any) -> str:
    """The error that a call was refused with."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def opened(client: AsyncWebClient, trigger: Any, ann: Person, definition: Json) -> View:
    """The modal, open on Ann's screen."""
    await client.views_open(trigger_id=trigger(), view=definition)
    return await ann.wait_for_view()


async def submit(
    ann: Person, view: View, socket: RawSocket, values: Json, answer: Json | None = None
) -> tuple[Seen, Json]:
    """Send the form and answer it; what Ann sees and the payload that the app got."""
    sending = asyncio.create_task(ann.submit(view, values))
    envelope = await socket.take(answer)
    return await sending, envelope["payload"]


async def test_a_trigger_works_once_and_for_three_seconds(
    slack: SlackSandbox, client: AsyncWebClient, trigger: Any, clock: Clock
) -> None:
    used, late = trigger(), trigger()
    await client.views_open(trigger_id=used, view=modal())
    assert await refused(client.views_open(trigger_id=used, view=modal())) == "exchanged_trigger_id"
    clock.advance(3.1)
    assert await refused(client.views_open(trigger_id=late, view=modal())) == "expired_trigger_id"
    assert await refused(client.views_open(trigger_id="1.2.3", view=modal())) == "invalid_trigger_id"


async def test_an_invalid_view_is_refused_with_its_place(client: AsyncWebClient, trigger: Any) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.views_open(trigger_id=trigger(), view=modal(title="x" * 25))
    assert caught.value.response["error"] == "invalid_arguments"
    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    large = modal(*(section("x" * 2900) for _ in range(95)))
    assert await refused(client.views_open(trigger_id=trigger(), view=large)) == "view_too_large"


async def test_the_stack_ends_at_three(client: AsyncWebClient, trigger: Any, ann: Person) -> None:
    root = await opened(client, trigger, ann, modal())
    second = (await client.views_push(trigger_id=trigger(), view=modal()))["view"]
    third = (await client.views_push(trigger_id=trigger(), view=modal()))["view"]
    assert (third["root_view_id"], third["previous_view_id"]) == (root.id, second["id"])
    assert await refused(client.views_push(trigger_id=trigger(), view=modal())) == "push_limit_reached"


async def test_an_update_with_a_stale_hash_is_refused(client: AsyncWebClient, trigger: Any, ann: Person) -> None:
    view = await opened(client, trigger, ann, modal(external_id="mine"))
    stale = view.hash
    await client.views_update(external_id="mine", hash=stale, view=modal(section("Two"), external_id="mine"))
    assert await refused(client.views_update(view_id=view.id, hash=stale, view=modal())) == "hash_conflict"
    assert await refused(client.views_update(view_id="V0NONE", view=modal())) == "not_found"
    assert (
        await refused(
            client.views_publish(
                user_id="U0OMAR", view={"type": "home", "blocks": [section("x")], "external_id": "mine"}
            )
        )
        == "duplicate_external_id"
    )


async def test_what_was_typed_stays_where_the_ids_stay(
    client: AsyncWebClient, trigger: Any, ann: Person, socket: RawSocket
) -> None:
    view = await opened(client, trigger, ann, modal(field("a", TEXT), field("b", TEXT)))
    errors = {"response_action": "errors", "errors": {"a": "no"}}
    await submit(ann, view, socket, {"a": "one", "b": "two"}, errors)
    await client.views_update(view_id=view.id, view=modal(field("a", TEXT), field("c", TEXT)))
    _, payload = await submit(ann, view, socket, {"c": "three"})
    values = payload["view"]["state"]["values"]
    assert {block: entry["value"]["value"] for block, entry in values.items()} == {"a": "one", "c": "three"}


async def test_an_element_of_another_type_starts_afresh(client: AsyncWebClient, trigger: Any, ann: Person) -> None:
    view = await opened(client, trigger, ann, modal(field("a", TEXT)))
    await ann.submit(view, {"a": "typed"})
    await client.views_update(view_id=view.id, view=modal(field("a", {"type": "datepicker"})))
    assert view.values["a"]["value"] == {"type": "datepicker", "selected_date": None}


CLIENT_CHECKS: dict[str, tuple[Json, Any, str]] = {
    "nothing": (TEXT, "", "Please complete this required field."),
    "too short": ({**TEXT, "min_length": 3}, "ab", "Must be at least 3 characters."),
    "too long": ({**TEXT, "max_length": 3}, "abcd", "Must be at most 3 characters."),
    "no address": ({"type": "email_text_input"}, "ann", "Please enter an email address."),
    "no url": ({"type": "url_text_input"}, "nothing", "Please enter a URL."),
    "no number": ({"type": "number_input", "is_decimal_allowed": True}, "x", "Please enter a number."),
    "a fraction": ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "Please enter a whole number."),
    "too small": ({"type": "number_input", "is_decimal_allowed": False, "min_value": "2"}, "1", "Must be at least 2."),
    "too many": ({"type": "multi_users_select", "max_selected_items": 1}, ["U0ANN", "U0OMAR"], "Choose at most 1."),
}


@pytest.mark.parametrize("name", CLIENT_CHECKS)
async def test_the_client_refuses_by_itself(name: str, client: AsyncWebClient, trigger: Any, ann: Person) -> None:
    element, value, text = CLIENT_CHECKS[name]
    view = await opened(client, trigger, ann, modal(field("a", element)))
    assert (await ann.submit(view, {"a": value})).errors == {"a": text}


async def test_an_optional_field_may_stay_empty(
    client: AsyncWebClient, trigger: Any, ann: Person, socket: RawSocket
) -> None:
    view = await opened(client, trigger, ann, modal(field("a", TEXT, optional=True)))
    seen, payload = await submit(ann, view, socket, {})
    assert seen.ok
    assert payload["view"]["state"]["values"]["a"]["value"]["value"] is None


async def test_each_way_a_submission_can_end(
    client: AsyncWebClient, trigger: Any, ann: Person, socket: RawSocket
) -> None:
    view = await opened(client, trigger, ann, modal(title="One"))
    assert (await submit(ann, view, socket, {}, {"response_action": "update", "view": modal(title="Two")}))[0].ok
    assert ann.view is view
    assert view.body["title"]["text"] == "Two"
    await submit(ann, view, socket, {}, {"response_action": "push", "view": modal(title="Three")})
    pushed = ann.view
    assert pushed is not None
    assert pushed.previous_id == view.id
    await submit(ann, pushed, socket, {})
    assert ann.view is view
    await client.views_push(trigger_id=trigger(), view=modal())
    assert ann.view is not None
    await submit(ann, ann.view, socket, {}, {"response_action": "clear"})
    assert ann.view is None


async def test_errors_may_name_input_blocks_only(
    slack: SlackSandbox, client: AsyncWebClient, trigger: Any, ann: Person, socket: RawSocket
) -> None:
    form = modal(field("a", TEXT), section("words", block_id="words"))
    view = await opened(client, trigger, ann, form)
    right, _ = await submit(ann, view, socket, {"a": "x"}, {"response_action": "errors", "errors": {"a": "no"}})
    assert right.errors == {"a": "no"}
    wrong, _ = await submit(ann, view, socket, {"a": "x"}, {"response_action": "errors", "errors": {"words": "no"}})
    assert (wrong.ok, wrong.errors) == (False, {})
    assert slack.violations[0].title == "errors may name input blocks only"
    assert ann.view is view


async def test_a_submission_nobody_acks_leaves_the_form_open(
    client: AsyncWebClient, trigger: Any, ann: Person, socket: RawSocket, clock: Clock
) -> None:
    view = await opened(client, trigger, ann, modal())
    sending = asyncio.create_task(ann.submit(view))
    await socket.receive()
    clock.advance(3.1)
    assert (await sending).error == "We had some trouble connecting. Try again?"
    assert ann.view is view


async def test_closing_tells_the_app_only_where_it_asked(
    client: AsyncWebClient, trigger: Any, ann: Person, socket: RawSocket
) -> None:
    await ann.close(await opened(client, trigger, ann, modal()))
    view = await opened(client, trigger, ann, modal(notify_on_close=True))
    await client.views_push(trigger_id=trigger(), view=modal())
    closing = asyncio.create_task(ann.close(view, everything=True))
    payload = (await socket.take())["payload"]
    await closing
    assert (payload["type"], payload["view"]["id"], payload["is_cleared"]) == ("view_closed", view.id, True)
    assert ann.view is None
    with pytest.raises(NotPossibleError):
        await ann.submit(view)


async def test_a_button_in_a_modal_carries_what_was_typed(
    client: AsyncWebClient, trigger: Any, ann: Person, socket: RawSocket
) -> None:
    view = await opened(client, trigger, ann, modal(field("a", TEXT), actions(button("press"))))
    clicking = asyncio.create_task(ann.click(view, "press", state={"a": {"value": "typed"}}))
    payload = (await socket.take())["payload"]
    assert (await clicking).ok
    assert payload["view"]["state"]["values"]["a"]["value"]["value"] == "typed"
    assert "response_url" not in payload
    await client.views_push(trigger_id=payload["trigger_id"], view=modal())


async def test_a_chosen_conversation_brings_a_response_address(
    client: AsyncWebClient, trigger: Any, ann: Person, socket: RawSocket
) -> None:
    menu = {"type": "conversations_select", "response_url_enabled": True}
    view = await opened(client, trigger, ann, modal(field("where", menu)))
    _, payload = await submit(ann, view, socket, {"where": "C0APPROVALS"})
    (address,) = payload["response_urls"]
    assert (address["block_id"], address["channel_id"]) == ("where", "C0APPROVALS")


async def test_attached_files_become_slacks_file_objects(
    slack: SlackSandbox, client: AsyncWebClient, trigger: Any, ann: Person, socket: RawSocket
) -> None:
    view = await opened(client, trigger, ann, modal(field("list", {"type": "file_input", "filetypes": ["csv"]})))
    content = base64.b64encode(b"a,b").decode()
    assert (await ann.submit(view, {"list": [{"name": "x.png", "content": content}]})).errors == {
        "list": "x.png: only csv files."
    }
    _, payload = await submit(ann, view, socket, {"list": [{"name": "x.csv", "content": content}]})
    (file,) = payload["view"]["state"]["values"]["list"]["value"]["files"]
    assert (file["name"], slack.workspace.files[file["id"]].content) == ("x.csv", b"a,b")


async def test_the_home_tab_is_each_persons_own_and_can_be_off(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person, omar: Person
) -> None:
    home: Json = {"type": "home", "blocks": [section("Yours")]}
    published = (await client.views_publish(user_id="U0ANN", view=home))["view"]
    assert ann.home is not None
    assert omar.home is None
    stale = client.views_publish(user_id="U0ANN", view=home, hash="1.stale")
    assert await refused(stale) == "hash_conflict"
    assert (await client.views_publish(user_id="U0ANN", view=home, hash=published["hash"]))["view"]["id"] == ann.home.id
    slack.app.home_tab = False
    assert await refused(client.views_publish(user_id="U0ANN", view=home)) == "not_enabled"
