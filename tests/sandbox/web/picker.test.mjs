/** The searchable select: keys, choices, answers that come late. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { press, words } from "./page.mjs";

const { Picker } = await import("../../../sandbox/web/picker.js");

const FRUITS = ["apple", "banana", "cherry"].map((key) => ({ key, text: key.toUpperCase() }));
const settled = () => new Promise((resolve) => setImmediate(resolve));

function picker(options = {}) {
  const changes = [];
  const made = new Picker({
    load: async (query) => [{ options: FRUITS.filter(({ key }) => key.includes(query)).map((each) => ({ ...each })) }],
    onChange: () => changes.push(made.selected.map(({ key }) => key)),
    ...options,
  });
  document.body.append(made.node);
  return Object.assign(made, { changes });
}

async function type(made, text) {
  made.input.value = text;
  made.input.dispatchEvent(new Event("input"));
  await settled();
}

const offered = (made) => made.shown.map(({ key }) => key);
const active = (made) => made.shown[made.active]?.key;

test("it opens with everything, and what is chosen in front", async () => {
  const made = picker();
  made.choose([FRUITS[1]]);
  made.open();
  await settled();
  assert.deepEqual(offered(made), ["apple", "banana", "cherry"]);
  assert.equal(active(made), "banana");
  assert.equal(made.input.getAttribute("aria-expanded"), "true");
  assert.equal(made.input.getAttribute("aria-activedescendant"), made.shown[1].node.id);
});

test("what is typed narrows it, and nothing found is said", async () => {
  const made = picker();
  await type(made, "an");
  assert.deepEqual(offered(made), ["banana"]);
  await type(made, "x");
  assert.equal(words(made.list), "No results");
});

test("arrows go round, Enter chooses and closes", async () => {
  const made = picker();
  press(made.input, "ArrowDown"); // opens
  await settled();
  press(made.input, "ArrowUp");
  assert.equal(active(made), "cherry");
  press(made.input, "ArrowDown");
  press(made.input, "Enter");
  assert.deepEqual(made.changes, [["apple"]]);
  assert.equal(made.input.value, "APPLE");
  assert.equal(made.isOpen, false);
});

test("choosing what is chosen already tells nobody", async () => {
  const made = picker();
  made.choose([FRUITS[0]]);
  made.open();
  await settled();
  made.pick(made.shown[0]);
  assert.deepEqual(made.changes, []);
});

test("Escape closes, and brings back the name of what is chosen", async () => {
  const made = picker();
  made.choose([FRUITS[0]]);
  await type(made, "zzz");
  press(made.input, "Escape");
  assert.equal(made.input.value, "APPLE");
  assert.deepEqual(made.changes, []);
});

test("an answer that comes after a newer one, or after it was closed, is not shown", async () => {
  const answers = [];
  const made = picker({ load: () => new Promise((resolve) => answers.push(resolve)) });
  await type(made, "a");
  await type(made, "b");
  answers[1]([{ options: [{ ...FRUITS[1] }] }]);
  await settled();
  answers[0]([{ options: [{ ...FRUITS[0] }] }]);
  await settled();
  assert.deepEqual(offered(made), ["banana"]);
  await type(made, "c");
  made.close();
  answers[2]([{ options: [{ ...FRUITS[2] }] }]);
  await settled();
  assert.deepEqual(offered(made), []);
});

test("what the app says instead of options is shown", async () => {
  const made = picker({
    load: async () => {
      throw new Error("<b>The app did not answer</b>");
    },
  });
  await type(made, "a");
  assert.match(made.list.outerHTML, /is-error/);
  assert.equal(words(made.list), "<b>The app did not answer</b>");
});

test("too little is asked of nobody", async () => {
  const asked = [];
  const made = picker({ minQuery: 3, load: async (query) => (asked.push(query), [{ options: [] }]) });
  await type(made, "ab");
  assert.deepEqual(asked, []);
  assert.equal(words(made.list), "Type at least 3 characters");
  await type(made, "abc");
  assert.deepEqual(asked, ["abc"]);
});

test("several can be chosen, up to as many as are allowed", async () => {
  const made = picker({ multi: true, max: 2 });
  for (const index of [0, 1, 2]) {
    made.open();
    await settled();
    made.pick(made.shown[index]);
  }
  assert.deepEqual(made.changes.at(-1), ["apple", "banana"]);
  assert.equal(words(made.chips), "APPLEBANANA");
});

test("one that is at the limit is offered as blocked", async () => {
  const made = picker({ multi: true, max: 1 });
  made.choose([FRUITS[0]]);
  made.open();
  await settled();
  assert.deepEqual(
    made.shown.map(({ node }) => node.getAttribute("aria-disabled")),
    [null, "true", "true"],
  );
});

test("Backspace in an empty field takes the last one away, and in a text it does not", async () => {
  const made = picker({ multi: true });
  made.choose([FRUITS[0], FRUITS[1]]);
  made.input.value = "x";
  press(made.input, "Backspace");
  assert.deepEqual(made.changes, []);
  made.input.value = "";
  press(made.input, "Backspace");
  assert.deepEqual(made.changes, [["apple"]]);
});

test("a chip's button takes that one away", () => {
  const made = picker({ multi: true });
  made.choose([FRUITS[0], FRUITS[1]]);
  made.chips.querySelector("button").click();
  assert.deepEqual(made.changes, [["banana"]]);
});

test("a single choice can be cleared where the field is optional", () => {
  const made = picker({ clearable: true });
  assert.equal(made.clearButton.hidden, true);
  made.choose([FRUITS[0]]);
  assert.equal(made.clearButton.hidden, false);
  made.clear();
  assert.deepEqual(made.changes, [[]]);
});

test("while it is busy it does not open", () => {
  const made = picker();
  made.setBusy(true);
  made.open();
  assert.equal(made.isOpen, false);
  made.setBusy(false);
  made.open();
  assert.equal(made.isOpen, true);
});

test("groups without options are left out, and their label is text", async () => {
  const made = picker({
    load: async () => [
      { label: "<i>Empty</i>", options: [] },
      { label: "<i>Fruit</i>", options: [{ ...FRUITS[0], description: "<script>" }] },
    ],
  });
  await type(made, "");
  assert.equal(words(made.list), "<i>Fruit</i>APPLE<script>");
  assert.equal(made.list.querySelectorAll("script").length, 0);
});
