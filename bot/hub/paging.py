"""Docker Hub's lists without a socket: read a page of any shape, say what to read next, notice rows that moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bot.hub.errors import Call, HubProtocolError
from bot.hub.protocol import JSON, Envelope

# A list can claim any count; no more pages than this are asked for at once.
LARGEST_BATCH = 1000

PageQuery = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pages(Envelope):
    """A whole list: `data` is its rows in Hub's order.

    `total` is what Hub says there are, None for audit logs (which say nothing). `complete` is False only when the
    caller's limit cut the list.
    """

    total: int | None
    complete: bool

    def as_json(self) -> dict[str, Any]:
        """Ready for `json.dumps`."""
        # Not super(): a slotted dataclass is a second class, and super() without arguments knows the first.
        return {**Envelope.as_json(self), "total": self.total, "complete": self.complete}


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the query that it answers, its rows, Hub's total, and the query of the page after it, if any."""

    query: PageQuery
    rows: Sequence[JSON]
    total: int | None
    next: PageQuery | None


def first_query(query: Mapping[str, str], *, size: int, limit: int | None, scim: bool) -> dict[str, str]:
    """The first page's query. Raises ValueError where the caller asks for a page or for fewer rows than one."""
    if taken := {"page", "startIndex"} & query.keys():
        raise ValueError(f"a list is read from its start: leave out {', '.join(sorted(taken))}")
    if limit is not None and limit < 1:
        raise ValueError(f"the limit is {limit}; it is at least 1")
    # One row more than the limit: that is how a list without a total shows that it goes on.
    size = size if limit is None else min(size, limit + 1)
    return {"startIndex": "1", "count": str(size), **query} if scim else {"page_size": str(size), **query}


def read_page(call: Call, data: JSON, query: PageQuery) -> Page:
    """The page in an answer of any of Docker Hub's list shapes. Raises HubProtocolError where it is none of them."""
    match data:
        case {"totalResults": total}:
            return _scim_page(call, data.get("resources", data.get("Resources")), _count(total), query)
        case {"results": results}:
            total = _count(data.get("count", data.get("total")))
            return Page(query, _rows(call, results), total, _next_query(call, data.get("next"), query))
        case {"logs": logs}:
            return _log_page(_rows(call, logs), query)
        case {"data": rows}:
            return Page(query, whole := _rows(call, rows), len(whole), None)
        case _:
            raise HubProtocolError(call, status=200, detail="the answer is no list of a known shape")


def _rows(call: Call, rows: JSON) -> list[JSON]:
    if rows is None:  # an empty list of a Go service
        return []
    if not isinstance(rows, list):
        raise HubProtocolError(call, status=200, detail="the rows of the list are no list")
    return rows


def _count(value: JSON) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _next_query(call: Call, address: JSON, query: PageQuery) -> PageQuery | None:
    # Only the query of `next` counts: it has come as http:// and could name any host.
    if address is None or address == "":
        return None
    try:
        found = dict(parse_qsl(urlsplit(address).query, keep_blank_values=True)) if isinstance(address, str) else {}
    except ValueError:
        found = {}
    following = {**query, **found}
    if following == query:
        raise HubProtocolError(call, status=200, detail="the list's `next` leads nowhere")
    return following


def _log_page(rows: list[JSON], query: PageQuery) -> Page:
    full = len(rows) >= int(query["page_size"])
    following = {**query, "page": str(int(query.get("page", "1")) + 1)}
    return Page(query, rows, None, following if full else None)


def _scim_page(call: Call, resources: JSON, total: int | None, query: PageQuery) -> Page:
    rows, start = _rows(call, resources), int(query.get("startIndex", "1"))
    if total is None or (total > 0 and not rows and start == 1):
        raise HubProtocolError(call, status=200, detail="totalResults and the resources do not agree")
    start += len(rows)
    return Page(query, rows, total, {**query, "startIndex": str(start)} if rows and start <= total else None)


def following(pages: Sequence[Page], limit: int | None) -> list[PageQuery]:
    """The queries to read after these pages, in order: all that are left where that is known, else the next one."""
    last = pages[-1]
    if last.next is None or _is_enough(pages, limit):
        return []
    return (_all_after(last, limit) if len(pages) == 1 else []) or [last.next]


def _is_enough(pages: Sequence[Page], limit: int | None) -> bool:
    if limit is None:
        return False
    read = _length(pages)
    # Without a total only the row after the limit tells that there is one.
    return read >= limit if pages[-1].total is not None else read > limit


def _all_after(first: Page, limit: int | None) -> list[PageQuery]:
    """Every query after the first page, or none where the count, the page's size or its number leave a doubt."""
    size, ahead = len(first.rows), first.next or {}
    name = "startIndex" if "startIndex" in ahead else "page"
    if first.total is None or size == 0 or not ahead.get(name, "").isdecimal():
        return []
    if name == "page" and (ahead["page"] != "2" or ahead.get("page_size") != str(size)):
        return []
    wanted = first.total if limit is None else min(first.total, limit)
    count = min(-(-wanted // size) - 1, LARGEST_BATCH)
    start, stride = int(ahead[name]), size if name == "startIndex" else 1
    return [{**ahead, name: str(start + stride * n)} for n in range(count)]


def goes_in_circles(pages: Sequence[Page]) -> bool:
    """Whether the last page's `next` was read already."""
    return pages[-1].next is not None and any(page.query == pages[-1].next for page in pages)


def is_settled(pages: Sequence[Page], limit: int | None) -> bool:
    """Whether a list held still while it was read: one total on every page, as many rows, none on two pages.

    Rows shift when one is added or removed before them: one is then seen twice, or missed. Lists without a total
    (audit logs) are always settled: there, two equal rows are two events.
    """
    totals = {page.total for page in pages}
    if totals == {None}:
        return True
    total = pages[0].total
    if len(totals) > 1 or total is None or _repeats(pages):
        return False
    read = _length(pages)
    return read == total if limit is None else read >= min(total, limit)


def is_same(old: Sequence[Page] | None, new: Sequence[Page]) -> bool:
    """Whether two readings of one list agree: then Hub's count is wrong, and the rows are not.

    Never where a page was missing (its total is None): then it is the rows that are wrong.
    """
    if old is None or any(page.total is None for page in new):
        return False
    if [page.rows for page in old] == [page.rows for page in new]:
        return True
    outlines = [[(page.total, len(page.rows)) for page in pages] for pages in (old, new)]
    return outlines[0] == outlines[1] and len({page.total for page in new}) == 1 and not _repeats(new)


def _repeats(pages: Sequence[Page]) -> bool:
    # Comparing neighbours is enough: a shift moves the end of one page to the start of the next.
    return any(page.rows and page.rows[0] in before.rows for before, page in pairwise(pages))


def _length(pages: Sequence[Page]) -> int:
    return sum(len(page.rows) for page in pages)


def collect(pages: Sequence[Page], limit: int | None) -> tuple[list[JSON], int | None, bool]:
    """The rows up to the limit, Hub's total, and whether these are all."""
    rows = [row for page in pages for row in page.rows]
    total = next((page.total for page in reversed(pages) if page.total is not None), None)
    if limit is None:
        return rows, total, True
    more = len(rows) > limit or (pages[-1].next is not None and len(rows) >= limit)
    return rows[:limit], total, not more
