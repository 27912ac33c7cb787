/** The app's Home tab in the bot's conversation, and the header above every conversation with its tabs. */

import { api } from "./api.js";
import { renderAloud, renderBlocks } from "./blocks.js";
import { h, icon, iconButton, replace } from "./dom.js";
import { Form } from "./form.js";
import { plain } from "./mrkdwn.js";
import { openTab } from "./navigation.js";
import { channelById, channelTitle, isBotConversation, on, setAloud, store, userById } from "./store.js";

const panels = { messages: document.getElementById("messages-panel"), home: document.getElementById("home") };
const composer = document.getElementById("composer");
const head = document.getElementById("channel-head");

const TABS = { home: "Home", messages: "Messages" };

const current = { user: null, form: null, view: null };

function drawHead() {
  const channel = channelById(store.channel);
  if (!channel) return replace(head, h("h2", { id: "channel-title" }, "No conversation"));
  const sign = channel.kind === "im" ? null : icon(channel.is_private ? "lock" : "hash");
  const title = h("h2", { id: "channel-title" }, sign, h("span", {}, channelTitle(channel)));
  return replace(
    head,
    h("div", { class: "channel-titles" }, title, subtitle(channel)),
    hasTabs(channel) ? tabList() : null,
    aloudToggle(),
  );
}

/** Shows what a screen reader says, and only that. */
function aloudToggle() {
  const label = "Screen reader view: only what is read aloud";
  const toggle = () => {
    setAloud(!store.aloud);
    head.querySelector("[data-testid='aloud']").focus();
  };
  const pressed = { "aria-pressed": String(store.aloud), dataset: { testid: "aloud" } };
  return iconButton("ear", label, { class: "aloud-toggle", onclick: toggle, ...pressed });
}

function subtitle(channel) {
  const text =
    channel.kind === "im" ? userById(channel.user)?.title || (isBotConversation(channel) ? "App" : "") : channel.topic;
  const count =
    channel.kind === "im" ? null : h("span", { class: "member-count" }, `${channel.members?.length ?? 0} members`);
  return h("p", { class: "topic" }, count, h("span", { class: "topic-text", title: plain(text) }, plain(text)));
}

const hasTabs = (channel) => isBotConversation(channel) && store.bot.home_tab;

function tabList() {
  const tab = (name) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${name}`,
        class: "tab",
        "aria-selected": String(store.tab === name),
        tabindex: store.tab === name ? "0" : "-1",
        "aria-controls": panels[name].id,
        dataset: { testid: `tab-${name}` },
        onclick: () => openTab(name),
      },
      TABS[name],
    );
  return h(
    "div",
    { class: "tabs", role: "tablist", "aria-label": store.bot.name, onkeydown: moveTab },
    Object.keys(TABS).map(tab),
  );
}

function moveTab(event) {
  if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  event.preventDefault();
  openTab(store.tab === "home" ? "messages" : "home");
  document.getElementById(`tab-${store.tab}`).focus();
}

function drawTab() {
  drawHead();
  const atHome = store.tab === "home" && hasTabs(channelById(store.channel));
  panels.home.hidden = !atHome;
  panels.messages.hidden = atHome;
  composer.hidden = atHome;
  if (atHome) openHome();
}

/** Tells the app that Home was opened, and shows what it has published so far. */
async function openHome() {
  const { user } = store;
  if (current.user !== user) showHome(null);
  const before = current.form;
  const answer = await api.home(user);
  const isNews = current.form === before; // else a `home` event was faster than this answer, and is newer
  if (user === store.user && isNews) showHome(answer.view ?? null);
}

/** Draw a published Home view, or say that there is none yet. */
export function showHome(view) {
  const same = view && current.view && current.user === store.user;
  const focused = same ? current.form.focused() : null;
  const form = new Form({ type: "view", view_id: view?.id }, same ? current.form.snapshot() : {});
  Object.assign(current, { user: store.user, form, view });
  const empty = h(
    "p",
    { class: "home-empty" },
    store.bot.connected
      ? "The app has not published its Home tab yet."
      : "The app is not connected, so its Home tab is empty.",
  );
  const drawn = store.aloud ? renderAloud : renderBlocks;
  replace(panels.home, view ? drawn(view.blocks ?? [], { user: store.user, form }) : empty);
  if (focused) form.find(focused.block.block_id, focused.spec.action_id)?.control.focus();
}

export const formOfHome = (viewId) => (current.view?.id === viewId ? current.form : null);

export function startHome() {
  on("channel", drawTab);
  on("tab", drawTab);
  on("state", drawHead);
  on("aloud", () => {
    drawHead();
    if (!panels.home.hidden) showHome(current.view);
  });
}
