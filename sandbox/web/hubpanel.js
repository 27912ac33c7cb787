/** The Docker Hub side panel: tabs over the organization, what changed since one looked, and "Meanwhile". */

import { createActs } from "./acts.js";
import { api } from "./api.js";
import { debounce, h, iconButton, replace } from "./dom.js";
import { PAGES } from "./hubviews.js";
import { on } from "./store.js";
import { panelToggle } from "./topbar.js";

const SHOWN = "sandbox-hub";
const BURST = 120;
const FRESH = 8000;

const root = document.getElementById("hub-panel");
const narrow = matchMedia("(max-width: 1000px)");
const meanwhile = createActs({
  testid: "meanwhile",
  title: "Meanwhile in Docker Hub",
  subtitle: "Changes by hand, and trouble",
  run: api.hubAct,
});

const panel = { page: PAGES[0].id, hub: null, seen: {}, news: new Set(), fresh: new Map() };

const heading = h("div", { class: "panel-titles" });
const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Docker Hub", onkeydown: moveTab });
const list = h("ul", { class: "hub-list" });
const body = h("div", { class: "hub-body", role: "tabpanel", id: "hub-page", tabindex: "0" }, list);

export const hubToggle = panelToggle("Docker Hub", { iconName: "box", panel: "hub-panel", testid: "hub-toggle" });

const pageNamed = (id) => PAGES.find((page) => page.id === id);

async function refresh() {
  const hub = await api.hub();
  if (hub.ok === false)
    return void (
      panel.hub ??
      replace(list, h("li", { class: "hub-empty" }, hub.status === 404 ? "This sandbox has no Docker Hub." : hub.error))
    );
  noteNews(hub);
  panel.hub = hub;
  draw();
}

/** Which pages have changed since they were last on the screen, and which rows are new. */
function noteNews(hub) {
  for (const page of PAGES) {
    const before = panel.seen[page.id];
    const after = Object.fromEntries(
      page.rows(hub).map(({ key, node }, at) => [key, JSON.stringify(page.data(hub)[at] ?? node.textContent)]),
    );
    panel.seen[page.id] = after;
    if (!before || page.quiet) continue;
    const changed = Object.keys(after).filter((key) => before[key] !== after[key]);
    changed.forEach((key) => panel.fresh.set(`${page.id}/${key}`, Date.now()));
    const gone = Object.keys(before).some((key) => !(key in after));
    if ((changed.length || gone) && (page.id !== panel.page || root.hidden)) panel.news.add(page.id);
  }
}

function draw() {
  const { hub } = panel;
  hubToggle.badge.hidden = !(root.hidden && panel.news.size);
  if (!hub || root.hidden) return;
  panel.news.delete(panel.page);
  replace(
    heading,
    h("h2", {}, "Docker Hub"),
    h("p", {}, [hub.organization, hub.plan && `${hub.plan} plan`].filter(Boolean).join(" · ")),
  );
  drawTabs();
  drawList(pageNamed(panel.page));
  meanwhile.draw(hub.actions ?? []);
}

function drawTabs() {
  const hadFocus = tabs.contains(document.activeElement);
  replace(
    tabs,
    PAGES.map((page) => tabButton(page)),
  );
  body.setAttribute("aria-labelledby", `hub-tab-${panel.page}`);
  if (hadFocus) tabs.querySelector("[aria-selected='true']").focus();
}

function tabButton({ id, title, data }) {
  const selected = id === panel.page;
  const news = panel.news.has(id)
    ? h("span", { class: "news", title: "Changed" }, h("span", { class: "visually-hidden" }, " changed"))
    : null;
  const number =
    id === "log" || id === "limits"
      ? null
      : h(
          "span",
          { class: "tab-count" },
          id === "repositories" ? (panel.hub.repository_count ?? data(panel.hub).length) : data(panel.hub).length,
        );
  const props = {
    type: "button",
    role: "tab",
    class: "tab",
    id: `hub-tab-${id}`,
    "aria-selected": String(selected),
    "aria-controls": "hub-page",
    tabindex: selected ? "0" : "-1",
    dataset: { testid: "hub-tab", tab: id },
    onclick: () => openPage(id),
  };
  return h("button", props, title, number, news);
}

function drawList(page) {
  const open = new Set([...list.querySelectorAll("details[open]")].map((node) => node.closest("li").dataset.key));
  const rows = page.rows(panel.hub);
  for (const { key, node } of rows) {
    node.dataset.key = key;
    node.classList.toggle("is-new", Date.now() - (panel.fresh.get(`${page.id}/${key}`) ?? 0) < FRESH);
    if (open.has(key)) node.querySelector("details")?.setAttribute("open", "");
  }
  replace(list, rows.length ? rows.map(({ node }) => node) : h("li", { class: "hub-empty" }, page.empty));
}

function openPage(id) {
  panel.page = id;
  body.scrollTop = 0;
  draw();
}

function moveTab(event) {
  const at = PAGES.findIndex(({ id }) => id === panel.page);
  const targets = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
  if (!(event.key in targets)) return;
  event.preventDefault();
  openPage(PAGES.at(targets[event.key] % PAGES.length).id);
  tabs.querySelector("[aria-selected='true']").scrollIntoView({ block: "nearest", inline: "nearest" });
}

function setShown(shown) {
  root.hidden = !shown;
  hubToggle.node.setAttribute("aria-expanded", String(shown));
  if (!narrow.matches) sessionStorage.setItem(SHOWN, shown ? "yes" : "no");
  draw();
}

/** Beside the conversation it stays as it was left; where it would cover the conversation, it begins closed. */
function followWidth() {
  setShown(!narrow.matches && sessionStorage.getItem(SHOWN) !== "no");
}

function toggle() {
  setShown(root.hidden);
  if (!root.hidden && narrow.matches) root.querySelector("[data-testid='hub-close']").focus();
}

function close() {
  setShown(false);
  hubToggle.node.focus();
}

export function startHubPanel() {
  replace(
    root,
    h(
      "header",
      { class: "panel-head" },
      heading,
      iconButton("close", "Close Docker Hub", { dataset: { testid: "hub-close" }, onclick: close }),
    ),
    tabs,
    body,
    meanwhile.node,
  );
  hubToggle.node.addEventListener("click", toggle);
  root.addEventListener("keydown", (event) => event.key === "Escape" && narrow.matches && close());
  followWidth();
  narrow.addEventListener("change", followWidth);
  on("hub", debounce(refresh, BURST));
  on("resync", refresh);
  on("clock", draw);
  refresh();
}
