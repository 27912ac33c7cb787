/** Tables: cells, sorting, pages. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { words } from "./page.mjs";

const { renderDataTable, renderTable } = await import("../../../sandbox/web/tables.js");

const text = (value) => ({ type: "raw_text", text: value });
const number = (value) => ({ type: "raw_number", value });
const rich = (value) => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements: [{ type: "text", text: value }] }],
});

const column = (node, index) =>
  node
    .querySelector("tbody")
    .querySelectorAll("tr")
    .map((row) => words(row.children[index]));
const sort = (node, index) => node.querySelectorAll("th")[index].querySelector("button").click();
const turn = (node, name) =>
  node
    .querySelector(".pager")
    .querySelectorAll("button")
    .find((button) => words(button) === name)
    .click();

function dataTable(values, more = {}) {
  const rows = values.map((value) => [value, text("x")]);
  return renderDataTable({ caption: "Numbers", rows: [[text("Name"), text("Other")], ...rows], ...more });
}

test("the first row is the head", () => {
  const node = renderTable({ rows: [[text("a"), text("b")], [text("1"), rich("2")]] });
  assert.equal(words(node.querySelector("thead")), "ab");
  assert.equal(words(node.querySelector("tbody")), "12");
});

test("columns are aligned and wrapped as they say", () => {
  const node = renderTable({ rows: [[text("a")], [text("1")]], column_settings: [{ align: "right", is_wrapped: true }] });
  assert.equal(node.querySelector("td").getAttribute("class"), "align-right wrapped");
});

test("a moment stays on its line, and nothing else does", () => {
  const rows = [[text("When"), text("What")], [text("2026-11-25 16:13"), text("2026-11-25, or later")]];
  const classes = renderTable({ rows })
    .querySelectorAll("td")
    .map((cell) => cell.getAttribute("class"));
  assert.deepEqual(classes, ["moment", null]);
});

test("a table without rows, and a cell of nothing, are drawn", () => {
  assert.equal(words(renderTable({})), "");
  assert.equal(words(renderTable({ rows: [[text("a")], [null]] })), "a");
});

test("numbers are sorted as numbers, and the second time from the highest", () => {
  const node = dataTable([number(10), number(9), number(100)]);
  sort(node, 0);
  assert.deepEqual(column(node, 0), ["9", "10", "100"]);
  assert.equal(node.querySelectorAll("th")[0].getAttribute("aria-sort"), "ascending");
  sort(node, 0);
  assert.deepEqual(column(node, 0), ["100", "10", "9"]);
  assert.equal(node.querySelectorAll("th")[0].getAttribute("aria-sort"), "descending");
});

test("texts are sorted as people count", () => {
  const node = dataTable([text("v10"), text("v9"), rich("v1")]);
  sort(node, 0);
  assert.deepEqual(column(node, 0), ["v1", "v9", "v10"]);
});

test("another column begins anew from its lowest", () => {
  const node = dataTable([number(2), number(1)]);
  sort(node, 0);
  sort(node, 1);
  assert.equal(node.querySelectorAll("th")[0].getAttribute("aria-sort"), null);
  assert.equal(node.querySelectorAll("th")[1].getAttribute("aria-sort"), "ascending");
});

test("a long one has pages, whose buttons end where the pages do", () => {
  const node = dataTable(Array.from({ length: 12 }, (_, index) => number(index)));
  assert.equal(words(node.querySelector(".pager")), "PreviousNext1–5 of 12");
  turn(node, "Next");
  turn(node, "Next");
  assert.deepEqual(column(node, 0), ["10", "11"]);
  assert.match(words(node.querySelector(".pager")), /11–12 of 12$/);
  assert.equal(node.querySelector(".pager").querySelectorAll("button")[1].disabled, true);
  assert.equal(words(document.activeElement), "Previous");
});

test("sorting goes back to the first page", () => {
  const node = dataTable(Array.from({ length: 12 }, (_, index) => number(index)), { page_size: 10 });
  turn(node, "Next");
  sort(node, 0);
  assert.match(words(node.querySelector(".pager")), /1–10 of 12$/);
});

test("a short one has no pages", () => assert.equal(words(dataTable([number(1)]).querySelector(".pager")), ""));

test("a row's head is marked as one", () => {
  const node = dataTable([number(1)], { row_header_column_index: 0 });
  assert.equal(node.querySelector("tbody").querySelector("th").getAttribute("scope"), "row");
});

test("what a cell says is text and no markup", () => {
  const node = dataTable([text("<script>alert(1)</script>"), rich("<img src=x>")], { caption: "<b>x</b>" });
  assert.equal(words(node.querySelector("caption")), "<b>x</b>");
  for (const tag of ["script", "img", "b"]) assert.equal(node.querySelectorAll(tag).length, 0);
});
