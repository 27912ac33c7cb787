/** The message list: loads a conversation, keeps it current, and redraws only what changed. */

import { api } from "./api.js";
import { dayKey, dayTitle } from "./dates.js";
import { announce, h, replace } from "./dom.js";
import { messageNode } from "./message.js";
import { plain } from "./mrkdwn.js";
import { createThread } from "./thread.js";
import { channelById, channelTitle, isBotConversation, on, store } from "./store.js";

const GROUPING = 300;
const NEAR_END = 120;

const list = document.getElementById("messages");
const jump = document.getElementById("jump");

const view = { channel: null, user: null, messages: [], rows: new Map(), threads: new Map(), asked: 0, loading: false, late: [] };

/** Load and show the current conversation. */
export async function loadMessages() {
  const ticket = (view.asked += 1);
  const same = view.channel === store.channel && view.user === store.user;
  if (!same) reset();
  if (!store.channel) return;
  view.loading = true;
  list.setAttribute("aria-live", "off"); // a whole conversation is not news
  const { messages = [] } = await api.history(store.user, store.channel);
  if (ticket !== view.asked) return;
  view.loading = false;
  view.messages = messages;
  view.late.splice(0).forEach((change) => change());
  draw({ toEnd: !same });
  setTimeout(() => view.loading || list.removeAttribute("aria-live"), 500);
}

function reset() {
  Object.assign(view, { channel: store.channel, user: store.user, messages: [], rows: new Map(), threads: new Map(), late: [] });
  jump.hidden = true;
  replace(list);
}

/** Add a message, or replace the one with its ts. */
export function putMessage(message) {
  later(
    () => {
      const at = view.messages.findIndex(({ ts }) => ts === message.ts);
      if (at >= 0) view.messages[at] = message;
      else view.messages = [...view.messages, message].sort((a, b) => Number(a.ts) - Number(b.ts));
      if (at >= 0) announce(`Changed: ${plain(message.text).slice(0, 200)}`);
    },
    { toEnd: message.user === store.user },
  );
}

export function removeMessage(ts) {
  later(() => (view.messages = view.messages.filter((message) => message.ts !== ts)));
}

function later(change, options = {}) {
  if (view.loading) return void view.late.push(change);
  change();
  draw(options);
}

/** The form of a message on the screen, for a failed action to be marked on. */
export const formOfMessage = (ts) => view.rows.get(ts)?.form;

function draw({ toEnd = false } = {}) {
  if (!view.channel) return;
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END;
  const before = view.rows.size;
  const nodes = [];
  const rows = new Map();
  let previous = null;
  const replies = repliesByParent();
  for (const message of view.messages) {
    if (threadOf(message)) continue;
    if (!previous || dayKey(previous.ts) !== dayKey(message.ts)) nodes.push(divider(message.ts, rows));
    const row = rowFor(message, continues(previous, message));
    rows.set(message.ts, row);
    nodes.push(row.node, ...threadNodes(message, replies.get(message.ts) ?? [], rows));
    previous = message;
  }
  view.rows = rows;
  patch(nodes.length ? nodes : [beginning()]);
  if (toEnd || atEnd) list.scrollTop = list.scrollHeight;
  else if (rows.size > before) jump.hidden = false;
}

/** The message on the page whose thread this one is in; none for a message of the conversation's own. */
function threadOf(message) {
  if (!message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast") return null;
  return view.messages.find(({ ts }) => ts === message.thread_ts) ?? null;
}

function repliesByParent() {
  const found = new Map();
  for (const message of view.messages) {
    const parent = message.thread_ts;
    if (parent && parent !== message.ts) found.set(parent, [...(found.get(parent) ?? []), message]);
  }
  return found;
}

/** The thread below a message that has replies, or in which somebody is about to write the first. */
function threadNodes(message, replies, rows) {
  if (!replies.length && !view.threads.get(message.ts)?.isOpen) return [];
  const thread = threadAt(message.ts);
  const shown = thread.isOpen ? replies : [];
  const made = shown.map((reply, at) => rowFor(reply, at > 0 && continues(shown[at - 1], reply, true)));
  made.forEach((row) => rows.set(row.message.ts, row));
  thread.update(
    replies,
    made.map(({ node }) => node),
  );
  return [thread.node];
}

function threadAt(ts) {
  if (!view.threads.has(ts)) view.threads.set(ts, createThread(ts, draw));
  return view.threads.get(ts);
}

function answer({ ts }) {
  const thread = threadAt(ts);
  thread.open();
  thread.node.scrollIntoView({ block: "nearest" });
}

function rowFor(message, compact) {
  const row = view.rows.get(message.ts);
  if (row && row.message === message && row.compact === compact) return row;
  const made = messageNode(message, { compact, parent: parentOf(message), kept: row?.form.snapshot() });
  if (row?.node.contains(document.activeElement)) refocusLater(made, row.form.focused());
  return { ...made, message, compact };
}

/** Once the new node is in the list. Where the pressed button is gone, the keyboard's place is the message itself. */
function refocusLater({ node, form }, field) {
  const same = field && form.find(field.block.block_id, field.spec.action_id);
  queueMicrotask(() => (same ? same.control.focus() : node.focus({ preventScroll: true })));
}

/** What a message answers that stands outside its thread: null where that is not on the page. */
const parentOf = (message) =>
  message.thread_ts && message.thread_ts !== message.ts && !threadOf(message)
    ? (view.messages.find(({ ts }) => ts === message.thread_ts) ?? null)
    : undefined;

/** What people typed may come with the blocks that Slack makes of it, which are no more than its text. */
const isRich = ({ blocks = [] }) => blocks.some(({ type }) => type !== "rich_text");

/** Plain text by the same author within five minutes needs no second name and face. */
function continues(previous, message, inThread = false) {
  if (!previous || isRich(previous) || isRich(message)) return false;
  if (previous.is_ephemeral || message.is_ephemeral) return false;
  if (!inThread && (message.thread_ts || previous.thread_ts)) return false;
  const sameAuthor = previous.user === message.user && previous.username === message.username;
  return sameAuthor && message.ts - previous.ts < GROUPING && dayKey(previous.ts) === dayKey(message.ts);
}

function divider(ts, rows) {
  const key = `day-${dayKey(ts)}`;
  const node = view.rows.get(key)?.node ?? h("div", { class: "day", role: "separator" });
  replace(node, h("span", {}, dayTitle(ts)));
  rows.set(key, { node, form: null });
  return node;
}

/** Puts `nodes` into the list in this order, moving as few as possible. */
function patch(nodes) {
  const wanted = new Set(nodes);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
}

function beginning() {
  const channel = channelById(store.channel);
  const title = isBotConversation(channel) ? channelTitle(channel) : `#${channelTitle(channel)}`;
  const command = store.commands[0]?.command;
  const tip = command
    ? h(
        "p",
        {},
        "Type ",
        h("kbd", {}, "/"),
        " below to see what the app can do, or try ",
        h("code", {}, `${command} help`),
        ".",
      )
    : null;
  return h(
    "div",
    { class: "beginning" },
    h("h3", {}, `This is the beginning of ${title}`),
    channel.topic ? h("p", {}, plain(channel.topic)) : null,
    tip,
  );
}

const isAtEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END;

/** "Today", "in 2 hours": what a message says may depend on when it is read. */
function redrawAll() {
  for (const row of view.rows.values()) row.message = null;
  draw();
}

export function startMessages() {
  on("channel", loadMessages);
  on("resync", loadMessages);
  on("hello", loadMessages);
  on("clock", redrawAll);
  on("aloud", redrawAll);
  on("reply", answer);
  list.addEventListener("scroll", () => isAtEnd() && (jump.hidden = true), { passive: true });
  jump.addEventListener("click", () => {
    list.scrollTop = list.scrollHeight;
    jump.hidden = true;
    list.focus();
  });
  new ResizeObserver(() => jump.hidden && (list.scrollTop = list.scrollHeight)).observe(list);
}
