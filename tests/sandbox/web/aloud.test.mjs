/** What a screen reader says: words only, and everything that can be pressed beside them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { words } from "./page.mjs";

const { heard, parted } = await import("../../../sandbox/web/aloud.js");
const { renderAloud, renderControls } = await import("../../../sandbox/web/blocks.js");
const { h } = await import("../../../sandbox/web/dom.js");
const { Form } = await import("../../../sandbox/web/form.js");
const { renderMrkdwn } = await import("../../../sandbox/web/mrkdwn.js");

const mrkdwn = (text) => ({ type: "mrkdwn", text });
const button = (text) => ({ type: "button", action_id: text, text: { type: "plain_text", text } });
const ctx = () => ({ user: "U0ANN", form: new Form({ type: "message" }) });
const spoken = (text) => heard(h("div", {}, renderMrkdwn(text)));

test("marks are not heard, lines are lines, and a picture is its name", () => {
  assert.equal(spoken("*Bold* and `code` :tada:\n> a reason"), "Bold and code tada\na reason");
});

test("what is hidden from a screen reader is not heard", () => {
  assert.equal(heard(h("p", {}, h("span", { "aria-hidden": "true" }, "no"), "yes")), "yes");
});

test("the cells of a row are told apart", () => {
  const row = h("table", {}, h("tr", {}, h("th", {}, "web"), h("td", {}, "public")));
  assert.equal(heard(row), "web; public;");
});

test("a section's words are heard, and its button stays a button under its own block", () => {
  const block = { type: "section", block_id: "b", text: mrkdwn("*Delete* it?"), accessory: button("Delete") };
  const form = ctx();
  const node = renderAloud([block], form);
  assert.equal(words(node.querySelector(".aloud")), "Delete it?");
  assert.deepEqual(form.form.fields.map(({ block: at, spec }) => [at.block_id, spec.action_id]), [["b", "Delete"]]);
});

test("a picture beside a section is named, and is nothing to press", () => {
  const image = { type: "image", image_url: "https://x.example/y.png", alt_text: "A whale" };
  const block = { type: "section", text: mrkdwn("Look"), accessory: image };
  assert.deepEqual(parted(block).controls, []);
  assert.match(words(renderAloud([block], ctx())), /A whale/);
});

test("only what can be pressed is drawn below a message that has a text", () => {
  const blocks = [
    { type: "header", text: { type: "plain_text", text: "Not heard twice" } },
    { type: "actions", block_id: "a", elements: [button("Approve"), button("Deny")] },
    { type: "container", title: mrkdwn("In it"), child_blocks: [{ type: "actions", block_id: "c", elements: [button("Inner")] }] },
    { type: "card", block_id: "d", title: mrkdwn("Card"), actions: [button("Open")] },
  ];
  assert.equal(words(renderControls(blocks, ctx())).replace(/\s+/g, " ").trim(), "ApproveDenyInnerOpen");
});
