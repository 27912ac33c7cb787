/** Blocks that few apps send: charts, plans and their tasks, videos, layouts. */

import { h, icon } from "./dom.js";
import { linkNode, plain } from "./mrkdwn.js";
import { own } from "./own.js";
import { renderRichText } from "./richtext.js";

/** A chart as a table with a bar for each number: read by everybody, and nothing of it is lost. */
export function renderChart(block) {
  const { chart } = block;
  const pie = chart.type === "pie";
  const series = pie ? [{ name: "Share", data: chart.segments }] : chart.series;
  const most = Math.max(...series.flatMap(({ data }) => data.map(({ value }) => value)), 0);
  const total = pie ? chart.segments.reduce((sum, { value }) => sum + value, 0) : null;
  const labels = pie ? chart.segments.map(({ label }) => label) : chart.axis_config.categories;
  const { x_label: across = "", y_label: up = "" } = chart.axis_config ?? {};
  const head = [across, ...series.map(({ name }) => name)].map((name) => h("th", { scope: "col" }, plain(name)));
  const rows = labels.map((label) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, plain(label)),
      series.map(({ data }) => chartCell(data.find((point) => point.label === label)?.value, most, total)),
    ),
  );
  const caption = [plain(block.title), up ? h("small", {}, ` ${plain(up)}`) : null];
  return h(
    "div",
    { class: "table-scroll", tabindex: "0", role: "region", "aria-label": plain(block.title) },
    h(
      "table",
      { class: "table chart" },
      h("caption", {}, caption),
      h("thead", {}, h("tr", {}, head)),
      h("tbody", {}, rows),
    ),
  );
}

function chartCell(value, most, total) {
  if (value === undefined) return h("td", {}, "–");
  const share = total ? ` (${Math.round((value / total) * 100)} %)` : "";
  const bar = h("span", { class: "chart-bar", "aria-hidden": "true" });
  bar.style.width = `${most > 0 ? Math.max(0, Math.round((value / most) * 100)) : 0}%`;
  return h("td", {}, `${value.toLocaleString("en")}${share}`, bar);
}

const STATES = { pending: "waiting", in_progress: "under way", complete: "done", error: "failed" };
const SIGNS = { pending: "dots", in_progress: "bolt", complete: "check", error: "warning" };

/** One task of an agent, alone or in a plan. */
export function renderTask(task) {
  const status = own(STATES, task.status) ?? "waiting";
  const sources = (task.sources ?? []).map(({ url, text }) => h("li", {}, linkNode(url, plain(text ?? url))));
  return h(
    "section",
    { class: `task is-${own(STATES, task.status) ? task.status : "pending"}` },
    h("p", { class: "task-title" }, icon(own(SIGNS, task.status) ?? "dots"), h("span", {}, plain(task.title)), " ", h("small", {}, status)),
    task.details ? renderRichText(task.details) : null,
    task.output ? renderRichText(task.output) : null,
    sources.length ? h("ul", { class: "task-sources", "aria-label": "Sources" }, sources) : null,
  );
}

export const renderPlan = (block) =>
  h(
    "section",
    { class: "plan" },
    h("h4", {}, plain(block.title)),
    h(
      "ol",
      {},
      (block.tasks ?? []).map((task) => h("li", {}, renderTask(task))),
    ),
  );

/** A video is never loaded from elsewhere: its title leads to it. */
export function renderVideo(block) {
  const title = plain(block.title.text);
  const by = [block.author_name, block.provider_name].filter(Boolean).map(plain).join(" · ");
  return h(
    "figure",
    { class: "video" },
    h("p", { class: "task-title" }, linkNode(block.title_url ?? block.video_url, title)),
    by ? h("p", { class: "hint" }, by) : null,
    block.description ? h("p", {}, plain(block.description.text)) : null,
    h("span", { class: "image picture-away", role: "img", "aria-label": plain(block.alt_text) }, icon("image"), h("span", {}, plain(block.alt_text))),
  );
}

/** A layout as a client shows it that does not know layouts: its label, and its fallback. */
export const renderLayout = (block, draw) =>
  h(
    "section",
    { class: "layout", "aria-label": plain(block.label) },
    block.is_label_visible ? h("p", { class: "label" }, plain(block.label)) : null,
    (block.fallback ?? []).map(draw),
  );
