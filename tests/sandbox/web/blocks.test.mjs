/** Blocks and rich text: what an app sends is drawn, and runs nothing. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { html, words } from "./page.mjs";

const { renderAttachment, renderBlocks } = await import("../../../sandbox/web/blocks.js");
const { Form } = await import("../../../sandbox/web/form.js");
const { renderRichText } = await import("../../../sandbox/web/richtext.js");

const EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
const plain = (text) => ({ type: "plain_text", text });
const mrkdwn = (text) => ({ type: "mrkdwn", text });
const drawn = (...blocks) => renderBlocks(blocks, { user: "U0ANN", form: new Form({ type: "message" }) });
const section = (...elements) => ({ type: "rich_text", elements: [{ type: "rich_text_section", elements }] });

for (const block of [
  { type: "section", text: mrkdwn(EVIL), fields: [plain(EVIL)] },
  { type: "header", text: plain(EVIL) },
  { type: "context", elements: [mrkdwn(EVIL), { type: "image", image_url: "https://x.example/y.png", alt_text: EVIL }] },
  { type: "markdown", text: EVIL },
  { type: "image", title: plain(EVIL), image_url: EVIL, alt_text: EVIL },
  { type: "alert", level: EVIL, text: mrkdwn(EVIL) },
  { type: "actions", elements: [{ type: "button", action_id: EVIL, text: plain(EVIL), url: "javascript:alert(1)" }] },
  { type: "input", block_id: EVIL, label: plain(EVIL), hint: plain(EVIL), element: { type: "plain_text_input", action_id: "x", initial_value: EVIL } },
  { type: EVIL },
  section({ type: "text", text: EVIL }, { type: "link", url: "javascript:alert(1)", text: EVIL }),
]) {
  test(`nothing in a block of type ${JSON.stringify(block.type).slice(0, 20)} runs`, () => {
    const node = drawn(block);
    assert.equal(node.querySelectorAll("script").length, 0);
    for (const link of node.querySelectorAll("a")) assert.match(link.getAttribute("href"), /^(https?:|mailto:)/);
    for (const picture of node.querySelectorAll("img")) assert.equal(new URL(picture.getAttribute("src"), location).origin, location.origin);
    assert.doesNotMatch(html(node), /<[^>]* on\w+=["']/);
  });
}

test("pictures from elsewhere are not asked for", () => {
  const node = drawn({ type: "image", image_url: "https://elsewhere.example/x.png", alt_text: "A graph" });
  assert.equal(node.querySelectorAll("img").length, 0);
  assert.equal(words(node), "A graph");
});

test("pictures of the sandbox's own are shown", () => {
  const node = drawn({ type: "image", image_url: "http://127.0.0.1:8765/files/x.png", alt_text: "Ours" });
  assert.equal(node.querySelector("img").getAttribute("alt"), "Ours");
});

test("a block and an element of a kind that nobody knows are said, with the rest drawn", () => {
  const node = drawn({ type: "hologram" }, { type: "actions", elements: [{ type: "lever" }] }, { type: "divider" });
  assert.match(words(node), /Unsupported block: hologram/);
  assert.match(words(node), /Unsupported element: lever/);
  assert.equal(node.querySelectorAll("hr").length, 1);
});

for (const type of ["constructor", "toString", "__proto__"]) {
  test(`${type} is no kind of block, of element or of rich text`, () => {
    assert.match(words(drawn({ type })), /Unsupported block/);
    assert.match(words(drawn({ type: "actions", elements: [{ type }] })), /Unsupported element/);
    assert.equal(words(renderRichText(section({ type }, { type: "text", text: "rest" }))), "rest");
    assert.equal(words(renderRichText({ elements: [{ type }] })), "");
  });
}

test("a chart is a table of its numbers", () => {
  const data = [
    { label: "Mon", value: 12000 },
    { label: "Tue", value: 0 },
  ];
  const axis = { categories: ["Mon", "Tue", "Wed"], x_label: "Day", y_label: "Pulls" };
  const bars = { type: "bar", series: [{ name: "web", data }], axis_config: axis };
  const said = words(drawn({ type: "data_visualization", title: "Pulls a day", chart: bars }));
  for (const word of ["Pulls a day", "Day", "web", "Mon", "12,000", "Wed", "–"]) assert.ok(said.includes(word), word);
  const segments = [
    { label: "amd64", value: 3 },
    { label: "arm64", value: 1 },
  ];
  assert.match(words(drawn({ type: "data_visualization", title: "Platforms", chart: { type: "pie", segments } })), /3 \(75 %\)/);
});

test("a plan says of each task how it is", () => {
  const output = section({ type: "text", text: "Two found" });
  const tasks = [
    { task_id: "1", title: "Look", status: "complete", output },
    { task_id: "2", title: "Tell", status: "pending" },
  ];
  const node = drawn({ type: "plan", title: "Steps", tasks });
  assert.equal(node.querySelectorAll("li").length, 2);
  assert.match(words(node), /Steps.*Look.*done.*Two found.*Tell.*waiting/s);
});

test("a task leads to its sources, and only to the web", () => {
  const sources = [
    { type: "url", url: "https://docs.example/", text: "docs" },
    { type: "url", url: "javascript:alert(1)", text: "evil" },
  ];
  const node = drawn({ type: "task_card", task_id: "1", title: "Look", status: "error", sources });
  assert.equal(node.querySelectorAll("a").length, 1);
  assert.match(words(node), /failed/);
});

test("a video is named and never loaded", () => {
  const title = plain("Tour");
  const block = { type: "video", title, alt_text: "A tour", thumbnail_url: "https://x.example/t.png", video_url: "https://x.example/v" };
  const node = drawn(block);
  assert.equal(node.querySelectorAll("img").length + node.querySelectorAll("video").length, 0);
  assert.match(words(node), /Tour.*A tour/s);
});

test("a layout is what its fallback is", () => {
  const fallback = [{ type: "header", text: plain("In short") }];
  const node = drawn({ type: "layout", label: "Numbers", is_label_visible: true, rows: [{}], fallback });
  assert.match(words(node), /Numbers.*In short/s);
});

test("rich text is drawn with its styles, lists and breaks", () => {
  const block = {
    elements: [
      ...section({ type: "text", text: "a\nb", style: { bold: true, code: true } }).elements,
      { type: "rich_text_list", style: "ordered", offset: 2, elements: section({ type: "text", text: "x" }).elements },
    ],
  };
  assert.equal(
    html(renderRichText(block)),
    '<div class="rich-text"><div class="rt-section"><strong><code>a<br>b</code></strong></div>' +
      '<ol class="rt-list rt-indent-0" start="3"><li>x</li></ol></div>',
  );
});

test("rich text of nothing is nothing", () => assert.equal(words(renderRichText({})), ""));

test("an attachment's bar takes a colour, and its words are text", () => {
  const node = renderAttachment({ color: "ff0000", title: EVIL, text: EVIL }, { form: new Form({}) });
  assert.equal(node.style.borderLeftColor, "#ff0000");
  assert.equal(node.querySelectorAll("script").length, 0);
});
