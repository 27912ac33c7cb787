"""Pages in each list's shape, with absolute addresses to the next and the previous one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from sandbox.hub.wire.call import Answer, Call
from sandbox.hub.wire.problems import Refusal

T = TypeVar("T")
INT32 = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Shape:
    """How one list pages.

    `strict`: the contract bounds page_size, and what is above is refused; else it is cut in silence. `bad` is the
    status for a page that cannot be: 400 where the contract has it for the list.
    `nullable`: the contract lets `next` be null; else "" stands for none.
    """

    default: int = 10
    maximum: int = 100
    strict: bool = False
    nullable: bool = False
    total: str = "count"
    missing_page: int | None = 404
    bad: int = 404


def paged(
    call: Call, rows: Sequence[T], *, shape: Shape, render: Callable[[T], dict[str, Any]], **extra: Any
) -> Answer:
    """One page of the rows. Raises Refusal for a page that is not there."""
    page, size = window(call, shape)
    start = (page - 1) * size
    if start >= len(rows) and page > 1 and shape.missing_page is not None:
        raise Refusal(shape.missing_page, "Invalid page.")
    body: dict[str, Any] = {shape.total: len(rows)}
    body |= _links(call, shape, page=page, last=start + size >= len(rows))
    return Answer(data={**body, **extra, "results": [render(row) for row in rows[start : start + size]]})


def window(call: Call, shape: Shape) -> tuple[int, int]:
    """The page (from 1) and its size. Raises Refusal for numbers that cannot be."""
    page, size = (
        _whole(call, "page", default=1, shape=shape),
        _whole(call, "page_size", default=shape.default, shape=shape),
    )
    if page < 1 or size < 1 or (shape.strict and size > shape.maximum):
        raise _bad(shape, f"page starts at 1, page_size goes from 1 to {shape.maximum}")
    return page, min(size, shape.maximum)


def _links(call: Call, shape: Shape, *, page: int, last: bool) -> dict[str, str | None]:
    links = {
        "next": None if last else _address(call, page + 1),
        "previous": _address(call, page - 1) if page > 1 else None,
    }
    match call.state.options.no_page:
        case "missing":
            return {name: link for name, link in links.items() if link}
        case "contract" if not shape.nullable:
            return {name: link or "" for name, link in links.items()}
        case _:
            return links


def _address(call: Call, page: int) -> str:
    return f"{call.origin}{call.path}?{urlencode({**call.query, 'page': page})}"


def _whole(call: Call, name: str, *, default: int, shape: Shape) -> int:
    try:
        number = int(call.query.get(name, default))
    except ValueError:
        raise _bad(shape, f"{name} must be a whole number") from None
    if abs(number) > INT32:
        raise _bad(shape, f"{name} is out of range")
    return number


def _bad(shape: Shape, text: str) -> Refusal:
    return Refusal(shape.bad, text)
