/** Draws `table` and `data_table` blocks; a data table sorts and turns pages on the page itself. */

import { h, icon, replace } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { renderRichText } from "./richtext.js";

const DEFAULT_PAGE = 5;

const cellContent = (cell) =>
  cell?.type === "rich_text" ? renderRichText(cell) : plain(cell?.text ?? cell?.value ?? "");

// A date would break at its hyphens.
const MOMENT = /^\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?$/;

const cellClass = (setting, value) =>
  [
    setting?.align ? `align-${setting.align}` : "",
    setting?.is_wrapped ? "wrapped" : "",
    MOMENT.test(value?.text ?? "") ? "moment" : "",
  ]
    .filter(Boolean)
    .join(" ") || null;

const scroller = (label, table) =>
  h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": label }, table);

/** A `table` block: its first row is the header. */
export function renderTable(block) {
  const [head = [], ...rows] = block.rows ?? [];
  const settings = block.column_settings ?? [];
  const cell = (tag) => (value, column) =>
    h(tag, { class: cellClass(settings[column], value), scope: tag === "th" ? "col" : null }, cellContent(value));
  const body = rows.map((row) => h("tr", {}, row.map(cell("td"))));
  return scroller(
    "Table",
    h("table", { class: "table" }, h("thead", {}, h("tr", {}, head.map(cell("th")))), h("tbody", {}, body)),
  );
}

/** A `data_table` block with its caption, sortable columns and pages. */
export function renderDataTable(block) {
  const [head = [], ...rows] = block.rows ?? [];
  const table = { block, head, rows, size: block.page_size ?? DEFAULT_PAGE, page: 0, sort: null };
  table.body = h("tbody");
  table.pager = h("div", { class: "pager" });
  table.headers = head.map((cell, column) => sortHeader(table, cell, column));
  drawRows(table);
  const caption = h("caption", {}, plain(block.caption));
  const grid = h("table", { class: "table" }, caption, h("thead", {}, h("tr", {}, table.headers)), table.body);
  return h("div", { class: "data-table" }, scroller(block.caption ?? "Table", grid), table.pager);
}

function sortHeader(table, cell, column) {
  const toggle = () => sortBy(table, column);
  const number = table.rows[0]?.[column]?.type === "raw_number";
  return h(
    "th",
    { scope: "col", class: number ? "align-right" : null },
    h("button", { type: "button", class: "sort", onclick: toggle }, cellContent(cell), icon("chevron")),
  );
}

function sortBy(table, column) {
  const descending = table.sort?.column === column && !table.sort.descending;
  table.sort = { column, descending };
  table.rows = table.rows.toSorted((a, b) => compareCells(a[column], b[column]) * (descending ? -1 : 1));
  table.headers.forEach((header, index) => {
    header.removeAttribute("aria-sort");
    if (index === column) header.setAttribute("aria-sort", descending ? "descending" : "ascending");
  });
  table.page = 0;
  drawRows(table);
}

function compareCells(a, b) {
  if (a?.type === "raw_number" && b?.type === "raw_number") return a.value - b.value;
  return cellText(a).localeCompare(cellText(b), "en", { numeric: true });
}

const cellText = (cell) =>
  cell?.type === "rich_text" ? renderRichText(cell).textContent : String(cell?.text ?? cell?.value ?? "");

function drawRows(table) {
  const { block, rows, size, page } = table;
  const shown = rows.slice(page * size, page * size + size);
  const cell = (value, column) =>
    column === block.row_header_column_index
      ? h("th", { scope: "row" }, cellContent(value))
      : h("td", { class: value?.type === "raw_number" ? "align-right" : null }, cellContent(value));
  replace(
    table.body,
    shown.map((row) => h("tr", {}, row.map(cell))),
  );
  replace(table.pager, rows.length > size ? pagerButtons(table) : []);
}

function pagerButtons(table) {
  const pages = Math.ceil(table.rows.length / table.size);
  const step = (by) => () => {
    table.page += by;
    drawRows(table);
    const buttons = [...table.pager.querySelectorAll("button")];
    (buttons[by > 0 ? 1 : 0].disabled ? buttons[by > 0 ? 0 : 1] : buttons[by > 0 ? 1 : 0]).focus();
  };
  const first = table.page * table.size + 1;
  const last = Math.min(table.rows.length, first + table.size - 1);
  return [
    h("button", { type: "button", class: "button small", disabled: table.page === 0, onclick: step(-1) }, "Previous"),
    h("button", { type: "button", class: "button small", disabled: table.page >= pages - 1, onclick: step(1) }, "Next"),
    h("span", { role: "status" }, `${first}–${last} of ${table.rows.length}`),
  ];
}
