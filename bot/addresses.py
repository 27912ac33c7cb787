"""Addresses as people write them: without a scheme, with a slash too many, of a page; read as what is meant."""

import ipaddress
import re
from urllib.parse import SplitResult, unquote, urlsplit

from bot.hosts import can_be_looked_up

SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
# `https:/host`, `https//host`, `http:host`: somebody's slip, and no other reading.
SLIP = re.compile(r"(https?)(?::/?|//)(?=[\w\[])(?!\d+(?:/|$))", re.IGNORECASE)
HOST = re.compile(r"(?!-)[A-Za-z0-9_.-]{1,253}|[0-9a-f:.]+(?:%\w+)?", re.IGNORECASE)
PROXIES = ("http", "https")


def web_address(text: str) -> str:
    """`hub.docker.com/` is https://hub.docker.com; on this machine it is http. No slash stands at the end.

    Raises ValueError, whose text never repeats the address.
    """
    parts = _split(text)
    if parts.scheme not in PROXIES:
        raise ValueError("it begins with neither https:// nor http://")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("an address such as https://hub.docker.com has no user, no “?” and no “#” in it")
    return f"{parts.scheme}://{_place(parts)}{parts.path.rstrip('/')}"


def proxy_address(text: str) -> str:
    """`proxy.example.com:3128` is http://proxy.example.com:3128, with user and password where there are some.

    Raises ValueError, whose text never repeats the address: it can hold a password.
    """
    parts = _split(text, scheme="http")
    if parts.scheme not in PROXIES:
        raise ValueError("Hubwarden speaks to proxies whose address begins with http:// or https:// alone")
    credentials, at, _ = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{credentials}{at}{_place(parts)}"


def shown(address: str) -> str:
    """The address without its user and password."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{_place(parts)}{parts.path}"


def password_in(address: str) -> str | None:
    """The password in an address, as it is meant."""
    found = re.search(r"://[^:/@]*:(.*)@", address)
    return unquote(found[1]) if found else None


def is_loopback(url: str) -> bool:
    """Whether an address leads to this machine and no further."""
    return is_this_machine(urlsplit(url).hostname or "")


def is_this_machine(host: str) -> bool:
    """Whether a host is this machine's loopback."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(text: str, *, scheme: str | None = None) -> SplitResult:
    text = text.replace("\\", "/")
    if SCHEME.match(text) is None:
        text = (
            SLIP.sub(r"\1://", text, count=1)
            if SLIP.match(text)
            else f"{scheme or _scheme_of(text)}://{text.lstrip('/')}"
        )
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("its host or its port is written as none can be") from None
    if not host or HOST.fullmatch(host) is None or not can_be_looked_up(host):
        raise ValueError("there is no host in it, or one that is written as none can be")
    return parts


def _scheme_of(text: str) -> str:
    """For an address without one: on this machine nobody has a certificate."""
    return "http" if is_loopback(f"//{text.lstrip('/')}") else "https"


def _place(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2].lower().rstrip(":")
