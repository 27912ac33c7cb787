/** Turns the standard Markdown of a `markdown` block into DOM nodes: the common parts of it, tables included. */

import { h } from "./dom.js";
import { linkNode, plain } from "./mrkdwn.js";

const RULES = [
  { test: /^```/, read: readFence },
  { test: /^#{1,6} /, read: readHeading },
  { test: /^(?:---+|\*\*\*+|___+)\s*$/, read: (lines) => [h("hr"), lines.slice(1)] },
  { test: /^> ?/, read: readQuote },
  { test: /^\s*(?:[-*+]|\d+[.)]) /, read: readList },
  { test: /^\|.*\|\s*$/, read: readTable },
  { test: /^\s*$/, read: (lines) => [null, lines.slice(1)] },
];

const DEEPEST = 20; // quotes within quotes; what lies deeper is drawn as text

export function renderMarkdown(text, depth = 0) {
  const nodes = [];
  let lines = String(text ?? "").split("\n");
  while (lines.length) {
    const rule = RULES.find(({ test }) => test.test(lines[0]));
    const [node, rest] = (rule?.read ?? readParagraph)(lines, depth);
    if (node) nodes.push(node);
    lines = rest;
  }
  return h("div", { class: "markdown" }, nodes);
}

function takeWhile(lines, test) {
  const end = lines.findIndex((line) => !test(line));
  return end < 0 ? [lines, []] : [lines.slice(0, end), lines.slice(end)];
}

function readFence(lines) {
  const [body, rest] = takeWhile(lines.slice(1), (line) => !line.startsWith("```"));
  return [h("pre", { tabindex: "0" }, h("code", {}, body.join("\n"))), rest.slice(1)];
}

function readHeading(lines) {
  const [, marks, text] = /^(#+) (.*)$/.exec(lines[0]);
  return [h(`h${Math.min(6, marks.length + 2)}`, {}, renderSpans(text)), lines.slice(1)];
}

function readQuote(lines, depth) {
  const [body, rest] = takeWhile(lines, (line) => /^> ?/.test(line));
  if (depth >= DEEPEST) return [h("p", {}, plain(body.join("\n"))), rest];
  return [h("blockquote", {}, renderMarkdown(body.map((line) => line.replace(/^> ?/, "")).join("\n"), depth + 1)), rest];
}

function readList(lines) {
  const item = /^\s*(?:[-*+]|\d+[.)]) (.*)$/;
  const [body, rest] = takeWhile(lines, (line) => item.test(line));
  const tag = /^\s*\d/.test(lines[0]) ? "ol" : "ul";
  return [
    h(
      tag,
      { class: "rt-list" },
      body.map((line) => h("li", {}, renderSpans(item.exec(line)[1]))),
    ),
    rest,
  ];
}

const cells = (line) =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());

function readTable(lines) {
  const [body, rest] = takeWhile(lines, (line) => /^\|.*\|\s*$/.test(line));
  const [head = [], ...rows] = body.filter((line) => !/^[\s|:-]+$/.test(line)).map(cells);
  const row = (tag) => (line) =>
    h(
      "tr",
      {},
      line.map((cell) => h(tag, tag === "th" ? { scope: "col" } : {}, renderSpans(cell))),
    );
  const table = h("table", { class: "table" }, h("thead", {}, row("th")(head)), h("tbody", {}, rows.map(row("td"))));
  return [h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" }, table), rest];
}

function readParagraph(lines) {
  const [body, rest] = takeWhile(lines, (line) => !RULES.some(({ test }) => test.test(line)));
  return [
    h(
      "p",
      {},
      body.flatMap((line, index) => (index ? [h("br"), ...renderSpans(line)] : renderSpans(line))),
    ),
    rest,
  ];
}

const SPANS = new RegExp(
  [
    /`([^`]+)`/,
    /\[([^\]]+)\]\(([^)\s]+)\)/,
    /\*\*(.+?)\*\*/,
    /__(.+?)__/,
    /~~(.+?)~~/,
    /\*([^*]+)\*/,
    /(?<!\w)_([^_]+)_(?!\w)/,
    /https?:\/\/[^\s<>)]+/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "g",
);

function renderSpans(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(SPANS)) {
    nodes.push(plain(text.slice(from, match.index)), renderSpan(match));
    from = match.index + match[0].length;
  }
  return [...nodes, plain(text.slice(from))];
}

function renderSpan([whole, code, label, url, bold, alsoBold, strike, italic, alsoItalic]) {
  if (code) return h("code", {}, code);
  if (label) return linkNode(url, renderLabel(label));
  if (bold || alsoBold) return h("strong", {}, renderSpans(bold || alsoBold));
  if (strike) return h("s", {}, renderSpans(strike));
  if (italic || alsoItalic) return h("em", {}, renderSpans(italic || alsoItalic));
  return linkNode(whole, whole);
}

const renderLabel = (label) => plain(label);
