/** One message: who, when, for whom, and its text, blocks, files. */

import { avatar } from "./avatar.js";
import { heardNode } from "./aloud.js";
import { renderAloud, renderAttachment, renderBlocks, renderControls } from "./blocks.js";
import { clockTime, dateTime } from "./dates.js";
import { h, icon } from "./dom.js";
import { Form } from "./form.js";
import { messageMenu, reactionBar } from "./messagemenu.js";
import { plain, renderMrkdwn } from "./mrkdwn.js";
import { displayName, store, userById, usergroupById } from "./store.js";

/**
 * Answers `{node, form}`. `compact` leaves out name and face; `parent` is the message this one answers, null where it
 * is not on the page; `kept` are the values of the form it replaces.
 */
export function messageNode(message, { compact, parent, kept }) {
  const form = new Form({ type: "message", channel_id: store.channel, message_ts: message.ts }, kept);
  const author = userById(message.user) ?? {
    id: message.user ?? message.bot_id,
    name: message.username,
    is_bot: Boolean(message.bot_id),
  };
  const name = message.username || displayName(author);
  const ctx = { user: store.user, form };
  const gutter = h(
    "div",
    { class: "gutter" },
    compact ? h("time", { class: "hover-time" }, clockTime(message.ts)) : avatar(author, { name }),
  );
  const body = h(
    "div",
    { class: "message-body" },
    message.is_ephemeral ? h("p", { class: "ephemeral-note" }, icon("eye"), "Only visible to you") : null,
    parent === undefined ? null : replyNote(parent),
    compact ? null : messageHead(message, author, name),
    h("div", { class: "message-content" }, store.aloud ? spokenContent(message, ctx) : content(message, ctx)),
    reactionBar(message),
  );
  const menu = messageMenu(message);
  const kinds = [
    "message",
    compact && "is-compact",
    message.is_ephemeral && "is-ephemeral",
    mentionsMe(message) && "is-mention",
  ];
  const props = {
    class: kinds.filter(Boolean).join(" "),
    tabindex: "-1",
    "aria-label": `${name}, ${clockTime(message.ts)}`,
    dataset: { testid: "message", ts: message.ts },
  };
  return { node: h("article", props, gutter, body, menu), form };
}

function messageHead(message, author, name) {
  const isApp = author.is_bot || message.bot_id;
  const time = h(
    "time",
    { datetime: new Date(message.ts * 1000).toISOString(), title: dateTime(message.ts) },
    clockTime(message.ts),
  );
  return h(
    "div",
    { class: "message-head" },
    h("span", { class: "author" }, name),
    isApp ? h("span", { class: "app-badge" }, "APP") : null,
    time,
  );
}

/** A message's text stands for its blocks; only what can be pressed is still reached. */
function spokenContent(message, ctx) {
  const blocks = message.blocks ?? [];
  const words = message.text ? heardNode(renderMrkdwn(message.text)) : null;
  const attachments = (message.attachments ?? []).map(({ blocks: hung, fallback, text, title }) =>
    hung ? renderAloud(hung, ctx) : heardNode(renderMrkdwn(fallback ?? [title, text].filter(Boolean).join("\n"))),
  );
  const files = (message.files ?? []).map(fileChip);
  return [words ? [words, renderControls(blocks, ctx)] : renderAloud(blocks, ctx), attachments, files];
}

function content(message, ctx) {
  const nodes = message.blocks?.length
    ? [renderBlocks(message.blocks, ctx)]
    : message.text
      ? [h("div", { class: "message-text" }, renderMrkdwn(message.text))]
      : [];
  const attachments = (message.attachments ?? []).map((attachment) => renderAttachment(attachment, ctx));
  const files = (message.files ?? []).map(fileChip);
  const edited = message.edited ? h("span", { class: "edited" }, "(edited)") : null;
  return [nodes, attachments, files.length ? h("div", { class: "files" }, files) : null, edited];
}

function replyNote(parent) {
  if (!parent) return h("p", { class: "reply-note" }, icon("reply"), "Reply in a thread");
  const go = () => {
    const target = document.querySelector(`.message[data-ts="${parent.ts}"]`);
    target?.scrollIntoView({ block: "center" });
    target?.focus();
  };
  const text = plain(parent.text)
    .replace(/<[^>|]*\|?([^>]*)>/g, "$1")
    .replace(/[*_~`]/g, "");
  return h(
    "p",
    { class: "reply-note" },
    icon("reply"),
    h(
      "button",
      { type: "button", class: "link", onclick: go },
      `Reply to “${text.slice(0, 80)}${text.length > 80 ? "…" : ""}”`,
    ),
  );
}

const size = (bytes) =>
  bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : bytes >= 1e3 ? `${Math.round(bytes / 1e3)} kB` : `${bytes} bytes`;

function fileChip(file) {
  const address = URL.parse(file.url_private_download ?? file.url_private ?? file.permalink ?? "", location.href);
  const parts = [
    icon("file"),
    h("span", {}, file.title || file.name || "File"),
    file.size ? h("small", {}, size(file.size)) : null,
  ];
  if (address?.origin !== location.origin) return h("span", { class: "file-chip" }, parts);
  return h("a", { class: "file-chip", href: address.href, download: file.name ?? true }, parts);
}

/** Whether the message calls the viewer, alone or as one of a group. */
function mentionsMe(message) {
  const text = `${message.text ?? ""} ${message.blocks ? JSON.stringify(message.blocks) : ""}`;
  if (message.user === store.user) return false;
  if (text.includes(`<@${store.user}`)) return true;
  return [...text.matchAll(/<!subteam\^(\w+)/g)].some(([, id]) => usergroupById(id)?.users?.includes(store.user));
}
