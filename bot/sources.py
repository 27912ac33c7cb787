"""Where settings come from: the environment, files that it names, and `.env`; each value is unwrapped here."""

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, PydanticBaseSettingsSource

from bot.errors import ConfigurationError
from bot.pasted import decoded, unwrap

MOST_BYTES = 1_000_000


class Unwrapped(PydanticBaseSettingsSource):
    """Another source, with each text freed of what was pasted around it; what is empty then is not set."""

    def __init__(self, settings_cls: type[BaseSettings], source: PydanticBaseSettingsSource) -> None:
        super().__init__(settings_cls)
        self._source = source

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """As the other source has it."""
        return self._source.get_field_value(field, field_name)

    def __call__(self) -> dict[str, Any]:
        """Every value that is set, by its field's name."""
        found = {name: unwrap_value(name, value) for name, value in self._source().items()}
        return {name: value for name, value in found.items() if value != ""}


class SecretFiles(EnvSettingsSource):
    """Reads a setting from the file that `<NAME>_FILE` names, as Docker's and Kubernetes' secrets are given."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The file's content; raises `ConfigurationError` where it can't be read, or where nothing is in it."""
        name = f"{field_name}_FILE".upper()
        path = unwrap(self.env_vars.get(name.lower()) or "")
        if not path:
            return None, field_name, False
        content = read_file(Path(path), f"{name} names {path}, which")
        if not unwrap_value(field_name, content):
            raise ConfigurationError([f"{name} names {path}, which is empty."])
        return content, field_name, False


class Dotenv(DotEnvSettingsSource):
    """Reads `.env`, whatever editor wrote it."""

    def _read_env_file(self, file_path: Path) -> Mapping[str, str | None]:
        text = read_file(file_path, f"{file_path}")
        # A line of Windows' editors can begin with a mark, and one of a shell's with `export`.
        return {name.lower(): value for name, value in dotenv_values(stream=io.StringIO(text)).items() if value}


def unwrap_value(name: str, value: Any) -> Any:
    """A setting's value; where somebody pasted the whole line `NAME=value`, what is right of the sign."""
    if not isinstance(value, str):
        return value
    return unwrap(re.sub(rf"\A(?:export\s+)?{name}\s*=", "", unwrap(value), flags=re.IGNORECASE))


def read_file(path: Path, said: str) -> str:
    """The text of a file that holds settings; raises `ConfigurationError`, a sentence that begins as `said` does."""
    try:
        with path.open("rb") as file:
            return decoded(file.read(MOST_BYTES))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigurationError([f"{said} cannot be read: {reason}."]) from None
