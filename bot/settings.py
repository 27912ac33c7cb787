"""Every setting, typed and frozen; nothing else reads the environment."""

import ipaddress
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from bot.errors import ConfigurationError
from bot.validation import bare_fault

DATABASES = ("sqlite+aiosqlite://", "postgresql+asyncpg://")
SANDBOXED = ("slack_api_url", "dockerhub_url", "dockerhub_registry_url")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SecretFiles(EnvSettingsSource):
    """Reads a setting from the file that `<NAME>_FILE` names, as Docker's and Kubernetes' secrets are given."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The file's content without its last line break; raises `ConfigurationError` where it can't be read."""
        name = f"{field_name}_FILE".upper()
        path = self.env_vars.get(name.lower())
        if not path:
            return None, field_name, False
        try:
            content = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
            raise ConfigurationError([f"{name} names {path}, which cannot be read: {reason}."]) from None
        if not content:
            raise ConfigurationError([f"{name} names {path}, which is empty."])
        return content, field_name, False


class TerminalSettings(BaseSettings):
    """What the terminal needs, which is no Slack; each name is that of its environment variable, in lower case."""

    model_config = SettingsConfigDict(
        frozen=True,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,  # an empty variable is what Compose makes of one that nobody set
        extra="ignore",
        hide_input_in_errors=True,
    )

    slack_approvals_channel: str = Field(description="Where requests wait for approval: a channel's id or its name")
    dockerhub_url: str = Field("https://hub.docker.com", description="Docker Hub's API")
    dockerhub_registry_url: str | None = Field(
        None, description="Docker Hub's registry, which tells how many image pulls are left"
    )
    dockerhub_username: str = Field(
        description="The bot's Docker ID; with an organization token, the organization's name"
    )
    dockerhub_token: SecretStr = Field(description="Its password, personal access token or organization access token")
    dockerhub_scim_token: SecretStr | None = Field(
        None, description="The SCIM token of the organization's SSO connection"
    )
    dockerhub_organizations: Annotated[tuple[str, ...], NoDecode] = Field(
        description="The organizations, comma-separated; the first is the default", min_length=1
    )
    dockerhub_max_wait_seconds: float = Field(
        30, description="How long to wait at most when Docker Hub limits us", ge=0, le=600
    )
    database_url: str = Field("sqlite+aiosqlite:///hubwarden.sqlite", description="SQLite or PostgreSQL", repr=False)
    policy_file: Path = Field(Path("policy.yml"), description="Who may do what, and who agrees")
    alert_rules_file: Path | None = Field(None, description="Alert rules in place of those that come with Hubwarden")
    audit_poll_seconds: float = Field(60, description="How often Docker Hub's audit log is read", ge=0.2, le=3600)
    audit_overlap_seconds: float = Field(
        300, description="How late an entry of the audit log may arrive", ge=0, le=86400
    )
    rate_limit_warn_share: float = Field(
        0.2, description="Warn when less than this share of a rate limit is left", ge=0, le=1
    )
    execution_lease_seconds: float = Field(
        30, description="After how long a dead executor's work is taken over", ge=0.5, le=600
    )
    health_host: str = Field("0.0.0.0", description="Where /healthz, /readyz and /metrics listen")  # noqa: S104
    health_port: int = Field(8080, description="Their port; 0 lets the system pick one", ge=0, le=65535)
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    log_format: str = Field("json", description="json or text", pattern="^(json|text)$")

    @property
    def secrets(self) -> list[str]:
        """Every secret's value, for what has to keep them out of the logs."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]

    @field_validator("dockerhub_organizations", mode="before")
    @classmethod
    def split_organizations(cls, value: Any) -> Any:
        """`acme, other` is two organizations."""
        if isinstance(value, str):
            return tuple(dict.fromkeys(part.strip().lower() for part in value.split(",") if part.strip()))
        return value

    @field_validator("dockerhub_scim_token")
    @classmethod
    def fit_for_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        """It is sent as it stands."""
        if value is not None and not all("!" <= character <= "~" for character in value.get_secret_value()):
            raise ValueError("it holds characters that no HTTP header can carry")
        return value

    @field_validator("database_url")
    @classmethod
    def name_the_driver(cls, value: str) -> str:
        """`postgresql://` and `sqlite://` are taken for their asynchronous drivers."""
        for plain, driver in (("postgres://", "asyncpg"), ("postgresql://", "asyncpg"), ("sqlite://", "aiosqlite")):
            if value.startswith(plain):
                scheme = "sqlite" if driver == "aiosqlite" else "postgresql"
                value = f"{scheme}+{driver}://{value.removeprefix(plain)}"
        if not value.startswith(DATABASES):
            raise ValueError("it begins with neither sqlite:// nor postgresql://")
        return value

    @field_validator("log_level")
    @classmethod
    def upper(cls, value: str) -> str:
        """Level names in upper case, as Python's logging has them."""
        if value.upper() not in LEVELS:
            raise ValueError(f"it is none of {', '.join(LEVELS)}")
        return value.upper()

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
        return init_settings, env_settings, SecretFiles(settings_cls), dotenv_settings


class Settings(TerminalSettings):
    """What the bot needs to run."""

    slack_bot_token: SecretStr = Field(description="The bot's token, from “OAuth & Permissions”; it begins with xoxb-")
    slack_app_token: SecretStr = Field(description="The app-level token with connections:write; it begins with xapp-")
    slack_api_url: str = Field("https://slack.com/api/", description="Slack's Web API")
    slack_alerts_channel: str = Field(
        description="Where alerts of Docker Hub's audit log go: a channel's id or its name"
    )
    slack_admin_channel: str = Field(
        description="Where Hubwarden says what needs an administrator: a channel's id or name"
    )

    sandbox_clock_url: str | None = Field(
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

    @field_validator("slack_api_url")
    @classmethod
    def end_with_slash(cls, value: str) -> str:
        """slack_sdk joins method names to the address as they are."""
        return value.rstrip("/") + "/"


def is_loopback(url: str) -> bool:
    """Whether an address leads to this machine and no further."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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


def setting_problem(problem: dict[str, Any]) -> str:
    """What is wrong with one setting and the way out; never its value, which can be a secret."""
    name = str(problem["loc"][0])
    field = Settings.model_fields.get(name)
    meaning = field.description if field else ""
    if problem["type"] == "missing":
        return f"{name.upper()} is not set. {meaning}."
    return f"{name.upper()} cannot be used: {bare_fault(problem)}. {meaning}."
