"""A Web API call's arguments, however they were sent: query, form or JSON."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from sandbox.slack.errors import ApiError, invalid_arguments
from sandbox.slack.workspace.state import Json

JSON_TYPE = "application/json"
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


class Arguments:
    """Reads typed values out of what was sent; everything in a form or a query is text."""

    def __init__(self, values: Mapping[str, Any], *, warnings: tuple[str, ...] = (), is_json: bool = False) -> None:
        self.values = {key: value for key, value in values.items() if value is not None}
        self.warnings = warnings
        self.is_json = is_json

    def has(self, name: str) -> bool:
        """Whether it was sent, be it empty."""
        return name in self.values

    def text(self, name: str, default: str = "") -> str:
        """A string; numbers are taken as written."""
        value = self.values.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def required(self, name: str) -> str:
        """A string that must be there; raises `invalid_arguments`."""
        value = self.text(name)
        if not value:
            raise invalid_arguments(f"missing required field: {name}")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean, or `true`, `1`, `false`, `0`."""
        value = self.values.get(name, default)
        return value if isinstance(value, bool) else str(value).lower() in ("true", "1")

    def number(self, name: str, default: int, *, maximum: int = 1000) -> int:
        """A whole number between 1 and `maximum`; raises `invalid_limit`."""
        value = str(self.values.get(name, default) or default)
        if not value.isdecimal() or not 1 <= int(value) <= maximum:
            raise ApiError("invalid_limit")
        return int(value)

    def names(self, name: str) -> list[str]:
        """A list, or text with commas."""
        value = self.values.get(name, "")
        parts = value if isinstance(value, list) else str(value).split(",")
        return [text for one in parts if (text := str(one).strip())]

    def structure(self, name: str, error: str = "invalid_arguments") -> Any:
        """A JSON value, or one sent as JSON text; None where absent; raises `error` where it is not JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError as problem:
            raise ApiError(error) from problem


async def read_arguments(request: web.Request) -> Arguments:
    """The call's arguments; those in the body win over those in the query. Raises `invalid_json` and its kin."""
    values: Json = dict(request.query)
    if not request.body_exists:
        return Arguments(values)
    if request.content_type == JSON_TYPE:
        values.update(await _read_json(request))
        return Arguments(values, warnings=() if request.charset else ("missing_charset",), is_json=True)
    if request.content_type not in FORM_TYPES:
        raise ApiError("invalid_post_type")
    values.update({key: value for key, value in (await request.post()).items() if isinstance(value, str)})
    return Arguments(values, warnings=("superfluous_charset",) if request.charset else ())


async def _read_json(request: web.Request) -> Json:
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError as problem:
        raise ApiError("invalid_json") from problem
    if not isinstance(body, dict):
        raise ApiError("json_not_object")
    return body
