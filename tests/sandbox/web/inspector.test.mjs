/** The inspector's clock. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { words } from "./page.mjs";

const moved = [];
let hours = 0;
globalThis.fetch = async (path, options) => {
  if (path === "/browser/clock") {
    moved.push(JSON.parse(options.body));
    hours += 1;
    return { ok: true, status: 200, json: async () => ({ ok: true, now: 1764072000 + hours * 3600 }) };
  }
  return { ok: true, status: 200, json: async () => ({ entries: [] }) };
};

const { startInspector } = await import("../../../sandbox/web/inspector.js");
const { store, now } = await import("../../../sandbox/web/store.js");

const settled = () => new Promise((resolve) => setImmediate(resolve));
const toasts = () => document.getElementById("toasts").children.map((node) => words(node));

test("+1 hour moves the page's time, and says the time that it is now, alone", async () => {
  store.me = { tz: "UTC" };
  startInspector();
  const [hour] = document
    .getElementById("inspector")
    .querySelectorAll("button")
    .filter((button) => words(button) === "+1 hour");
  hour.click();
  await settled();
  await settled();
  assert.deepEqual(toasts(), ["It is now 25 Nov 2025, 13:00."]);
  hour.click();
  await settled();
  await settled();
  assert.deepEqual(moved, [{ advance: 3600 }, { advance: 3600 }]);
  assert.deepEqual(toasts(), ["It is now 25 Nov 2025, 14:00."]);
  assert.ok(Math.abs(now() - 1764072000 - 7200) < 1);
});
