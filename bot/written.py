"""What people write into settings, read as what they mean: one annotated type for each kind of value."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from bot.addresses import proxy_address, web_address
from bot.database_address import read_database_address
from bot.hosts import can_be_looked_up

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
UNITS = {"": 1.0, "ms": 0.001, "s": 1.0, "sec": 1.0, "second": 1.0, "m": 60.0, "min": 60.0, "minute": 60.0}
UNITS |= {"h": 3600.0, "hr": 3600.0, "hour": 3600.0, "d": 86400.0, "day": 86400.0}
AMOUNT = re.compile(r"([+-]?\d+(?:[.,]\d+)?)\s*([a-z]*)\.?", re.IGNORECASE)
SLACK_KINDS = {
    "xoxb-": "a bot's token, which belongs into SLACK_BOT_TOKEN",
    "xapp-": "an app-level token, which belongs into SLACK_APP_TOKEN",
    "xoxp-": "a person's token",
    "xoxe": "a token that Slack replaces every twelve hours: turn token rotation off, or make a new app without it",
    "dckr_": "Docker's token, which belongs into DOCKERHUB_TOKEN",
    "https://hooks.slack.com": "the address of an incoming webhook",
}
# Session tokens are JSON Web Tokens: https://docs.docker.com/reference/api/hub/latest/#tag/authentication-api
SESSION = "eyJ"
CHANNEL_LINK = re.compile(
    r"(?:https?://)?[\w.-]+\.slack\.com/(?:archives|messages|app_redirect\?channel=)/?([CG][A-Z0-9]+)\S*"
)
CHANNEL_MENTION = re.compile(r"<#([CG][A-Z0-9]+)(?:\|[^>]*)?>")
HUB_PAGE = re.compile(
    r"(?:https?://)?(?:hub|app)\.docker\.com/(?:(?:orgs?|u|r|accounts|repository/docker)/)?([\w-]+)(?:/\S*)?"
)
NAMESPACE = re.compile(r"[a-z0-9][a-z0-9_-]*", re.IGNORECASE)


def read_text(value: Any, reading: Callable[[str], Any]) -> Any:
    """A text read; anything else as it is."""
    return reading(value) if isinstance(value, str) else value


def seconds(value: str) -> Any:
    """`60s`, `1 min` and `1,5 h` in seconds; what is no such amount is left for the type to refuse."""
    found = AMOUNT.fullmatch(value)
    unit = found[2].lower() if found else None
    factor = UNITS.get(unit, UNITS.get(unit.removesuffix("s"))) if unit is not None else None
    return value if found is None or factor is None else float(found[1].replace(",", ".")) * factor


def share(value: str) -> Any:
    """`20%`, `0.2` and `0,2` are one fifth."""
    number, percent, _ = value.replace(",", ".").partition("%")
    try:
        return float(number) / (100 if percent else 1)
    except ValueError:
        return value


def port(value: str) -> str:
    """`:8080` and `8080/tcp` are 8080. Raises ValueError for what Kubernetes puts there of itself."""
    if value.startswith("tcp://"):
        raise ValueError(
            "Kubernetes has set it to the address of a service of the same name: set it yourself, "
            "or put enableServiceLinks: false into the pod"
        )
    return value.removeprefix(":").partition("/")[0].strip()


def host(value: str) -> str:
    """`*` is every address of this machine, and `[::]` is ::."""
    bare = re.sub(r"\A\w+://", "", value).rstrip("/").strip("[]")
    if re.fullmatch(r"[^:]*:\d+", bare):
        raise ValueError("it is a host alone, such as 0.0.0.0: the port goes into HEALTH_PORT")
    if re.search(r"[\s/;]", bare) or not can_be_looked_up(bare):
        raise ValueError("it is no host: 0.0.0.0, or an address of this machine")
    return "0.0.0.0" if bare == "*" else bare  # noqa: S104


def level(value: str) -> str:
    """Level names in upper case, as Python's logging has them."""
    name = {"WARN": "WARNING", "ERR": "ERROR", "TRACE": "DEBUG"}.get(value.upper(), value.upper())
    if name not in LEVELS:
        raise ValueError(f"it is none of {', '.join(LEVELS)}")
    return name


def channel(value: str) -> str:
    """`#hub-approvals`, a mention of it and its link are the channel's name or id."""
    found = CHANNEL_MENTION.fullmatch(value) or CHANNEL_LINK.fullmatch(value)
    if found is not None:
        return found[1]
    name = value.lstrip("#").strip()
    if name.startswith("@") or re.fullmatch(r"[UW][A-Z0-9]{6,}", name):
        raise ValueError("it names a person, and only a channel will do")
    if not name or re.search(r"[\s/:<>|,;]", name):
        raise ValueError(
            "no channel has such a name: one channel's name such as hub-approvals, or its id such as C0123"
        )
    return name


def organizations(value: str) -> tuple[str, ...]:
    """`acme, Other`, each on a line of its own or in a list's brackets: two organizations, each once."""
    parts = (part.strip("[](){}\"'“”‘’` ") for part in re.split(r"[,;\s]+", value))
    return tuple(dict.fromkeys(namespace(part).lower() for part in parts if part))


def namespace(value: str) -> str:
    """A Docker ID or an organization's name, also as the address of its page or as `@name`."""
    page = HUB_PAGE.fullmatch(value)
    name = page[1] if page else value.removeprefix("@").rstrip("/")
    if NAMESPACE.fullmatch(name) is None:
        raise ValueError("Docker's names have only letters, digits, “-” and “_” in them")
    return name


def account(value: str) -> str:
    """A Docker ID, or the e-mail address that Docker's log-in takes in its place."""
    return value if re.fullmatch(r"[^\s@/:]+@[^\s@/:]+", value) else namespace(value)


def path(value: str) -> Path:
    """A file, also in somebody's home."""
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise ValueError("nobody has that home folder") from None


def hub_address(value: str) -> str:
    """Docker Hub's address; every path of ours begins with the version that documentation writes behind it."""
    return web_address(value).removesuffix("/v2")


def slack_address(value: str) -> str:
    """The Web API's address: slack_sdk joins method names to it as they are."""
    address = web_address(value)
    return f"{address}/" if address.count("/") > 2 else f"{address}/api/"


def secret(reading: Callable[[str], str]) -> Callable[[Any], Any]:
    """A validator that reads a secret; what it raises never repeats one."""

    def read(value: SecretStr) -> SecretStr:
        return SecretStr(reading(value.get_secret_value()))

    return read


def slack_token(prefix: str) -> Callable[[str], str]:
    """Reads a Slack token that begins so; raises ValueError that says what it is instead."""

    def read(value: str) -> str:
        token = header_value(without_scheme(value))
        if token.startswith(prefix):
            return token
        kinds = (said for start, said in SLACK_KINDS.items() if token.startswith(start))
        raise ValueError(f"it does not begin with {prefix}: it is {next(kinds, 'another kind of token')}")

    return read


def docker_token(value: str) -> str:
    """A token or a password of Docker's; raises ValueError for what is certainly neither."""
    token = without_scheme(value)
    if token.startswith(("xox", "xapp-")):
        raise ValueError("it is Slack's token, and Docker Hub takes its own")
    if token.startswith(SESSION) and token.count(".") == 2:
        raise ValueError("it is a session's token, which ends within the hour: make an access token")
    return token


def header_value(value: str) -> str:
    """What is sent as it stands; raises ValueError where no header can carry it."""
    if not all("!" <= character <= "~" for character in value):
        raise ValueError("it holds characters that no HTTP header can carry: copy it again")
    return value


def without_scheme(value: str) -> str:
    """`Bearer abc`, as it stands in a header, is abc."""
    return re.sub(r"\A(?:authorization:\s*)?(?:bearer|token)[\s:]+", "", value, flags=re.IGNORECASE)


def _before(reading: Callable[[str], Any]) -> BeforeValidator:
    return BeforeValidator(lambda value: read_text(value, reading))


Seconds: TypeAlias = Annotated[float, _before(seconds)]
Share: TypeAlias = Annotated[float, _before(share)]
Port: TypeAlias = Annotated[int, _before(port)]
Host: TypeAlias = Annotated[str, _before(host)]
Level: TypeAlias = Annotated[str, _before(level)]
Word: TypeAlias = Annotated[str, _before(str.lower)]
Identifier: TypeAlias = Annotated[str, _before(str.upper)]
Whole: TypeAlias = Annotated[int, _before(str)]
Channel: TypeAlias = Annotated[str, _before(channel)]
Organizations: TypeAlias = Annotated[tuple[str, ...], NoDecode, _before(organizations)]
Account: TypeAlias = Annotated[str, _before(account)]
File: TypeAlias = Annotated[Path, _before(path)]
WebAddress: TypeAlias = Annotated[str, _before(web_address)]
DatabaseAddress: TypeAlias = Annotated[str, _before(read_database_address)]
HubAddress: TypeAlias = Annotated[str, _before(hub_address)]
SlackAddress: TypeAlias = Annotated[str, _before(slack_address)]
ProxyAddress: TypeAlias = Annotated[SecretStr, AfterValidator(secret(proxy_address))]
BotToken: TypeAlias = Annotated[SecretStr, AfterValidator(secret(slack_token("xoxb-")))]
AppToken: TypeAlias = Annotated[SecretStr, AfterValidator(secret(slack_token("xapp-")))]
DockerToken: TypeAlias = Annotated[SecretStr, AfterValidator(secret(docker_token))]
ScimToken: TypeAlias = Annotated[SecretStr, AfterValidator(secret(lambda value: header_value(without_scheme(value))))]
