"""What the settings lead to, whoever asks: the policy, the alert rules, and Docker Hub as the bot's account."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.alerts.rules import AlertRule, load_rules, standard_rules
from bot.clock import REAL
from bot.errors import ConfigurationError
from bot.governance.policy import Policy, load_policy
from bot.hub import BearerCredential, ClientOptions, Credential, Hub, Registry
from bot.operations import OPERATIONS
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
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise ConfigurationError([f"{name} names {path}, which cannot be read: {reason}."]) from None


def build_hub(settings: TerminalSettings, *, now: Callable[[], datetime] = REAL.now) -> Hub:
    """Docker Hub as the bot's account, with the SCIM token and the registry's pull limit beside it.

    `now` is the time by which Docker Hub's tokens end and its limits are full again: in a sandbox, the sandbox's.
    """
    options = ClientOptions(max_wait=settings.dockerhub_max_wait_seconds)
    scim = None
    if settings.dockerhub_scim_token is not None:
        credential = BearerCredential(settings.dockerhub_scim_token)
        scim = Hub(url=settings.dockerhub_url, credential=credential, options=options, now=now)
    return Hub(
        url=settings.dockerhub_url,
        credential=Credential(settings.dockerhub_username, settings.dockerhub_token),
        options=options,
        now=now,
        scim=scim,
        registry=Registry(settings.dockerhub_registry_url) if settings.dockerhub_registry_url else None,
    )
