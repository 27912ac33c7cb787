/** The box one writes in: messages and slash commands, completion, shortcuts, and what was typed per conversation. */

import { api } from "./api.js";
import { completionsFor, usageFor } from "./completion.js";
import { announce, h, iconButton, replace, uniqueId } from "./dom.js";
import { menuButton } from "./popup.js";
import { channelById, channelTitle, isBotConversation, on, store } from "./store.js";
import { toast } from "./toasts.js";

const root = document.getElementById("composer");
const MAX_HEIGHT = 200;
const narrow = matchMedia("(max-width: 760px)");

const drafts = new Map();
const choice = { items: [], from: 0, active: 0 };
let draftKey = null;

const listId = uniqueId("completions");
const input = h("textarea", {
  id: "composer-input",
  rows: 1,
  class: "composer-input",
  "aria-autocomplete": "list",
  "aria-controls": listId,
  dataset: { testid: "composer" },
  oninput: typed,
  onkeydown: pressed,
  onblur: () => offer(null),
  onclick: suggest,
});
const list = h("div", {
  class: "completions",
  id: listId,
  role: "listbox",
  "aria-label": "Suggestions",
  hidden: true,
  dataset: { testid: "completions" },
  onmousedown: (event) => event.preventDefault(),
});
const hint = h("p", { class: "usage-hint", "aria-live": "polite", hidden: true });
const sendButton = iconButton("send", "Send", { class: "send", dataset: { testid: "send" }, onclick: send });
const shortcutsButton = iconButton("bolt", "Shortcuts", { dataset: { testid: "shortcuts" } });

function shortcutItems() {
  const node = ({ name, description }) =>
    h("span", { class: "option-text" }, name, description ? h("small", {}, description) : null);
  const global = store.shortcuts.filter(({ type }) => type === "global" || !type);
  return global.map((shortcut) => ({
    node: node(shortcut),
    testid: "shortcut",
    data: { callbackId: shortcut.callback_id },
    choose: () => runShortcut(shortcut),
  }));
}

async function runShortcut({ callback_id: callbackId }) {
  const answer = await api.shortcut(store.user, callbackId);
  if (answer.ok === false) toast(answer.error, "error");
}

function typed() {
  grow();
  drafts.set(draftKey, input.value);
  sendButton.toggleAttribute("disabled", !input.value.trim());
  suggest();
}

function grow() {
  input.style.height = "auto";
  input.style.height = `${Math.min(MAX_HEIGHT, input.scrollHeight)}px`;
}

function suggest() {
  const collapsed = input.selectionStart === input.selectionEnd;
  offer(collapsed ? completionsFor(input.value.slice(0, input.selectionStart)) : null);
  const usage = usageFor(input.value);
  hint.hidden = !usage;
  replace(
    hint,
    usage
      ? [
          h("strong", {}, usage.command),
          " ",
          h("code", {}, usage.usage_hint ?? ""),
          usage.description ? h("span", {}, usage.description) : null,
        ]
      : [],
  );
}

function offer(found) {
  Object.assign(choice, { items: found?.items ?? [], from: found?.from ?? 0 });
  list.hidden = !choice.items.length;
  replace(
    list,
    choice.items.map((item, index) =>
      h(
        "div",
        {
          role: "option",
          class: "option",
          id: `${listId}-${index}`,
          dataset: { testid: "completion" },
          onclick: () => take(item),
        },
        item.node,
      ),
    ),
  );
  if (choice.items.length) activate(0);
  else input.removeAttribute("aria-activedescendant");
}

function activate(index) {
  choice.active = (index + choice.items.length) % choice.items.length;
  [...list.children].forEach((node, at) => {
    node.classList.toggle("is-active", at === choice.active);
    node.setAttribute("aria-selected", String(at === choice.active));
  });
  list.children[choice.active].scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", `${listId}-${choice.active}`);
}

function take(item) {
  const after = input.value.slice(input.selectionStart);
  const head = input.value.slice(0, choice.from) + item.insert;
  input.value = head + after.replace(/^\s/, "");
  input.setSelectionRange(head.length, head.length);
  input.focus();
  typed();
}

function pressed(event) {
  if (event.isComposing) return;
  if (choice.items.length && pressedInList(event)) return void event.preventDefault();
  if (event.key !== "Enter" || event.shiftKey) return;
  event.preventDefault();
  send();
}

/** Whether the open list of suggestions took the key. A command typed in full is sent, not completed. */
function pressedInList(event) {
  const item = choice.items[choice.active];
  if (event.key === "Enter" && item.exact) return false;
  const keys = {
    ArrowDown: () => activate(choice.active + 1),
    ArrowUp: () => activate(choice.active - 1),
    Enter: () => take(item),
    Tab: () => take(item),
    Escape: () => offer(null),
  };
  if (!(event.key in keys) || event.shiftKey) return false;
  keys[event.key]();
  return true;
}

async function send() {
  const text = input.value.trim();
  const { user, channel } = store;
  const key = draftKey;
  if (!text || !channel) return;
  setText("");
  root.setAttribute("aria-busy", "true");
  const answer = await api.message(user, channel, text);
  root.removeAttribute("aria-busy");
  if (answer.ok !== false) return announce(text.startsWith("/") ? "Command sent" : "Sent");
  toast(answer.error, "error");
  restore(key, text);
}

function restore(key, text) {
  if (drafts.get(key)) return;
  drafts.set(key, text);
  if (key === draftKey) setText(text);
}

function setText(text) {
  input.value = text;
  typed();
  offer(null);
}

function changeConversation() {
  const channel = channelById(store.channel);
  draftKey = `${store.user}/${store.channel}`;
  const title = channel ? (channel.kind === "im" ? channelTitle(channel) : `#${channelTitle(channel)}`) : "";
  const tip =
    store.commands.length && !isBotConversation(channel) && !narrow.matches ? ", or type / for a command" : "";
  input.placeholder = channel ? `Message ${title}${tip}` : "";
  input.setAttribute("aria-label", `Message ${title}`);
  input.disabled = !channel;
  setText(drafts.get(draftKey) ?? "");
  if (matchMedia("(hover: hover)").matches && !document.querySelector("dialog[open]")) input.focus();
}

export function startComposer() {
  const tools = h(
    "div",
    { class: "composer-tools" },
    menuButton(shortcutsButton, shortcutItems, { label: "Shortcuts", placeholder: "The app has no global shortcuts" }),
    h(
      "span",
      { class: "composer-keys" },
      h("kbd", {}, "Enter"),
      " sends, ",
      h("kbd", {}, "Shift"),
      "+",
      h("kbd", {}, "Enter"),
      " starts a line",
    ),
    sendButton,
  );
  replace(root, hint, list, h("div", { class: "composer-box" }, input, tools));
  on("channel", changeConversation);
}
