/** A thread below its message: how many replies, the replies themselves, and a box to write another. */

import { api } from "./api.js";
import { clockTime } from "./dates.js";
import { h, icon, iconButton, replace, uniqueId } from "./dom.js";
import { store } from "./store.js";
import { toast } from "./toasts.js";

/** Answers `{node, isOpen, update, open}`; `changed()` is called when it was opened or closed. */
export function createThread(ts, changed) {
  const listId = uniqueId("thread");
  const thread = { ts, isOpen: false, changed };
  thread.summary = h("span", {});
  thread.toggle = h(
    "button",
    {
      type: "button",
      class: "thread-toggle",
      "aria-expanded": "false",
      "aria-controls": listId,
      dataset: { testid: "thread" },
      onclick: () => setOpen(thread, !thread.isOpen),
    },
    icon("reply"),
    thread.summary,
    icon("chevron"),
  );
  thread.input = h("textarea", {
    class: "thread-input",
    rows: 1,
    "aria-label": "Reply in thread",
    placeholder: "Reply…",
    dataset: { testid: "thread-composer" },
    onkeydown: (event) => pressed(event, thread),
  });
  thread.list = h("div", { class: "thread-list" });
  thread.broadcast = h("input", { type: "checkbox" });
  const broadcast = h("label", { class: "thread-broadcast" }, thread.broadcast, " Also to the channel");
  const send = iconButton("send", "Send the reply", { class: "send", onclick: () => reply(thread) });
  thread.body = h("div", { class: "thread-body", id: listId, hidden: true }, thread.list, h("div", { class: "thread-box" }, thread.input, send), broadcast);
  thread.node = h("div", { class: "thread", dataset: { testid: "thread-of", ts } }, thread.toggle, thread.body);
  thread.update = (replies, nodes) => update(thread, replies, nodes);
  thread.open = () => {
    setOpen(thread, true);
    thread.input.focus();
  };
  return thread;
}

function update(thread, replies, nodes) {
  const count = replies.length;
  const last = replies.at(-1);
  const said = count === 1 ? "1 reply" : `${count} replies`;
  replace(thread.summary, count ? `${said}, last at ${clockTime(last.ts)}` : "No replies yet");
  if (thread.isOpen && !sameNodes(thread.list, nodes)) replace(thread.list, nodes);
}

const sameNodes = ({ children }, nodes) =>
  children.length === nodes.length && nodes.every((node, at) => children[at] === node);

function setOpen(thread, isOpen) {
  thread.isOpen = isOpen;
  thread.body.hidden = !isOpen;
  thread.toggle.setAttribute("aria-expanded", String(isOpen));
  thread.changed();
}

function pressed(event, thread) {
  if (event.isComposing || event.key !== "Enter" || event.shiftKey) return;
  event.preventDefault();
  reply(thread);
}

async function reply(thread) {
  const text = thread.input.value.trim();
  if (!text) return;
  thread.input.value = "";
  const { checked: broadcast } = thread.broadcast;
  const answer = await api.message(store.user, store.channel, text, { thread_ts: thread.ts, broadcast });
  thread.broadcast.checked = false;
  if (answer.ok !== false) return;
  toast(answer.error, "error");
  thread.input.value = text;
}
