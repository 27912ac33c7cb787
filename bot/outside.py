"""How this process reaches the outside: through which proxy, and trusting whose certificates."""

import ipaddress
import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from bot.addresses import is_this_machine
from bot.errors import ConfigurationError

SECURE = frozenset({"https", "wss"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """The proxies for addresses with and without TLS, whom NO_PROXY exempts from them, and the certificates.

    It alone decides: what libraries would read from the environment does not count, nor does `~/.netrc`.
    """

    secure_proxy: str | None = None
    plain_proxy: str | None = None
    exempt: str = ""
    certificates: ssl.SSLContext | None = None

    def proxy_for(self, url: URL) -> URL | None:
        """The proxy that leads to an address; None where it is reached directly, as this machine always is."""
        proxy = self.secure_proxy if url.scheme in SECURE else self.plain_proxy
        host = url.host or ""
        if proxy is None or is_this_machine(host) or is_exempt(host, url.port, exempt=self.exempt):
            return None
        return URL(proxy)

    def session(self, **options: Any) -> aiohttp.ClientSession:
        """A new HTTP session, with aiohttp's options; to be made and closed in the event loop."""
        return aiohttp.ClientSession(connector=Connector(self), **options)


class Connector(aiohttp.TCPConnector):
    """Opens every connection as `Outside` says, whatever the request's own library wants."""

    def __init__(self, outside: Outside) -> None:
        super().__init__(ssl=outside.certificates or True)
        self._outside = outside

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Any],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109
    ) -> Any:
        """The connection for a request."""
        # slack_sdk reads HTTPS_PROXY by itself, and heeds no NO_PROXY.
        req.update_proxy(self._outside.proxy_for(req.url), None, None)
        return await super().connect(req, traces, timeout)


DIRECT = Outside()


def is_exempt(host: str, port: int | None, *, exempt: str) -> bool:
    """Whether NO_PROXY names the host: itself or a domain above it, with or without a port, `*`, or a network."""
    return any(_covers(entry.lower(), host.lower(), port) for entry in re.split(r"[\s,]+", exempt) if entry)


def _covers(entry: str, host: str, port: int | None) -> bool:
    if entry == "*":
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        name, colon, number = entry.rpartition(":")
    if colon and number.isdigit():
        if port != int(number):
            return False
        entry = name
    domain = entry.strip("[]").removeprefix("*").lstrip(".").rstrip(".")
    return bool(domain) and f".{host.strip('[]').rstrip('.')}".endswith(f".{domain}")


def trusted(file: Path | None, folder: Path | None) -> ssl.SSLContext | None:
    """The system's certificates, and those of the bundle or the folder; None where neither is given.

    Raises `ConfigurationError` that names the setting.
    """
    if file is None and folder is None:
        return None
    context = ssl.create_default_context()
    if file is not None:
        _load(context, file)
    if folder is not None:
        if not folder.is_dir():
            raise ConfigurationError([f"SSL_CERT_DIR names {folder}, which is no folder."])
        context.load_verify_locations(capath=folder)
    return context


def _load(context: ssl.SSLContext, file: Path) -> None:
    try:
        context.load_verify_locations(cafile=file)
    except ssl.SSLError:
        reason = "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
    else:
        return
    raise ConfigurationError([f"SSL_CERT_FILE names {file}, which {reason}."])
