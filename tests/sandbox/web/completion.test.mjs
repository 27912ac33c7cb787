/** What the composer offers. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { html, words } from "./page.mjs";

const { completionsFor, usageFor } = await import("../../../sandbox/web/completion.js");
const { store } = await import("../../../sandbox/web/store.js");

const inserts = (before) => completionsFor(before).items.map(({ insert }) => insert);

beforeEach(() => {
  Object.assign(store, {
    commands: [
      { command: "/hub", usage_hint: "[what]", description: "Docker Hub" },
      { command: "/hubble", description: "<b>A telescope</b>" },
    ],
    users: [
      { id: "U0ANN", name: "ann", real_name: "Ann Berg" },
      { id: "U0OMAR", name: "omar", real_name: "Omar Haddad", title: "Lead" },
      { id: "U0DEE", name: "dee", real_name: "Dee Parted", deleted: true },
    ],
    usergroups: [{ id: "S0LEADS", handle: "platform-leads", name: "Platform leads", users: ["U0OMAR"] }],
    channels: [
      { id: "C0GENERAL", name: "general", kind: "channel" },
      { id: "D0ANN", name: "", kind: "im", user: "U0ANN" },
    ],
  });
});

test("a slash alone offers every command", () => assert.deepEqual(inserts("/"), ["/hub ", "/hubble "]));

test("a command that is typed in full is marked", () => {
  const { from, items } = completionsFor("/hub");
  assert.equal(from, 0);
  assert.deepEqual(items.map(({ exact }) => exact), [true, false]);
});

test("commands do not mind capitals", () => assert.deepEqual(inserts("/HUBB"), ["/hubble "]));

for (const before of ["hello /hub", "/hub team", "", "mail a@b", "no sign"]) {
  test(`${JSON.stringify(before)} offers nothing`, () => assert.equal(completionsFor(before), null));
}

test("people are found by each word of their name, and by their handle", () => {
  assert.deepEqual(inserts("@had"), ["@omar "]);
  assert.deepEqual(inserts("@om"), ["@omar "]);
  assert.deepEqual(inserts("hi (@AN"), ["@ann "]);
});

test("groups are offered with people, and those who left are not", () => {
  assert.deepEqual(inserts("@"), ["@ann ", "@omar ", "@platform-leads "]);
  assert.deepEqual(inserts("@dee"), []);
  assert.deepEqual(inserts("@lead"), ["@platform-leads "]);
});

test("what is typed is replaced from its sign on", () => assert.equal(completionsFor("ask @om").from, 4));

test("channels are offered, direct messages are not", () => assert.deepEqual(inserts("see #"), ["#general "]));

test("no more than eight are offered", () => {
  store.users = Array.from({ length: 20 }, (_, index) => ({ id: `U${index}`, name: `u${index}`, real_name: "Una" }));
  assert.equal(completionsFor("@un").items.length, 8);
});

test("words of expressions are words", () => {
  assert.deepEqual(inserts("@."), []);
  assert.equal(completionsFor("@("), null);
});

test("what is offered is text and no markup", () => {
  const [{ node }] = completionsFor("/hubble").items;
  assert.match(html(node), /&lt;b&gt;A telescope&lt;\/b&gt;/);
  assert.match(words(completionsFor("@omar").items[0].node), /@omar · Lead/);
});

test("the usage is shown once the command is typed in full", () => {
  assert.equal(usageFor("/hub ").command, "/hub");
  assert.equal(usageFor("/hub"), null);
  assert.equal(usageFor("hub "), null);
  assert.equal(usageFor("/other "), undefined);
});
