"""Through which proxy, and trusting whose certificates: real sockets, a proxy and a server of the test's own."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr
from yarl import URL

from bot.errors import ConfigurationError
from bot.hub import BearerCredential, ClientOptions, Hub, HubUnreachable
from bot.outside import DIRECT, Outside, is_exempt, trusted
from bot.slack.client import build_client
from bot.slack.socket import SocketMode
from tests.proxy import Certificate, make_certificate, proxy_to

PROXY = "http://proxy.example.com:3128"


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    """The far side's."""
    return make_certificate(tmp_path)


@asynccontextmanager
async def far_side(tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server that answers every request as Slack and Docker Hub do in a good mood; its port."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if request.headers.get("Upgrade") == "websocket":
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            await socket.send_json({"type": "hello"})
            async for _ in socket:
                pass
            return socket
        return web.json_response({"ok": True, "url": "wss://wss.example.com/link/?ticket=1"})

    runner = web.ServerRunner(web.Server(answer, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def hub_at(url: str, outside: Outside) -> AsyncIterator[Hub]:
    """A client of Docker Hub there, which does not try again."""
    options = ClientOptions(deadline=2, attempt_timeout=2)
    hub = Hub(url=url, credential=BearerCredential(SecretStr("t")), options=options, outside=outside)
    yield hub
    await hub.close()


async def test_docker_hub_is_reached_through_a_tunnel_with_the_proxys_password(certificate: Certificate) -> None:
    async with far_side(certificate.server) as port, proxy_to(port, credentials="ann:se cret") as proxy:
        through = Outside(
            secure_proxy=f"http://ann:se%20cret@127.0.0.1:{proxy.port}", certificates=trusted(certificate.file, None)
        )
        async with hub_at("https://hub.example.com", through) as hub:
            assert (await hub.get("/v2/orgs/{organization}", organization="acme")).data["ok"] is True
    assert proxy.asked == ["CONNECT hub.example.com:443"]


async def test_an_address_without_tls_goes_to_its_own_proxy() -> None:
    async with far_side() as port, proxy_to(port) as proxy:
        through = Outside(plain_proxy=f"http://127.0.0.1:{proxy.port}", secure_proxy="http://127.0.0.1:1")
        async with hub_at("http://hub.example.com", through) as hub:
            await hub.get("/v2/orgs/{organization}", organization="acme")
    assert proxy.asked == ["GET http://hub.example.com/v2/orgs/acme"]


async def test_a_write_that_the_proxy_refused_never_left_and_the_reason_is_the_proxys() -> None:
    async with far_side() as port, proxy_to(port, credentials="ann:verysecret") as proxy:
        through = Outside(secure_proxy=f"http://ann:wrongsecret@127.0.0.1:{proxy.port}")
        async with hub_at("https://hub.example.com", through) as hub:
            with pytest.raises(HubUnreachable, match="the proxy answers 407") as caught:
                await hub.post("/v2/orgs/{organization}", organization="acme")
    assert caught.value.unclear is False
    assert "secret" not in f"{caught.value!r} {caught.value}"


async def test_without_the_bundle_nobodys_own_certificate_is_trusted(certificate: Certificate) -> None:
    async with far_side(certificate.server) as port, proxy_to(port) as proxy:
        through = Outside(secure_proxy=f"http://127.0.0.1:{proxy.port}")
        async with hub_at("https://hub.example.com", through) as hub:
            with pytest.raises(HubUnreachable, match=r"ClientConnectorCertificateError: self.signed certificate"):
                await hub.get("/v2/orgs/{organization}", organization="acme")


@pytest.mark.parametrize(("exempt", "asked"), [("", ["CONNECT slack.example.com:443"]), ("slack.example.com", [])])
async def test_slacks_web_api_heeds_what_no_proxy_exempts_whatever_slack_sdk_reads(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch, exempt: str, asked: list[str]
) -> None:
    async with far_side(certificate.server) as port, proxy_to(port) as proxy:
        address = f"http://127.0.0.1:{proxy.port}"
        monkeypatch.setenv("HTTPS_PROXY", address)
        through = Outside(secure_proxy=address, exempt=exempt, certificates=trusted(certificate.file, None))
        async with through.session() as session:
            client = build_client(SecretStr("xoxb-1"), url="https://slack.example.com/api/", session=session)
            if asked:
                assert (await client.auth_test())["ok"]
            else:
                with pytest.raises(aiohttp.ClientConnectorDNSError):
                    await client.auth_test()
    assert proxy.asked[:1] == asked


async def test_the_socket_goes_through_the_proxy_and_trusts_the_bundle(certificate: Certificate) -> None:
    async with far_side(certificate.server) as port, proxy_to(port) as proxy:
        through = Outside(secure_proxy=f"http://127.0.0.1:{proxy.port}", certificates=trusted(certificate.file, None))
        async with through.session() as session:
            client = build_client(SecretStr("xoxb-1"), url="https://slack.example.com/api/", session=session)
            app: Any = SimpleNamespace(client=client, logger=None)
            socket = SocketMode(app, "xapp-1", outside=through)
            await socket.start()
            async with asyncio.timeout(10):
                await socket.wait_ready()
            await socket.stop()
    assert proxy.asked == ["CONNECT slack.example.com:443", "CONNECT wss.example.com:443"]


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("https://hub.docker.com", "http://secure:1"),
        ("wss://wss-primary.slack.com/link", "http://secure:1"),
        ("http://hub.docker.com", "http://plain:1"),
        ("ws://slack.example.com", "http://plain:1"),
        ("http://127.0.0.1:8765", None),
        ("https://localhost:8765", None),
        ("ws://[::1]:8765", None),
    ],
)
def test_tls_decides_between_two_proxies_and_this_machine_needs_none(url: str, proxy: str | None) -> None:
    found = Outside(secure_proxy="http://secure:1", plain_proxy="http://plain:1").proxy_for(URL(url))
    assert found == (URL(proxy) if proxy else None)


def test_without_a_proxy_everything_is_reached_directly() -> None:
    assert DIRECT.proxy_for(URL("https://hub.docker.com")) is None


@pytest.mark.parametrize(
    ("exempt", "host", "is_so"),
    [
        ("slack.com", "slack.com", True),
        ("slack.com", "wss-primary.slack.com", True),
        (".slack.com", "slack.com", True),
        ("*.slack.com", "files.slack.com", True),
        ("slack.com", "notslack.com", False),
        ("other.com, Slack.COM", "slack.com", True),
        ("other.com slack.com.", "slack.com", True),
        ("slack.com:443", "slack.com", True),
        ("slack.com:8443", "slack.com", False),
        ("*", "hub.docker.com", True),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("[fd00::1]", "fd00::1", True),
        ("fd00::/8", "fd00::1", True),
        ("", "slack.com", False),
        (" , ", "slack.com", False),
        (".", "slack.com", False),
    ],
)
def test_what_no_proxy_exempts_is_reached_directly(exempt: str, host: str, is_so: bool) -> None:
    assert is_exempt(host, 443, exempt=exempt) is is_so
    bracketed = f"[{host}]" if ":" in host else host
    found = Outside(secure_proxy=PROXY, exempt=exempt).proxy_for(URL(f"https://{bracketed}"))
    assert (found is None) is is_so


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file or directory"),
        ("", "holds no certificate in PEM form"),
        ("-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n", "holds no certificate in PEM form"),
    ],
)
def test_a_bundle_that_is_missing_or_broken_is_a_sentence(tmp_path: Path, content: str | None, said: str) -> None:
    file = tmp_path / "bundle.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigurationError) as caught:
        trusted(file, None)
    [problem] = caught.value.problems
    assert problem.startswith(f"SSL_CERT_FILE names {file}, which {said}")


def test_a_folder_of_certificates_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"SSL_CERT_DIR names .*, which is no folder\."):
        trusted(None, tmp_path / "none")
    assert trusted(None, None) is None
