"""What is lost on the way, and whether it may have arrived."""

import asyncio
import socket

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.hub.auth import BearerCredential
from bot.hub.errors import HubUnreachable

from .calls import ORGANIZATION, READS, WRITES, Write
from .conftest import MakeHub
from .server import Clock, FakeHub, Seen, raw_json, raw_server, read_request, reply


@pytest.mark.parametrize("write", WRITES)
async def test_a_write_whose_connection_is_lost_after_it_left_is_unclear_and_not_repeated(
    make_hub: MakeHub, write: Write
) -> None:
    arrived: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        while request := await read_request(reader):
            if not request.startswith(b"POST /v2/auth/token"):
                arrived.append(request)
                return
            writer.write(raw_json({"access_token": "opaque"}))

    async with raw_server(talk) as url:
        with pytest.raises(HubUnreachable, match="ServerDisconnectedError") as caught:
            await write(make_hub(url))
    assert caught.value.sent is True
    assert caught.value.unclear is True
    assert len(arrived) == 1


async def test_a_read_on_a_connection_that_closed_while_idle_is_repeated(make_hub: MakeHub) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        await read_request(reader)
        writer.write(raw_json({"access_token": "opaque", "connection": number}))
        if number == 1:
            await read_request(reader)
            return
        await reader.read()

    async with raw_server(talk) as url:
        envelope = await make_hub(url).get(ORGANIZATION, organization="acme")
        assert envelope.data["connection"] == 2


@pytest.mark.parametrize("write", WRITES)
async def test_a_write_that_never_connected_is_repeated_and_certain(
    make_hub: MakeHub, clock: Clock, write: Write
) -> None:
    hub = make_hub(f"http://127.0.0.1:{_closed_port()}", credential=BearerCredential(SecretStr("scim")))
    with pytest.raises(HubUnreachable, match="refused") as caught:
        await write(hub)
    assert caught.value.sent is False
    assert caught.value.unclear is False
    assert 20 < sum(clock.slept) < 30


def _closed_port() -> int:
    with socket.socket() as once_bound:
        once_bound.bind(("127.0.0.1", 0))
        return int(once_bound.getsockname()[1])


@pytest.mark.parametrize(("call", "unclear"), [(READS[0].values[0], False), (WRITES[1].values[0], True)])
async def test_a_time_out_after_sending_is_a_loss(make_hub: MakeHub, fake: FakeHub, call: Write, unclear: bool) -> None:
    never = asyncio.Event()

    async def respond(_seen: Seen) -> web.StreamResponse:
        await never.wait()
        return reply()

    fake.respond = respond
    with pytest.raises(HubUnreachable, match="Timeout") as caught:
        await call(make_hub(attempt_timeout=0.6, max_pause=0.0))
    never.set()
    assert caught.value.sent is True
    assert caught.value.unclear is unclear
    assert len(fake.seen) == 1


async def test_an_answer_that_breaks_off_is_a_loss(make_hub: MakeHub) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        while request := await read_request(reader):
            if not request.startswith(b"POST /v2/auth/token"):
                writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"half')
                return
            writer.write(raw_json({"access_token": "opaque"}))

    async with raw_server(talk) as url:
        with pytest.raises(HubUnreachable, match="ClientPayloadError") as caught:
            await make_hub(url).put(ORGANIZATION, json={}, organization="acme")
    assert caught.value.unclear is True


async def test_bytes_that_are_not_http_are_a_loss_and_show_no_header(make_hub: MakeHub) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        while request := await read_request(reader):
            if not request.startswith(b"POST /v2/auth/token"):
                writer.write(b"\x00\x01garbage\r\n\r\n")
                return
            writer.write(raw_json({"access_token": "opaque-token"}))

    async with raw_server(talk) as url:
        with pytest.raises(HubUnreachable) as caught:
            await make_hub(url).put(ORGANIZATION, json={}, organization="acme")
    assert caught.value.__context__ is None
    assert "opaque" not in repr(caught.value)
