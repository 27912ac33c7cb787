/** What people put into elements: values, what is kept over a redraw, what the client refuses. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { words } from "./page.mjs";

const { renderBlocks } = await import("../../../sandbox/web/blocks.js");
const { Form } = await import("../../../sandbox/web/form.js");
const { store } = await import("../../../sandbox/web/store.js");

const CONTAINER = { type: "view", view_id: "V1" };
const plain = (text) => ({ type: "plain_text", text });
const option = (value) => ({ value, text: plain(value.toUpperCase()) });
const OPTIONS = ["a", "b", "c"].map(option);

beforeEach(() => {
  store.me = { tz: "Europe/Zurich" };
  store.users = [{ id: "U0ANN", name: "ann", real_name: "Ann Berg" }];
  store.channels = [{ id: "C0GENERAL", name: "general", kind: "channel" }];
});

/** A form with one input for each element, in blocks called by the element's type. */
function form(elements, { kept, ...block } = {}) {
  const made = new Form(CONTAINER, kept);
  const blocks = elements.map((element) => ({
    type: "input",
    block_id: element.type,
    label: plain(element.type),
    element: { action_id: "value", ...element },
    ...block,
  }));
  made.node = renderBlocks(blocks, { user: "U0ANN", form: made });
  return made;
}

const value = (made, type) => made.values()[type].value;

for (const [element, empty, first] of [
  [{ type: "plain_text_input", initial_value: "x" }, null, "x"],
  [{ type: "number_input", initial_value: "5" }, null, "5"],
  [{ type: "datepicker", initial_date: "2026-11-25" }, null, "2026-11-25"],
  [{ type: "timepicker", initial_time: "13:00" }, null, "13:00"],
  [{ type: "datetimepicker", initial_date_time: 1764072000 }, null, 1764072000],
  [{ type: "static_select", options: OPTIONS, initial_option: OPTIONS[1] }, null, "b"],
  [{ type: "multi_static_select", options: OPTIONS, initial_options: [OPTIONS[0], OPTIONS[2]] }, [], ["a", "c"]],
  [{ type: "users_select", initial_user: "U0ANN" }, null, "U0ANN"],
  [{ type: "multi_users_select", initial_users: ["U0ANN", "U0GONE"] }, [], ["U0ANN", "U0GONE"]],
  [{ type: "conversations_select", initial_conversation: "C0GENERAL" }, null, "C0GENERAL"],
  [{ type: "channels_select", initial_channel: "C0GENERAL" }, null, "C0GENERAL"],
  [
    { type: "external_select", initial_option: OPTIONS[0] },
    null,
    { text: OPTIONS[0].text, value: "a" },
  ],
  [{ type: "file_input" }, [], []],
]) {
  test(`${element.type} begins as it says, and else empty`, () => {
    assert.deepEqual(value(form([element]), element.type), first);
    const bare = Object.fromEntries(Object.entries(element).filter(([key]) => !key.startsWith("initial")));
    assert.deepEqual(value(form([bare]), element.type), empty);
  });

  test(`${element.type} keeps its value where it is drawn anew`, () => {
    const before = form([element]);
    const after = form([element], { kept: before.snapshot() });
    assert.deepEqual(after.values(), before.values());
  });
}

test("a value is not kept where the element became another kind", () => {
  const kept = { static_select: { value: { type: "plain_text_input", value: "x" } } };
  assert.equal(value(form([{ type: "static_select", options: OPTIONS }], { kept }), "static_select"), null);
});

test("an option that is no longer there is not kept", () => {
  const kept = form([{ type: "static_select", options: OPTIONS, initial_option: OPTIONS[2] }]).snapshot();
  const after = form([{ type: "static_select", options: OPTIONS.slice(0, 2) }], { kept });
  assert.equal(value(after, "static_select"), null);
});

test("what is required and empty is told, what is optional is not", () => {
  const elements = [{ type: "plain_text_input" }, { type: "multi_static_select", options: OPTIONS }];
  assert.deepEqual(Object.keys(form(elements).problems()), ["plain_text_input", "multi_static_select"]);
  assert.deepEqual(form(elements, { optional: true }).problems(), {});
});

for (const [element, given, said] of [
  [{ type: "plain_text_input", max_length: 3 }, "abcd", "Use at most 3 characters; these are 4."],
  [{ type: "plain_text_input", max_length: 3 }, "👥👥👥", undefined],
  [{ type: "plain_text_input", min_length: 3 }, "ab", "Use at least 3 characters."],
  [{ type: "number_input" }, "x", "Write a number."],
  [{ type: "number_input" }, "1.5", "Write a whole number."],
  [{ type: "number_input", is_decimal_allowed: true }, "1.5", undefined],
  [{ type: "number_input", min_value: "2" }, "1", "Use 2 or more."],
  [{ type: "number_input", max_value: "10" }, "11", "Use 10 or less."],
  [{ type: "number_input", max_value: "10" }, "9", undefined],
  [{ type: "number_input" }, "1e5", "Write a number."],
]) {
  test(`${JSON.stringify(given)} in ${JSON.stringify(element)} is ${said ? `“${said}”` : "let through"}`, () => {
    const made = form([element]);
    made.find(element.type).control.write(given);
    assert.equal(made.problems()[element.type], said);
  });
}

test("errors stand beside their fields as text, the first has the keyboard, and they go again", () => {
  const made = form([{ type: "plain_text_input" }, { type: "number_input" }]);
  assert.equal(made.showErrors({ number_input: "<b>no</b>" }), true);
  const { parts, control } = made.find("number_input");
  assert.equal(words(parts.error), "<b>no</b>");
  assert.equal(document.activeElement, control.target);
  assert.equal(control.target.getAttribute("aria-invalid"), "true");
  made.showErrors({});
  assert.equal(parts.error.hidden, true);
  assert.equal(control.target.getAttribute("aria-invalid"), null);
});

test("an error of a block that is not here is not shown", () =>
  assert.equal(form([{ type: "plain_text_input" }]).showErrors({ other: "no" }), false));

test("a failed action is marked once beside its element", () => {
  const made = new Form(CONTAINER);
  const button = { type: "button", action_id: "go", text: plain("Go") };
  const node = renderBlocks([{ type: "actions", block_id: "b", elements: [button] }], { user: "U0ANN", form: made });
  assert.equal(made.fail("b", "go", "<i>no</i>"), true);
  assert.equal(made.fail("b", "go", "still no"), true);
  assert.deepEqual(
    node.querySelectorAll(".action-failed").map((note) => words(note)),
    ["still no"],
  );
  assert.equal(made.fail("b", "other", "no"), false);
});

test("buttons hold no value", () => {
  const made = new Form(CONTAINER);
  const button = { type: "button", action_id: "go", text: plain("Go") };
  renderBlocks([{ type: "actions", block_id: "b", elements: [button] }], { user: "U0ANN", form: made });
  assert.deepEqual(made.values(), {});
});
