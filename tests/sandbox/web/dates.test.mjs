/** Moments in the viewer's zone. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./page.mjs";

const dates = await import("../../../sandbox/web/dates.js");
const { setNow, store } = await import("../../../sandbox/web/store.js");

const NOON = Date.UTC(2026, 10, 25, 12) / 1000; // a Wednesday
const DAY = 86400;
const at = (text) => Date.parse(text) / 1000;

beforeEach(() => {
  store.me = { tz: "Europe/Zurich" };
  setNow(NOON);
});

test("the day is the viewer's", () => {
  assert.equal(dates.dayKey(at("2026-11-24T23:30:00Z")), "2026-11-25");
  store.me = { tz: "America/New_York" };
  assert.equal(dates.dayKey(at("2026-11-25T03:00:00Z")), "2026-11-24");
});

test("the clock has 24 hours, and midnight is its first", () => {
  assert.equal(dates.clockTime(at("2026-11-25T23:00:00Z")), "00:00");
  assert.equal(dates.clockTime(NOON), "13:00");
});

test("near days have names, and others have dates", () => {
  assert.equal(dates.dayTitle(NOON), "Today");
  assert.equal(dates.dayTitle(NOON - DAY), "Yesterday");
  assert.equal(dates.dayTitle(NOON + DAY), "Tomorrow");
  assert.match(dates.dayTitle(NOON + 2 * DAY), /^Friday,? 27 November 2026$/);
});

for (const [seconds, said] of [
  [-30, "30 seconds ago"],
  [-60, "1 minute ago"],
  [3599, "in 60 minutes"],
  [7200, "in 2 hours"],
  [-DAY, "yesterday"],
  [3 * DAY, "in 3 days"],
]) {
  test(`${seconds} seconds from now is “${said}”`, () => assert.equal(dates.ago(NOON + seconds + 0.2 * Math.sign(seconds)), said));
}

test("the sandbox's time is what ago goes by", () => {
  setNow(NOON + 3600);
  assert.equal(dates.ago(NOON), "1 hour ago");
});

for (const [template, said] of [
  ["{date_num}", "2026-11-25"],
  ["{date_slash}", "2026/11/25"],
  ["{date}", "25 November 2026"],
  ["{date_short}", "25 Nov 2026"],
  ["{date_long}", /^Wednesday,? 25 November 2026$/],
  ["{date_pretty}", "Today"],
  ["on {date_pretty}", "on today"],
  ["{date_short} at {time}", "25 Nov 2026 at 13:00"],
  ["{time_secs}", "13:00:00"],
  ["no token", "no token"],
]) {
  test(`${template} is filled as “${said}”`, () => {
    const filled = dates.fillDate(NOON, template);
    // Some versions of ICU put a comma after the weekday.
    if (said instanceof RegExp) assert.match(filled, said);
    else assert.equal(filled, said);
  });
}

for (const template of ["{nope}", "{constructor}", "{__proto__}", "{date} {toString}"]) {
  test(`${template} cannot be filled`, () => assert.equal(dates.fillDate(NOON, template), null));
}

for (const [zone, seconds, wall] of [
  ["Europe/Zurich", at("2026-11-25T12:00:00Z"), "2026-11-25T13:00"],
  ["Asia/Kathmandu", at("2026-11-25T12:00:00Z"), "2026-11-25T17:45"],
  ["America/New_York", at("2026-07-01T02:00:00Z"), "2026-06-30T22:00"],
  ["Europe/Zurich", at("2026-10-25T00:30:00Z"), "2026-10-25T02:30"], // the first of two half past twos
]) {
  test(`${wall} on the wall in ${zone} is a moment, and back`, () => {
    store.me = { tz: zone };
    assert.equal(dates.toLocal(seconds), wall);
    assert.equal(dates.toLocal(dates.fromLocal(wall)), wall);
  });
}

test("a wall time that the change of clocks skips is a moment beside it", () => {
  const found = dates.fromLocal("2026-03-29T02:30");
  assert.ok(Math.abs(found - at("2026-03-29T01:30:00Z")) <= 3600);
});

for (const [seconds, said] of [[0, true], [NOON, true], [8.65e12, false], [-8.65e12, false], [NaN, false], ["1", false]]) {
  test(`${seconds} is ${said ? "a" : "no"} moment`, () => assert.equal(dates.isMoment(seconds), said));
}
