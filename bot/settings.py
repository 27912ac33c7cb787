"""Every setting, typed and frozen; nothing else reads the environment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from bot.addresses import is_loopback, password_in
from bot.database_address import secrets_in
from bot.errors import ConfigurationError
from bot.pasted import flaw
from bot.sources import Dotenv, SecretFiles, Unwrapped
from bot.validation import bare_fault
from bot.written import (
    Account,
    AppToken,
    BotToken,
    Channel,
    DatabaseAddress,
    DockerToken,
    File,
    Host,
    HubAddress,
    Identifier,
    Level,
    Organizations,
    Port,
    ProxyAddress,
    ScimToken,
    Seconds,
    Share,
    SlackAddress,
    WebAddress,
    Whole,
    Word,
)

SANDBOXED = ("slack_api_url", "dockerhub_url", "dockerhub_registry_url")


class TerminalSettings(BaseSettings):
    """What the terminal needs, where Slack can be missing; each name is that of its variable, in lower case."""

    model_config = SettingsConfigDict(
        frozen=True,
        env_ignore_empty=True,  # an empty variable is what Compose makes of one that nobody set
        extra="ignore",
        hide_input_in_errors=True,
    )

    slack_approvals_channel: Channel = Field(description="Where requests wait for approval: a channel's id or its name")
    slack_bot_token: BotToken | None = Field(None, description="The bot's token, to ask who is still in the workspace")
    slack_api_url: SlackAddress = Field("https://slack.com/api/", description="Slack's Web API")
    slack_workspace: Identifier | None = Field(
        None,
        description="Where the app is installed for a whole Enterprise Grid organization: the workspace's id, such as "
        "T0123ABCD",
        pattern="^T[A-Z0-9]+$",
    )
    dockerhub_url: HubAddress = Field("https://hub.docker.com", description="Docker Hub's API")
    dockerhub_registry_url: HubAddress | None = Field(
        None, description="Docker Hub's registry, which tells how many image pulls are left"
    )
    dockerhub_username: Account = Field(
        description="The bot's Docker ID; with an organization token, the organization's name"
    )
    dockerhub_token: DockerToken = Field(description="Its password, personal access token or organization access token")
    dockerhub_scim_token: ScimToken | None = Field(
        None, description="The SCIM token of the organization's SSO connection"
    )
    dockerhub_organizations: Organizations = Field(
        description="The organizations, comma-separated; the first is the default", min_length=1
    )
    dockerhub_max_wait_seconds: Seconds = Field(
        30, description="How long to wait at most when Docker Hub limits us", ge=0, le=600
    )
    database_url: DatabaseAddress = Field(
        "sqlite+aiosqlite:///hubwarden.sqlite", description="SQLite or PostgreSQL", repr=False
    )
    policy_file: File = Field(Path("policy.yml"), description="Who may do what, and who agrees")
    alert_rules_file: File | None = Field(None, description="Alert rules in place of those that come with Hubwarden")
    audit_poll_seconds: Seconds = Field(60, description="How often Docker Hub's audit log is read", ge=0.2, le=3600)
    audit_overlap_seconds: Seconds = Field(
        300, description="How late an entry of the audit log may arrive", ge=0, le=86400
    )
    rate_limit_warn_share: Share = Field(
        0.2, description="Warn when less than this share of a rate limit is left", ge=0, le=1
    )
    execution_lease_seconds: Seconds = Field(
        30, description="After how long a dead executor's work is taken over", ge=0.5, le=600
    )
    executions_at_once: Whole = Field(
        4, description="How many approved requests are done at the same time, none of them about the same", ge=1, le=64
    )
    health_host: Host = Field("0.0.0.0", description="Where /healthz, /readyz and /metrics listen")  # noqa: S104
    health_port: Port = Field(8080, description="Their port; 0 lets the system pick one", ge=0, le=65535)
    log_level: Level = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    log_format: Word = Field("json", description="json or text", pattern="^(json|text)$")
    https_proxy: ProxyAddress | None = Field(
        None, description="The proxy through which Slack and Docker Hub are reached"
    )
    http_proxy: ProxyAddress | None = Field(None, description="The proxy for addresses that begin with http://")
    all_proxy: SecretStr | None = Field(None, description="The proxy where neither of the two is set")
    no_proxy: str = Field("", description="Hosts, domains and networks that are reached without a proxy")
    ssl_cert_file: File | None = Field(None, description="Certificates to trust beside the system's, in one PEM file")
    ssl_cert_dir: File | None = Field(None, description="A folder of such certificates, as c_rehash leaves it")

    @property
    def secrets(self) -> list[str]:
        """Every secret's value, for what has to keep them out of the logs."""
        values = (getattr(self, name) for name in type(self).model_fields)
        texts = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        proxies = [value.get_secret_value() for value in (self.https_proxy, self.http_proxy, self.all_proxy) if value]
        return [*texts, *filter(None, map(password_in, proxies)), *secrets_in(self.database_url)]

    @field_validator("*", mode="before")
    @classmethod
    def in_one_piece(cls, value: Any, info: ValidationInfo) -> Any:
        """A line break inside is how a clipboard wraps a token; only a list may have one."""
        wrong = flaw(value) if isinstance(value, str) and info.field_name != "dockerhub_organizations" else None
        if wrong is not None:
            raise ValueError(wrong)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then `…_FILE`, then `.env`."""
        found = (env_settings, SecretFiles(settings_cls), Dotenv(settings_cls, env_file=".env"))
        return init_settings, *(Unwrapped(settings_cls, source) for source in found)


class Settings(TerminalSettings):
    """What the bot needs to run."""

    slack_bot_token: BotToken = Field(description="The bot's token, from “OAuth & Permissions”; it begins with xoxb-")
    slack_app_token: AppToken = Field(description="The app-level token with connections:write; it begins with xapp-")
    slack_alerts_channel: Channel = Field(
        description="Where alerts of Docker Hub's audit log go: a channel's id or its name"
    )
    slack_admin_channel: Channel = Field(
        description="Where Hubwarden says what needs an administrator: a channel's id or name"
    )

    sandbox_clock_url: WebAddress | None = Field(
        None, description="In a sandbox only: where its clock tells the time that people go by"
    )

    @field_validator("sandbox_clock_url")
    @classmethod
    def in_a_sandbox_only(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Somebody else's clock decides what expires, so it is believed only where nothing real can be reached."""
        near = {"SANDBOX_CLOCK_URL": value, **{name.upper(): info.data.get(name) for name in SANDBOXED}}
        far = [name for name, url in near.items() if url is not None and not is_loopback(url)]
        if value is not None and far:
            raise ValueError(f"{', '.join(far)} must lead to this machine's loopback")
        return value


Loaded = TypeVar("Loaded", bound=TerminalSettings)


def load_settings() -> Settings:
    """The bot's settings; raises as `load` does."""
    return load(Settings)


def load(kind: type[Loaded]) -> Loaded:
    """This process's settings of a kind; raises `ConfigurationError` with one sentence for each problem."""
    try:
        return kind()
    except SettingsError as error:
        # What a source raises comes wrapped.
        raise (error.__cause__ if isinstance(error.__cause__, ConfigurationError) else error) from None
    except ValidationError as error:
        raise ConfigurationError([setting_problem(dict(problem)) for problem in error.errors()]) from None


def faults_of(given: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with each of the bot's settings, a sentence by its name, were these given besides; raises as
    `load` does where a source cannot be read."""
    try:
        Settings.model_validate(dict(given))
    except SettingsError as error:
        raise (error.__cause__ if isinstance(error.__cause__, ConfigurationError) else error) from None
    except ValidationError as error:
        return {str(problem["loc"][0]): setting_problem(dict(problem)) for problem in error.errors()}
    return {}


def setting_problem(problem: dict[str, Any]) -> str:
    """What is wrong with one setting and the way out; never its value, which can be a secret."""
    name = str(problem["loc"][0])
    field = Settings.model_fields.get(name)
    meaning = field.description if field else ""
    if problem["type"] == "missing":
        return f"{name.upper()} is not set. {meaning}."
    return f"{name.upper()} cannot be used: {bare_fault(problem)}. {meaning}."
