"""A proxy on loopback for tests, which leads every name to one server of theirs, and a certificate of one's own."""

import asyncio
import base64
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

NAMES = "subjectAltName=DNS:hub.example.com,DNS:slack.example.com,DNS:wss.example.com"


@dataclass
class Proxy:
    """What it was asked, and where it leads; with `credentials` (`user:password`) it takes nobody else."""

    target: int
    credentials: str | None = None
    port: int = 0
    asked: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: CONNECT opens a tunnel, anything else is handed on as it came."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head.split(b"\r\n")[0].decode().removesuffix(" HTTP/1.1"))
        wanted = f"Basic {base64.b64encode((self.credentials or '').encode()).decode()}".encode()
        if self.credentials is not None and b"proxy-authorization: " + wanted.lower() not in head.lower():
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        if head.startswith(b"CONNECT "):
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            far_writer.write(head)
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def proxy_to(target: int, *, credentials: str | None = None) -> AsyncIterator[Proxy]:
    """A proxy that leads to a port of this machine."""
    proxy = Proxy(target, credentials)
    serving: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(proxy.serve(reader, writer))
        serving.add(task)
        task.add_done_callback(serving.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


@dataclass(frozen=True)
class Certificate:
    """A certificate that no authority has signed, and the server's side of it."""

    file: Path
    server: ssl.SSLContext


def make_certificate(folder: Path) -> Certificate:
    """One for the names of `NAMES`, made by openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here (apt-get install openssl)")
    file, key = folder / "own.pem", folder / "own.key"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    where = ("-keyout", str(key), "-out", str(file), "-subj", "/CN=Hubwarden's tests", "-addext", NAMES)
    subprocess.run(["openssl", "req", "-x509", *curve, *where], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file, key)
    return Certificate(file, context)
