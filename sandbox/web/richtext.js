/** Turns rich_text blocks into DOM nodes. */

import { h } from "./dom.js";
import { channelNode, dateNode, emojiNode, linkNode, unescapeText, userNode, usergroupNode } from "./mrkdwn.js";
import { own } from "./own.js";

const CONTAINERS = {
  rich_text_section: (element) => h("div", { class: "rt-section" }, renderInlines(element.elements)),
  rich_text_preformatted: (element) => h("pre", { tabindex: "0" }, h("code", {}, renderInlines(element.elements))),
  rich_text_quote: (element) => h("blockquote", {}, renderInlines(element.elements)),
  rich_text_list: renderList,
};

const INLINES = {
  text: (element) => withBreaks(unescapeText(element.text)),
  link: (element) => linkNode(element.url, element.text || element.url),
  user: (element) => userNode(element.user_id),
  usergroup: (element) => usergroupNode(element.usergroup_id),
  channel: (element) => channelNode(element.channel_id),
  emoji: (element) => emojiNode(element.name, element.unicode),
  date: (element) => dateNode(element.timestamp, element.format ?? "{date} {time}", element.url, element.fallback),
  broadcast: (element) => h("span", { class: "mention is-me" }, `@${element.range}`),
  color: (element) => element.value,
};

export function renderRichText(block) {
  const elements = block.elements ?? [];
  return h(
    "div",
    { class: "rich-text" },
    elements.map((element) => own(CONTAINERS, element.type)?.(element)),
  );
}

function renderList(list) {
  const ordered = list.style === "ordered";
  const props = {
    class: `rt-list rt-indent-${Math.min(list.indent ?? 0, 8)}`,
    start: ordered && list.offset ? list.offset + 1 : null,
  };
  return h(
    ordered ? "ol" : "ul",
    props,
    (list.elements ?? []).map((item) => h("li", {}, renderInlines(item.elements))),
  );
}

const renderInlines = (elements = []) =>
  elements.map((element) => styled(own(INLINES, element.type)?.(element) ?? "", element.style));

const withBreaks = (text) => text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));

const TAGS = [
  ["code", "code"],
  ["bold", "strong"],
  ["italic", "em"],
  ["strike", "s"],
  ["underline", "u"],
];

const styled = (content, style = {}) =>
  TAGS.filter(([name]) => style[name]).reduce((inner, [, tag]) => h(tag, {}, inner), content);
