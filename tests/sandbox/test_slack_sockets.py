"""Socket Mode: tickets, hello, acks, deadlines, goodbyes, and what happens with no socket or too many."""

import asyncio
from contextlib import AsyncExitStack

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from sandbox.clock import Clock
from sandbox.slack import Person, SlackSandbox
from tests.sandbox.slack_support import raw_socket, socket_address, web_client


async def test_a_ticket_opens_one_socket_once(slack: SlackSandbox) -> None:
    async with aiohttp.ClientSession() as session:
        address = await socket_address(slack, session)
        async with session.ws_connect(address) as socket:
            hello = await socket.receive_json()
            assert hello["type"] == "hello"
            assert hello["num_connections"] == 1
            assert hello["connection_info"] == {"app_id": slack.app.id}
            assert hello["debug_info"]["approximate_connection_time"] == 18060
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(address)


async def test_a_refused_handshake_spends_the_ticket(slack: SlackSandbox) -> None:
    slack.sockets.refuse_handshakes(1)
    async with aiohttp.ClientSession() as session:
        address = await socket_address(slack, session)
        for _ in range(2):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(address)
        async with session.ws_connect(await socket_address(slack, session)) as socket:
            assert (await socket.receive_json())["type"] == "hello"


async def test_without_a_socket_the_person_sees_the_failure_at_once(slack: SlackSandbox, ann: Person) -> None:
    seen = await ann.command("/hub help")
    assert seen.error == "/hub failed because the app did not respond (dispatch_failed)"
    assert ann.toasts == [seen.error]


async def test_an_ack_later_than_three_seconds_is_a_timeout_and_a_broken_rule(
    slack: SlackSandbox, ann: Person, clock: Clock
) -> None:
    async with raw_socket(slack) as socket:
        running = asyncio.create_task(ann.command("/hub help"))
        envelope = await socket.receive()
        clock.advance(3.1)
        assert (await running).error == "/hub failed because the app did not respond in time (operation_timeout)"
        await socket.ack(envelope)
        await ann.wait_until(lambda: len(slack.violations) == 2)
    assert [one.title for one in slack.violations] == [
        "slash_commands was not acked within 3 seconds",
        "An ack that came too late",
    ]


async def test_an_ack_may_carry_an_answer_only_where_it_is_accepted(slack: SlackSandbox, ann: Person) -> None:
    async with raw_socket(slack) as socket:
        running = asyncio.create_task(ann.command("/hub help"))
        envelope = await socket.take({"text": "Here is help"})
        assert envelope["accepts_response_payload"] is True
        seen = await running
        assert seen.message is not None
        assert seen.message.body["text"] == "Here is help"
        shortcut = asyncio.create_task(ann.shortcut("new_request"))
        assert (await socket.take({"text": "no"}))["accepts_response_payload"] is False
        assert (await shortcut).ok
    assert slack.violations[0].title == "interactive accepts no payload in its ack"


async def test_each_envelope_goes_to_exactly_one_socket_in_turn(slack: SlackSandbox, ann: Person) -> None:
    async with raw_socket(slack) as one, raw_socket(slack) as other:
        for socket in (one, other, one):
            running = asyncio.create_task(ann.command("/hub help"))
            await socket.take()
            assert (await running).ok


async def test_the_eleventh_socket_is_sent_away(slack: SlackSandbox) -> None:
    slack.limits.enabled = False
    async with AsyncExitStack() as stack:
        for _ in range(10):
            await stack.enter_async_context(raw_socket(slack))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        socket = await stack.enter_async_context(session.ws_connect(await socket_address(slack, session)))
        assert (await socket.receive_json())["reason"] == "too_many_websockets"
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_a_refresh_says_goodbye_before_it_closes(slack: SlackSandbox) -> None:
    async with raw_socket(slack) as socket:
        await slack.disconnect("refresh_requested")
        assert await socket.receive() == {
            "type": "disconnect",
            "reason": "refresh_requested",
            "debug_info": {"host": "sandbox"},
        }
        assert (await socket.socket.receive()).type is aiohttp.WSMsgType.CLOSE
    await slack.wait_disconnected()


async def test_a_warning_leaves_ten_seconds_and_payloads_go_to_the_others(
    slack: SlackSandbox, ann: Person, clock: Clock
) -> None:
    async with raw_socket(slack) as old:
        await slack.disconnect("warning")
        assert (await old.receive())["reason"] == "warning"
        async with raw_socket(slack) as new:
            for _ in range(2):
                running = asyncio.create_task(ann.command("/hub help"))
                await new.take()
                assert (await running).ok
            clock.advance(10)
            assert (await old.socket.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_a_disabled_link_lets_nobody_in(slack: SlackSandbox) -> None:
    await slack.disconnect("link_disabled")
    async with web_client(slack, slack.app_token) as client:
        with pytest.raises(SlackApiError, match="socket_mode_not_enabled"):
            await client.apps_connections_open(app_token=slack.app_token)


async def test_slacks_own_client_comes_back_after_each_kind_of_loss(slack: SlackSandbox, ann: Person) -> None:
    async with web_client(slack) as web:
        client = SocketModeClient(app_token=slack.app_token, web_client=web, ping_interval=0.1)

        async def answer(_client: SocketModeClient, request: object) -> None:
            await client.send_message(f'{{"envelope_id": "{request.envelope_id}"}}')  # type: ignore[attr-defined]

        client.socket_mode_request_listeners.append(answer)  # type: ignore[arg-type]
        await client.connect()
        await slack.wait_connected()
        for lose in ("disconnect", "drop"):
            if lose == "drop":
                slack.sockets.drop()
            else:
                await slack.disconnect()
            await slack.wait_disconnected()
            await slack.wait_connected()
            assert (await ann.command("/hub help")).ok
        await client.close()
        await slack.wait_disconnected()


async def test_what_was_not_acked_comes_again_where_that_is_switched_on(
    slack: SlackSandbox, ann: Person, clock: Clock
) -> None:
    slack.sockets.redeliver = True
    async with raw_socket(slack) as socket:
        ann.open_home()
        first = await socket.receive()
        assert first["retry_attempt"] == 0
        clock.advance(3.1)
        second = await socket.take()
        assert second["envelope_id"] == first["envelope_id"]
        assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")


async def test_an_envelope_can_be_delivered_twice(slack: SlackSandbox, ann: Person) -> None:
    slack.sockets.duplicate()
    async with raw_socket(slack) as socket:
        running = asyncio.create_task(ann.command("/hub help"))
        one, other = await socket.take(), await socket.take()
        assert one["envelope_id"] == other["envelope_id"]
        assert (await running).ok
    assert slack.violations == []


async def test_a_payload_can_be_held_back(slack: SlackSandbox, ann: Person) -> None:
    async with raw_socket(slack) as socket:
        hold = slack.hold("socket.slash_commands")
        running = asyncio.create_task(ann.command("/hub help"))
        await hold.arrived()
        hold.release()
        await socket.take()
        assert (await running).ok


async def test_pings_are_answered(slack: SlackSandbox) -> None:
    async with aiohttp.ClientSession() as session:
        address = await socket_address(slack, session)
        socket = await session.ws_connect(address, autoping=False)
        await socket.receive_json()
        await socket.ping(b"sdk-ping-pong:1.5")
        pong = await socket.receive()
        assert (pong.type, pong.data) == (aiohttp.WSMsgType.PONG, b"sdk-ping-pong:1.5")
        await socket.close()


async def test_a_frame_that_is_no_ack_is_a_broken_rule(slack: SlackSandbox, ann: Person) -> None:
    async with raw_socket(slack) as socket:
        await socket.socket.send_str("hello?")
        await socket.socket.send_json({"envelope_id": "unknown"})
        running = asyncio.create_task(ann.command("/hub help"))
        await socket.take()
        await running
    assert [one.title for one in slack.violations] == ["A frame that is no ack", "An ack of an unknown envelope"]
