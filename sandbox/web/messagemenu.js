/** What can be done with a message: answer it in its thread, react, pick a shortcut of the app's. */

import { api } from "./api.js";
import { h, iconButton } from "./dom.js";
import { emojiFor } from "./emoji.js";
import { menuButton } from "./popup.js";
import { emit, store, userName } from "./store.js";
import { toast } from "./toasts.js";

const REACTIONS = ["+1", "white_check_mark", "eyes"];

/** The menu of a message that everybody sees; a message for one person alone has none. */
export function messageMenu(message) {
  if (message.is_ephemeral) return null;
  const trigger = iconButton("dots", "More actions", { class: "message-more", dataset: { testid: "message-menu" } });
  return menuButton(trigger, () => items(message), { label: "More actions", end: true });
}

function items(message) {
  const { channel, user } = store;
  const parent = message.thread_ts ?? message.ts;
  const reply = {
    label: "Reply in thread",
    testid: "reply-in-thread",
    choose: () => emit("reply", { ts: parent }),
  };
  const react = (name) => ({
    label: `React with ${emojiFor(name)}`,
    testid: "react",
    data: { name },
    choose: () => toggle(message, name),
  });
  const shortcut = ({ callback_id: callbackId, name, description }) => ({
    node: h("span", { class: "option-text" }, name, h("small", {}, description || store.bot.name)),
    testid: "message-shortcut",
    data: { callbackId },
    choose: () => told(api.messageShortcut(user, channel, message.ts, callbackId)),
  });
  const ofApp = store.shortcuts.filter(({ type }) => type === "message");
  return [reply, ...REACTIONS.map(react), ...ofApp.map(shortcut), ...(message.user === user ? [removal(message)] : [])];
}

const removal = ({ ts }) => ({
  label: "Delete message",
  testid: "delete-message",
  choose: () => told(api.remove({ user: store.user, channel: store.channel, ts })),
});

async function told(asking) {
  const answer = await asking;
  if (answer.ok === false) toast(answer.error, "error");
}

function toggle(message, name) {
  const given = (message.reactions ?? []).find((reaction) => reaction.name === name);
  const added = !given?.users.includes(store.user);
  return told(api.react({ user: store.user, channel: store.channel, ts: message.ts, name, added }));
}

/** The reactions below a message; one's own are pressed. */
export function reactionBar(message) {
  if (!message.reactions?.length) return null;
  return h(
    "div",
    { class: "reactions", role: "group", "aria-label": "Reactions" },
    message.reactions.map((reaction) => reactionButton(message, reaction)),
  );
}

function reactionButton(message, { name, users, count }) {
  const who = users.map(userName).join(", ");
  return h(
    "button",
    {
      type: "button",
      class: "reaction",
      title: who,
      "aria-pressed": String(users.includes(store.user)),
      "aria-label": `${name.replaceAll("_", " ")}, ${count}: ${who}`,
      dataset: { testid: "reaction", name },
      onclick: () => toggle(message, name),
    },
    emojiFor(name) ?? `:${name}:`,
    " ",
    h("span", {}, count),
  );
}
