/** What the page knows, what was read, and who hears of it. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./page.mjs";

const store = await import("../../../sandbox/web/store.js");

beforeEach(() => {
  Object.assign(store.store, {
    user: "U0ANN",
    users: [
      { id: "U0ANN", name: "ann", real_name: "Ann Berg" },
      { id: "U0BOT", name: "robot", is_bot: true },
    ],
    channels: [{ id: "C0GENERAL", name: "general", kind: "channel" }],
    bot: { user_id: "U0BOT", name: "robot" },
    unread: {},
    clockOffset: 0,
  });
});

test("everybody who listens hears, in the order in which they began to", () => {
  const heard = [];
  store.on("topic", (detail) => heard.push(`one ${detail}`));
  store.on("topic", (detail) => heard.push(`two ${detail}`));
  store.emit("topic", "now");
  store.emit("another topic");
  assert.deepEqual(heard, ["one now", "two now"]);
});

test("bots are no people", () => assert.deepEqual(store.people().map(({ id }) => id), ["U0ANN"]));

test("somebody is called by the name, the handle, or nothing in particular", () => {
  assert.equal(store.userName("U0ANN"), "Ann Berg");
  assert.equal(store.userName("U0BOT"), "robot");
  assert.equal(store.userName("U0GONE"), "U0GONE");
  assert.equal(store.displayName(undefined), "Somebody");
});

test("a conversation with the bot carries the bot's name, one with a person theirs", () => {
  assert.equal(store.channelTitle({ kind: "im", user: "U0BOT" }), "robot");
  assert.equal(store.channelTitle({ kind: "im", user: "U0ANN" }), "Ann Berg");
  assert.equal(store.channelTitle({ kind: "channel", name: "general" }), "general");
  assert.equal(store.isBotConversation({ kind: "channel", user: "U0BOT" }), false);
  assert.equal(store.isBotConversation(undefined), false);
});

test("the time is ours plus what was added, and only a number moves it", () => {
  store.setNow(Date.now() / 1000 + 3600);
  assert.ok(Math.abs(store.now() - Date.now() / 1000 - 3600) < 1);
  store.setNow(undefined);
  store.setNow("soon");
  assert.ok(Math.abs(store.now() - Date.now() / 1000 - 3600) < 1);
});

test("unread messages are counted for each person and conversation", () => {
  store.setUnread("U0ANN", "C0GENERAL", 2);
  store.setUnread("U0ANN", "C0OTHER", 1);
  assert.equal(store.unreadIn("U0ANN", "C0GENERAL"), 2);
  assert.equal(store.unreadOf("U0ANN"), 3);
  assert.equal(store.unreadOf("U0OMAR"), 0);
});

test("reading takes the count away, and is remembered for the tab's life", () => {
  store.setUnread("U0ANN", "C0GENERAL", 2);
  store.markRead("U0ANN", "C0GENERAL");
  assert.equal(store.unreadIn("U0ANN", "C0GENERAL"), 0);
  assert.ok(store.lastRead("U0ANN", "C0GENERAL") > 0);
  assert.ok("U0ANN" in JSON.parse(sessionStorage.getItem("sandbox-read")));
});

test("whoever was never here has read nothing; afterwards what was never opened counts as read on arrival", () => {
  assert.equal(store.hasReadMarks("U0NEW"), false);
  assert.equal(store.lastRead("U0NEW", "C0GENERAL"), 0);
  store.markRead("U0NEW", "*");
  assert.equal(store.lastRead("U0NEW", "C0GENERAL"), store.lastRead("U0NEW", "*"));
});
