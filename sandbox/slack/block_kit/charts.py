"""Tables and charts: https://docs.slack.dev/reference/block-kit/blocks (table, data_table, data_visualization)"""

from sandbox.slack.block_kit.limits import TABLE_COLUMNS, TABLE_ROWS, limit
from sandbox.slack.block_kit.objects import BLOCK_ID
from sandbox.slack.block_kit.rich_text import RICH_TEXT
from sandbox.slack.block_kit.rules import Report, choice, flag, items, number, record, text, unique, variant, whole
from sandbox.slack.workspace.state import Json

CHART = "data_visualization"
RAW_TEXT = record({"text": text(minimum=limit("data_table.cell_text.min_length"))})
RAW_NUMBER = record({"value": number()}, {"text": text()})
CELL = variant({"raw_text": RAW_TEXT, "raw_number": RAW_NUMBER, "rich_text": RICH_TEXT})
COLUMN = record({}, {"align": choice("left", "center", "right"), "is_wrapped": flag})


def _even_rows(value: Json, pointer: str, report: Report) -> None:
    given = value.get("rows")
    rows = [row for row in given if isinstance(row, list)] if isinstance(given, list) else []
    for index, row in enumerate(rows):
        if len(row) != len(rows[0]):
            report.add(f"{pointer}/rows/{index}", "rows must be of equal length", type="length", expected=len(rows[0]))


def _plain_header(value: Json, pointer: str, report: Report) -> None:
    rows = value.get("rows")
    header = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], list) else []
    for index, cell in enumerate(header):
        if isinstance(cell, dict) and cell.get("type") == "rich_text":
            report.add(f"{pointer}/rows/0/{index}", "the header row takes no rich_text", type="enum")


TABLE = record(
    {"rows": items(items(CELL, TABLE_COLUMNS, 1), TABLE_ROWS, 1)},
    {"block_id": BLOCK_ID, "column_settings": items(COLUMN, TABLE_COLUMNS)},
)
DATA_TABLE = record(
    {
        "caption": text(minimum=1),
        "rows": items(
            items(CELL, limit("data_table.columns.max_items"), limit("data_table.columns.min_items")),
            limit("data_table.rows.max_items"),
            limit("data_table.rows.min_items"),
        ),
    },
    {
        "block_id": BLOCK_ID,
        "page_size": whole(limit("data_table.page_size.min"), limit("data_table.page_size.max")),
        "row_header_column_index": whole(0),
    },
    _even_rows,
    _plain_header,
)

SEGMENT = record(
    {
        "label": text(limit(f"{CHART}.segment.label.max_length"), 1),
        "value": number(above=limit(f"{CHART}.segment.value.exclusive_min")),
    }
)
POINT = record({"label": text(limit(f"{CHART}.point_label.max_length"), 1), "value": number()})
SERIES = record(
    {
        "name": text(limit(f"{CHART}.series_name.max_length"), 1),
        "data": items(POINT, limit(f"{CHART}.data.max_items"), limit(f"{CHART}.data.min_items")),
    }
)
CATEGORIES = items(
    text(limit(f"{CHART}.category_label.max_length"), 1),
    limit(f"{CHART}.categories.max_items"),
    limit(f"{CHART}.categories.min_items"),
)
AXES = record(
    {"categories": CATEGORIES},
    {
        "x_label": text(limit(f"{CHART}.axis_label.max_length")),
        "y_label": text(limit(f"{CHART}.axis_label.max_length")),
    },
)
LINES = record(
    {
        "series": items(SERIES, limit(f"{CHART}.series.max_items"), limit(f"{CHART}.series.min_items")),
        "axis_config": AXES,
    },
    {},
    unique("series", "name"),
)
PIE = record({"segments": items(SEGMENT, limit(f"{CHART}.segments.max_items"), limit(f"{CHART}.segments.min_items"))})
DATA_VISUALIZATION = record(
    {
        "title": text(limit(f"{CHART}.title.max_length"), 1),
        "chart": variant({"pie": PIE, "line": LINES, "bar": LINES, "area": LINES}),
    },
    {"block_id": BLOCK_ID},
)
