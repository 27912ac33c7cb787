/** The inspector drawer: what went between the app and the workspace, broken rules in red, and the clock. */

import { createActs } from "./acts.js";
import { api } from "./api.js";
import { clockTime, dateTime } from "./dates.js";
import { debounce, h, icon, iconButton, replace } from "./dom.js";
import { emit, now, on, setNow } from "./store.js";
import { toast } from "./toasts.js";
import { panelToggle } from "./topbar.js";

const PERIOD = 3000;
const SHORT = 300;
const FILTERS = { all: "All", api: "Web API", socket: "Socket", rule: "Rules broken" };

const root = document.getElementById("inspector");
const list = h("ol", { class: "entries", "aria-label": "Exchanges, newest first" });
const clock = h("span", { class: "clock-now", dataset: { testid: "clock" } });

const trouble = createActs({
  testid: "trouble",
  title: "Trouble with Slack",
  subtitle: "Refusals, lost answers, slowness; for the app only",
  run: api.orderTrouble,
});

const state = { entries: [], filter: "all", nodes: new Map(), timer: null };

export const inspectorToggle = panelToggle("Inspector", {
  iconName: "wrench",
  panel: "inspector",
  testid: "inspector-toggle",
});

async function refresh() {
  const { entries } = await api.inspector();
  if (!entries) return;
  state.entries = entries;
  drawBadge();
  if (!root.hidden) draw();
}

function drawBadge() {
  const problems = state.entries.filter(({ problem }) => problem).length;
  inspectorToggle.badge.hidden = !problems;
  replace(
    inspectorToggle.badge,
    problems ? [String(problems), h("span", { class: "visually-hidden" }, " broken rules")] : [],
  );
}

const shown = ({ kind, problem }) =>
  state.filter === "all" || kind === state.filter || (state.filter === "rule" && problem);

/** Entries are drawn once: what somebody has unfolded stays unfolded. */
function draw() {
  const before = state.nodes;
  state.nodes = new Map();
  const nodes = state.entries.filter(shown).map((entry) => {
    const key = JSON.stringify(entry);
    const node = before.get(key) ?? entryNode(entry);
    state.nodes.set(key, node);
    return node;
  });
  const empty = h(
    "li",
    { class: "hub-empty" },
    state.filter === "rule" ? "No rule of Slack's was broken." : "Nothing yet.",
  );
  replace(list, nodes.length ? nodes.reverse() : empty);
}

const KINDS = { api: "API", socket: "Socket", rule: "Rule" };

function entryNode({ at, kind, direction, title, detail, problem }) {
  const from = kind === "rule" ? "" : direction === "in" ? "from the app" : "to the app";
  const line = [
    h("time", { title: dateTime(at) }, `${clockTime(at)}:${String(Math.floor(at % 60)).padStart(2, "0")}`),
    h("span", { class: `tag ${problem ? "is-danger" : ""}` }, problem ? icon("warning") : null, KINDS[kind] ?? kind),
    h(
      "span",
      { class: "direction", title: from },
      from ? icon(direction === "in" ? "up" : "down") : null,
      h("span", { class: "visually-hidden" }, from),
    ),
    h("span", { class: "entry-title" }, title),
  ];
  const text = typeof detail === "string" ? detail : JSON.stringify(detail, null, 1);
  if (!text) return h("li", { class: `entry ${problem ? "is-problem" : ""}` }, h("div", { class: "entry-line" }, line));
  const body = h("pre", { tabindex: "0" }, text);
  return h(
    "li",
    { class: `entry ${problem ? "is-problem" : ""}` },
    h(
      "details",
      { open: problem && text.length < SHORT },
      h("summary", { class: "entry-line" }, line, icon("chevron")),
      body,
    ),
  );
}

function filterButtons() {
  const button = (name) =>
    h(
      "button",
      {
        type: "button",
        class: "filter",
        "aria-pressed": String(state.filter === name),
        dataset: { testid: "inspector-filter", filter: name },
        onclick: () => choose(name),
      },
      FILTERS[name],
    );
  return Object.keys(FILTERS).map(button);
}

const filters = h("div", { class: "filters", role: "group", "aria-label": "Show" });

function choose(name) {
  state.filter = name;
  replace(filters, filterButtons());
  filters.querySelector(`[data-filter="${name}"]`).focus();
  draw();
}

function clockControl() {
  const button = (label, seconds) =>
    h(
      "button",
      {
        type: "button",
        class: "button small",
        dataset: { testid: "clock-advance", seconds },
        "aria-label": `Move the clock ${label}`,
        onclick: () => advance(seconds),
      },
      `+${label}`,
    );
  return h(
    "div",
    { class: "clock-control", role: "group", "aria-label": "The sandbox's clock" },
    clock,
    button("1 hour", 3600),
    button("1 day", 86400),
  );
}

let told = null;

async function advance(seconds) {
  const answer = await api.clock(seconds);
  if (answer.ok === false) return void toast(answer.error, "error");
  setNow(answer.now);
  emit("clock");
  told?.remove(); // what it said is no longer so
  told = toast(`It is now ${dateTime(answer.now)}.`);
}

function tick() {
  replace(clock, dateTime(now()));
  refresh();
}

function setShown(visible) {
  root.hidden = !visible;
  inspectorToggle.node.setAttribute("aria-expanded", String(visible));
  clearInterval(state.timer);
  if (!visible) return;
  tick();
  state.timer = setInterval(tick, PERIOD);
}

function close() {
  setShown(false);
  inspectorToggle.node.focus();
}

export function startInspector() {
  replace(filters, filterButtons());
  replace(
    root,
    h(
      "header",
      { class: "panel-head" },
      h("h2", {}, "Inspector"),
      filters,
      clockControl(),
      iconButton("close", "Close the inspector", { dataset: { testid: "inspector-close" }, onclick: close }),
    ),
    list,
    trouble.node,
  );
  api.troubles().then(({ actions = [] }) => trouble.draw(actions));
  inspectorToggle.node.addEventListener("click", () => setShown(root.hidden));
  root.addEventListener("keydown", (event) => event.key === "Escape" && close());
  on("activity", debounce(refresh, 300));
  on("clock", () => replace(clock, dateTime(now())));
  refresh();
}
