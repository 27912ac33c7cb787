"""Structured logs to standard error, with secrets taken out."""

import logging
import re
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

import structlog

SECRET_SHAPES = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|dckr_[a-z]+_[\w-]+|(?<=ticket=)[\w-]+|eyJ[\w-]{8,}\.[\w-]+\.[\w-]*|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
HIDDEN = "[hidden]"


class Redaction:
    """Replaces every known secret, and whatever looks like a token, wherever it stands in a log entry."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = sorted((s for s in secrets if len(s) >= 4), key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        """As a structlog processor."""
        return {key: self.clean(value) for key, value in event.items()}

    def clean(self, value: Any) -> Any:
        """The value without secrets; anything that is not text, number or a container of them becomes text."""
        match value:
            case None | bool() | int() | float():
                return value
            case dict():
                return {str(k): self.clean(v) for k, v in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self.clean(item) for item in value]
            case _:
                # The known ones first: a shape may be the beginning of one, and would leave its end.
                text = self._known.sub(HIDDEN, str(value)) if self._known else str(value)
                return SECRET_SHAPES.sub(HIDDEN, text)


def configure_logs(*, level: str = "INFO", form: str = "json", secrets: Iterable[str] = ()) -> None:
    """Send our entries and those of the libraries to standard error, one a line, all of them redacted."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, Redaction(secrets), renderer],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Their INFO lines repeat what ours say once, and slack_sdk's hold whole payloads.
    for name in ("slack_sdk", "slack_bolt", "apscheduler", "aiohttp.access", "asyncio"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
