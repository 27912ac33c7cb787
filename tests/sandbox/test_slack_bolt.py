"""A Bolt app, Slack's own framework, against the sandbox: command, message, button, modal, options, Home, shortcut."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from sandbox.slack import Person, SlackSandbox
from tests.sandbox.slack_support import actions, bolt_app, button, connected, field, modal, section

Handler = Any


def _approval_app(app: AsyncApp) -> None:
    @app.command("/hub")
    async def hub(ack: Handler, command: Handler, client: Handler) -> None:
        await ack(f"You asked: {command['text']}")
        card = [section(f"*{command['text']}*"), actions(button("approve", "Approve", value="42", style="primary"))]
        await client.chat_postMessage(channel="C0APPROVALS", text=f"Request: {command['text']}", blocks=card)

    @app.action("approve")
    async def approve(ack: Handler, body: Handler, client: Handler, respond: Handler) -> None:
        await ack()
        done = f"Approved by <@{body['user']['id']}> ({body['actions'][0]['value']})"
        where = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
        await client.chat_update(**where, text=done, blocks=[section(done)])
        await respond(text="Thank you", replace_original=False)


async def test_a_request_is_asked_for_approved_and_shown_as_approved(
    slack: SlackSandbox, ann: Person, omar: Person
) -> None:
    async with bolt_app(slack) as app:
        _approval_app(app)
        async with connected(app, slack):
            seen = await ann.command("/hub invite send acme")
            assert seen.message is not None
            assert seen.message.body["text"] == "You asked: invite send acme"
            card = await omar.wait_for_message("C0APPROVALS", "Request: invite send acme")
            assert (await omar.click(card, "approve")).ok
            changed = await ann.wait_for_message("C0APPROVALS", "Approved by <@U0OMAR> (42)")
            assert changed.ts == card.ts
            thanks = await omar.wait_for_ephemeral("Thank you")
            assert thanks.channel == "C0APPROVALS"
            assert ann.ephemerals("C0APPROVALS") == []
    assert slack.violations == []


def _form_app(app: AsyncApp) -> list[Any]:
    submitted: list[Any] = []
    team = field("team", {"type": "external_select", "min_query_length": 0})

    @app.shortcut("new_request")
    async def opened(ack: Handler, shortcut: Handler, client: Handler) -> None:
        await ack()
        loading = modal(section("Loading"), title="Loading")
        opened_view = await client.views_open(trigger_id=shortcut["trigger_id"], view=loading)
        form = modal(team, field("reason", {"type": "plain_text_input", "min_length": 5}), callback_id="form")
        view = opened_view["view"]
        await client.views_update(view_id=view["id"], hash=view["hash"], view=form)

    @app.options("value")
    async def options(ack: Handler, payload: Handler) -> None:
        names = [name for name in ("platform", "backend") if payload["value"] in name]
        await ack(options=[{"text": {"type": "plain_text", "text": one}, "value": f"id-{one}"} for one in names])

    @app.view("form")
    async def submit(ack: Handler, view: Handler) -> None:
        values = view["state"]["values"]
        if values["reason"]["value"]["value"] == "wrong":
            await ack(response_action="errors", errors={"reason": "Not this one"})
            return
        submitted.append(values)
        await ack()

    return submitted


async def test_a_form_is_opened_filled_in_corrected_and_sent(slack: SlackSandbox, ann: Person) -> None:
    async with bolt_app(slack) as app:
        submitted = _form_app(app)
        async with connected(app, slack):
            assert (await ann.shortcut("new_request")).ok
            form = await ann.wait_for_view("reason")
            refused = await ann.submit(form, {"team": "platform", "reason": "wrong"})
            assert refused.errors == {"reason": "Not this one"}
            assert (await ann.submit(form, {"reason": "because"})).ok
            assert ann.view is None
    assert submitted[0]["team"]["value"]["selected_option"]["value"] == "id-platform"
    assert submitted[0]["reason"]["value"]["value"] == "because"
    assert slack.violations == []


async def test_the_home_tab_is_published_when_it_is_opened(slack: SlackSandbox, ann: Person) -> None:
    async with bolt_app(slack) as app:

        @app.event("app_home_opened")
        async def opened(event: Handler, client: Handler) -> None:
            await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section("Welcome")]})

        async with connected(app, slack):
            ann.open_home()
            assert "Welcome" in str((await ann.wait_for_home()).body)
