"""What the settings lead to, whoever asks: the policy, the alert rules, and Docker Hub as the bot's account."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from bot.addresses import proxy_address
from bot.alerts.rules import AlertRule, load_rules, standard_rules
from bot.clock import REAL
from bot.errors import ConfigurationError
from bot.governance.policy import Policy, load_policy
from bot.hub import BearerCredential, ClientOptions, Credential, Hub, Registry
from bot.operations import OPERATIONS
from bot.outside import Outside, trusted
from bot.pasted import decoded
from bot.settings import Settings, TerminalSettings


def read_policy(settings: TerminalSettings) -> Policy:
    """The policy file; raises `ConfigurationError`."""
    return load_policy(read_text(settings.policy_file, "POLICY_FILE"), OPERATIONS, source=str(settings.policy_file))


def read_alert_rules(settings: Settings) -> tuple[AlertRule, ...]:
    """The alert rules of the settings, or those that come with Hubwarden; raises `ConfigurationError`."""
    path = settings.alert_rules_file
    if path is None:
        return standard_rules()
    return load_rules(read_text(path, "ALERT_RULES_FILE"), source=str(path))


def read_text(path: Path, name: str) -> str:
    """A configured file's text; raises `ConfigurationError` that says which setting names it."""
    try:
        return decoded(path.read_bytes())
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigurationError([f"{name} names {path}, which cannot be read: {reason}."]) from None


def read_outside(settings: TerminalSettings) -> Outside:
    """How Slack and Docker Hub are reached; raises `ConfigurationError`.

    Where HTTPS_PROXY is not set, ALL_PROXY goes for it, and then HTTP_PROXY, as slack_sdk has it.
    """
    secure = settings.https_proxy or read_all_proxy(settings) or settings.http_proxy
    plain = settings.http_proxy or read_all_proxy(settings)
    return Outside(
        secure_proxy=secure.get_secret_value() if secure else None,
        plain_proxy=plain.get_secret_value() if plain else None,
        exempt=settings.no_proxy,
        certificates=trusted(settings.ssl_cert_file, settings.ssl_cert_dir),
    )


def read_all_proxy(settings: TerminalSettings) -> SecretStr | None:
    """ALL_PROXY, which is often there for other programs, and of a kind that is theirs: read where it is needed."""
    if settings.all_proxy is None or (settings.https_proxy and settings.http_proxy):
        return None
    try:
        return SecretStr(proxy_address(settings.all_proxy.get_secret_value()))
    except ValueError as error:
        raise ConfigurationError([f"ALL_PROXY cannot be used: {error}. Set HTTPS_PROXY and HTTP_PROXY."]) from None


def build_hub(settings: TerminalSettings, *, now: Callable[[], datetime] = REAL.now) -> Hub:
    """Docker Hub as the bot's account, with the SCIM token and the registry's pull limit beside it.

    `now` is the time by which Docker Hub's tokens end and its limits are full again: in a sandbox, the sandbox's.
    """
    options, outside = ClientOptions(max_wait=settings.dockerhub_max_wait_seconds), read_outside(settings)
    scim = None
    if settings.dockerhub_scim_token is not None:
        credential = BearerCredential(settings.dockerhub_scim_token)
        scim = Hub(url=settings.dockerhub_url, credential=credential, options=options, now=now, outside=outside)
    return Hub(
        url=settings.dockerhub_url,
        credential=Credential(settings.dockerhub_username, settings.dockerhub_token),
        options=options,
        now=now,
        scim=scim,
        registry=Registry(settings.dockerhub_registry_url, outside) if settings.dockerhub_registry_url else None,
        outside=outside,
    )
