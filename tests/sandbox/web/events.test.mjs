/** What the page does about each event, for the person on the screen and for the others. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { words } from "./page.mjs";

const asked = [];
const answers = new Map();
globalThis.fetch = async (path) => {
  asked.push(path);
  const body = answers.get(path.split("?")[0]) ?? {};
  return { ok: true, status: 200, json: async () => body };
};

const { handleEvent } = await import("../../../sandbox/web/events.js");
const { loadMessages } = await import("../../../sandbox/web/messages.js");
const { loadState, followAddress } = await import("../../../sandbox/web/navigation.js");
const { now, on, store, unreadIn } = await import("../../../sandbox/web/store.js");

const ANN = { id: "U0ANN", name: "ann", real_name: "Ann Berg", tz: "Europe/Zurich" };
const OMAR = { id: "U0OMAR", name: "omar", real_name: "Omar Haddad", tz: "Europe/Zurich" };
const list = document.getElementById("messages");
const message = (text, more = {}) => ({ ts: "1764072000.000100", user: "U0OMAR", text, ...more });
const arrived = (text, more) => ({ type: "message", channel: "C0GENERAL", message: message(text, more) });

beforeEach(async () => {
  Object.assign(store, {
    user: "U0ANN",
    me: ANN,
    users: [ANN, OMAR],
    channels: [
      { id: "C0GENERAL", name: "general", kind: "channel" },
      { id: "C0OTHER", name: "other", kind: "channel" },
    ],
    commands: [],
    channel: "C0OTHER",
    unread: {},
    clockOffset: 0,
  });
  asked.length = 0;
  answers.set("/browser/history", { messages: [] });
  await loadMessages();
  store.channel = "C0GENERAL";
  await loadMessages();
});

test("a message appears once in its conversation, and counts as read", () => {
  handleEvent("U0ANN", arrived("hello"));
  handleEvent("U0ANN", arrived("hello"));
  assert.equal(list.querySelectorAll(".message").length, 1);
  assert.match(words(list), /hello/);
  assert.equal(unreadIn("U0ANN", "C0GENERAL"), 0);
});

test("a reply stands in its thread, and leaves the conversation quiet unless it was sent there, too", () => {
  const parent = { ts: "1764072000.000100", thread_ts: "1764072000.000100" };
  const reply = { ts: "1764072001.000100", thread_ts: parent.ts };
  handleEvent("U0ANN", arrived("the card", parent));
  handleEvent("U0ANN", arrived("approved", reply));
  assert.equal(list.querySelectorAll(".message").length, 1);
  assert.match(words(list), /1 reply/);
  handleEvent("U0ANN", { ...arrived("approved", reply), channel: "C0OTHER" });
  assert.equal(unreadIn("U0ANN", "C0OTHER"), 0);
  const broadcast = { ...reply, subtype: "thread_broadcast" };
  handleEvent("U0ANN", { ...arrived("for all", broadcast), channel: "C0OTHER" });
  assert.equal(unreadIn("U0ANN", "C0OTHER"), 1);
});

test("a message in another conversation is counted, one's own is not", () => {
  handleEvent("U0ANN", { ...arrived("hello"), channel: "C0OTHER" });
  handleEvent("U0ANN", { ...arrived("mine", { user: "U0ANN" }), channel: "C0OTHER" });
  assert.equal(unreadIn("U0ANN", "C0OTHER"), 1);
  assert.doesNotMatch(words(list), /hello/);
});

test("somebody else's message is counted for them alone", () => {
  handleEvent("U0OMAR", arrived("for Omar", { user: "U0ANN" }));
  assert.equal(unreadIn("U0OMAR", "C0GENERAL"), 1);
  assert.doesNotMatch(words(list), /for Omar/);
});

test("a change replaces the message, a deletion takes it away", () => {
  handleEvent("U0ANN", arrived("before"));
  handleEvent("U0ANN", { type: "message_changed", channel: "C0GENERAL", message: message("after") });
  assert.match(words(list), /after/);
  assert.doesNotMatch(words(list), /before/);
  handleEvent("U0ANN", { type: "message_deleted", channel: "C0GENERAL", ts: message("").ts });
  assert.equal(list.querySelectorAll(".message").length, 0);
});

test("what a message says is text and no markup", () => {
  handleEvent("U0ANN", arrived("<script>alert(1)</script>", { username: "<img src=x>" }));
  assert.equal(list.querySelectorAll("script").length + list.querySelectorAll("img").length, 0);
  assert.match(words(list), /<img src=x>/);
});

test("the clock moves the page's time, and tells who shows times", () => {
  let told = 0;
  on("clock", () => (told += 1));
  handleEvent("U0ANN", { type: "clock", now: Date.now() / 1000 + 3600 });
  assert.ok(Math.abs(now() - Date.now() / 1000 - 3600) < 1);
  assert.equal(told, 1);
});

test("the app's connection is known", () => {
  handleEvent("U0ANN", { type: "app", connected: true });
  assert.equal(store.bot.connected, true);
});

test("a notice for somebody else says for whom it is", () => {
  handleEvent("U0OMAR", { type: "toast", level: "error", text: "did not work" });
  assert.match(words(document.getElementById("toasts")), /For Omar Haddad: did not work/);
});

test("an action that failed on what is no longer here is a notice", () => {
  const gone = { container: { type: "message", message_ts: "1.0" }, block_id: "b", action_id: "a", text: "too late" };
  handleEvent("U0ANN", { type: "action_failed", ...gone });
  assert.match(words(document.getElementById("toasts")), /too late/);
});

for (const type of ["nothing", "constructor", "__proto__", "toString"]) {
  test(`an event called ${type} does nothing`, () => {
    handleEvent("U0ANN", { type });
    handleEvent("U0OMAR", { type });
    assert.equal(list.querySelectorAll(".message").length, 0);
  });
}

test("whoever the address does not name is the first person of the server", async () => {
  const state = { team: {}, users: [OMAR], usergroups: [], channels: [], commands: [], shortcuts: [], bot: {}, now: 0 };
  answers.set("/browser/state", { ...state, me: OMAR });
  location.search = "";
  store.user = null;
  await followAddress();
  assert.equal(store.user, "U0OMAR");
  assert.ok(asked.includes("/browser/state?user=&loaded=anew"));
  assert.equal(await loadState(), true);
});
