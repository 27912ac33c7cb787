"""Cursor pagination: https://docs.slack.dev/apis/web-api/pagination"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from sandbox.slack.errors import ApiError
from sandbox.slack.web_api.arguments import Arguments

T = TypeVar("T")


def take_page(
    rows: Sequence[T], arguments: Arguments, key: Callable[[T], str], *, default: int = 100, maximum: int = 1000
) -> tuple[list[T], str]:
    """The page that `cursor` and `limit` ask for, and the next cursor (empty at the end). Raises `invalid_cursor`."""
    size = arguments.number("limit", default, maximum=maximum)
    start = _start(rows, arguments.text("cursor"), key)
    page = list(rows[start : start + size])
    more = start + size < len(rows)
    return page, base64.b64encode(f"next:{key(rows[start + size])}".encode()).decode() if more else ""


def _start(rows: Sequence[T], cursor: str, key: Callable[[T], str]) -> int:
    if not cursor:
        return 0
    try:
        wanted = base64.b64decode(cursor, validate=True).decode().removeprefix("next:")
    except (binascii.Error, UnicodeDecodeError) as problem:
        raise ApiError("invalid_cursor") from problem
    for index, row in enumerate(rows):
        if key(row) == wanted:
            return index
    raise ApiError("invalid_cursor")
