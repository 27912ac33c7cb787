/** Turns Slack's mrkdwn into DOM nodes; nothing in it is ever parsed as HTML. */

import { fillDate, isMoment } from "./dates.js";
import { h } from "./dom.js";
import { emojiFor, withEmoji } from "./emoji.js";
import { channelById, store, userById, userName, usergroupById } from "./store.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

export const unescapeText = (text) => text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);

/** Text that is not mrkdwn: entities and emoji shortcodes only. */
export const plain = (text) => withEmoji(unescapeText(String(text ?? "")));

/** A text object (`plain_text` or `mrkdwn`) as nodes. */
export const renderText = (object) => (object.type === "mrkdwn" ? renderMrkdwn(object.text) : [plain(object.text)]);

/** A message's or a text object's mrkdwn as an array of nodes and strings. */
export function renderMrkdwn(text) {
  const parts = String(text ?? "").split(/```([\s\S]*?)```/);
  return parts.flatMap((part, index) =>
    index % 2 ? [codeBlock(part)] : renderLines(trimAroundCode(part, index, parts.length)),
  );
}

const codeBlock = (text) =>
  h("pre", { tabindex: "0" }, h("code", {}, unescapeText(stripTokens(text.replace(/^\n|\n$/g, "")))));

function trimAroundCode(part, index, count) {
  const head = index > 0 ? part.replace(/^\n/, "") : part;
  return index < count - 1 ? head.replace(/\n$/, "") : head;
}

const stripTokens = (text) => text.replace(/<(https?:[^|>]+)(?:\|([^>]*))?>/g, (_, url, label) => label || url);

function renderLines(text) {
  if (!text) return [];
  const groups = [];
  for (const line of text.split("\n")) {
    const quoted = /^(?:&gt;|>) ?/.exec(line);
    const kind = quoted ? "quote" : "text";
    if (groups.at(-1)?.kind !== kind) groups.push({ kind, lines: [] });
    groups.at(-1).lines.push(quoted ? line.slice(quoted[0].length) : line);
  }
  return groups.flatMap(renderGroup);
}

function renderGroup({ kind, lines }) {
  const inline = lines.flatMap((line, index) => (index ? [h("br"), ...renderInline(line)] : renderInline(line)));
  return kind === "quote" ? [h("blockquote", {}, inline)] : inline;
}

const STYLES = { "*": "strong", _: "em", "~": "s" };
const INLINE = /`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+-]+):|(?<![\w*_~])([*_~])(?=\S)|https?:\/\/[^\s<>|]+/g;

function renderInline(text) {
  const nodes = [];
  let from = 0;
  INLINE.lastIndex = 0;
  for (let match; (match = INLINE.exec(text));) {
    const found = renderMatch(text, match);
    if (!found) continue;
    if (match.index > from) nodes.push(unescapeText(text.slice(from, match.index)));
    nodes.push(found.node);
    from = INLINE.lastIndex = found.end;
  }
  if (from < text.length) nodes.push(unescapeText(text.slice(from)));
  return nodes;
}

function renderMatch(text, match) {
  const [whole, code, token, emoji, style] = match;
  const end = match.index + whole.length;
  if (code !== undefined) return { node: h("code", {}, unescapeText(code)), end };
  if (token !== undefined) return { node: renderToken(token), end };
  if (emoji !== undefined) return emojiFor(emoji) ? { node: emojiNode(emoji), end } : null;
  if (style !== undefined) return renderStyled(text, match.index, style);
  return bareLink(whole, match.index);
}

/** `*bold*`: the closing mark stands after a non-space and before anything but a letter or digit. */
function renderStyled(text, start, mark) {
  const at = INLINE.lastIndex;
  for (let end = text.indexOf(mark, start + 2); end > 0; end = text.indexOf(mark, end + 1)) {
    if (/\s/.test(text[end - 1]) || /\w/.test(text[end + 1] ?? "")) continue;
    const inner = renderInline(text.slice(start + 1, end));
    return { node: h(STYLES[mark], {}, inner), end: end + 1 };
  }
  INLINE.lastIndex = at;
  return null;
}

function bareLink(url, start) {
  const clean = url.replace(/[.,;:!?)\]'"*_~]+$/, "");
  return { node: linkNode(unescapeText(clean), unescapeText(clean)), end: start + clean.length };
}

export function emojiNode(name, unicode) {
  const glyph =
    emojiFor(name) ?? (unicode ? String.fromCodePoint(...unicode.split("-").map((hex) => parseInt(hex, 16))) : null);
  return glyph
    ? h("span", { role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:`, class: "emoji" }, glyph)
    : `:${name}:`;
}

/** A link that can only lead to the web or to a mail program; anything else stays text. */
export function linkNode(url, label) {
  if (!/^(https?:\/\/|mailto:)/i.test(url)) return label;
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}

export function userNode(id, label) {
  const known = userById(id);
  const mine = id === store.user ? " is-me" : "";
  return h("span", { class: `mention${mine}`, dataset: { userId: id } }, `@${known ? userName(id) : label || id}`);
}

export function channelNode(id, label) {
  const channel = channelById(id);
  const text = `#${channel?.name ?? label ?? id}`;
  if (!channel) return h("span", { class: "mention" }, text);
  return h("a", { class: "mention", href: `?user=${store.user}&channel=${id}`, dataset: { goChannel: id } }, text);
}

export function usergroupNode(id, label) {
  const group = usergroupById(id);
  const mine = group?.users?.includes(store.user) ? " is-me" : "";
  return h(
    "span",
    { class: `mention${mine}`, title: group?.name },
    `@${group?.handle ?? label?.replace(/^@/, "") ?? id}`,
  );
}

function renderToken(token) {
  const [target, label] = splitOnce(token, "|");
  const shown = label === undefined ? undefined : unescapeText(label);
  if (target.startsWith("@")) return userNode(target.slice(1), shown);
  if (target.startsWith("#")) return channelNode(target.slice(1), shown);
  if (target.startsWith("!")) return renderSpecial(target.slice(1), shown);
  const url = unescapeText(target);
  return linkNode(url, shown ? withEmoji(shown) : url.replace(/^mailto:/, ""));
}

function splitOnce(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function renderSpecial(token, label) {
  const [kind, ...rest] = token.split("^");
  if (kind === "subteam") return usergroupNode(rest[0], label);
  if (kind === "date") return dateNode(rest[0] ? Number(rest[0]) : NaN, rest[1] ?? "", rest[2], label);
  if (["channel", "here", "everyone"].includes(kind)) return h("span", { class: "mention is-me" }, `@${kind}`);
  return label ?? `<${token}>`;
}

/** A moment in the viewer's zone, with the fallback where the template cannot be filled. */
export function dateNode(seconds, template, url, fallback) {
  const text = (isMoment(seconds) && fillDate(seconds, template)) || fallback || template;
  if (!isMoment(seconds)) return text;
  const time = h("time", { datetime: new Date(seconds * 1000).toISOString(), title: fallback }, text);
  return url ? linkNode(url, time) : time;
}
