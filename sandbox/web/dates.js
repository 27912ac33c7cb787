/** Says moments in the viewer's time zone, and turns local wall-clock values into Unix seconds and back. */

import { own } from "./own.js";
import { now, zone } from "./store.js";

const LOCALE = "en-GB";

const format = (seconds, options) =>
  new Intl.DateTimeFormat(LOCALE, { timeZone: zone(), ...options }).format(seconds * 1000);

/** The day as YYYY-MM-DD in the viewer's zone. */
export const dayKey = (seconds) =>
  new Intl.DateTimeFormat("en-CA", { timeZone: zone(), year: "numeric", month: "2-digit", day: "2-digit" }).format(
    seconds * 1000,
  );

export const clockTime = (seconds) => format(seconds, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const clockSeconds = (seconds) =>
  format(seconds, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const longDay = (seconds) => format(seconds, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const mediumDay = (seconds) => format(seconds, { day: "numeric", month: "long", year: "numeric" });
const shortDay = (seconds) => format(seconds, { day: "numeric", month: "short", year: "numeric" });

export const dateTime = (seconds) => `${shortDay(seconds)}, ${clockTime(seconds)}`;

const DAY = 86400;
const FURTHEST = 8.64e12; // https://tc39.es/ecma262/#sec-time-values-and-time-range

/** Whether a number of Unix seconds can be said as a date. */
export const isMoment = (seconds) => Number.isFinite(seconds) && Math.abs(seconds) <= FURTHEST - DAY;

function nearDay(seconds) {
  const names = { [dayKey(now())]: "today", [dayKey(now() - DAY)]: "yesterday", [dayKey(now() + DAY)]: "tomorrow" };
  return names[dayKey(seconds)];
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** "Today", "Yesterday" or the whole date: what a day divider says. */
export const dayTitle = (seconds) => capital(nearDay(seconds) ?? longDay(seconds));

const UNITS = [
  ["day", DAY],
  ["hour", 3600],
  ["minute", 60],
];

/** "3 minutes ago", "in 2 hours". */
export function ago(seconds) {
  const away = seconds - now();
  const [unit, size] = UNITS.find(([, length]) => Math.abs(away) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" }).format(Math.round(away / size), unit);
}

// https://docs.slack.dev/messaging/formatting-message-text: date tokens
const TOKENS = {
  date_num: dayKey,
  date_slash: (at) => dayKey(at).replaceAll("-", "/"),
  date: mediumDay,
  date_short: shortDay,
  date_long: longDay,
  date_pretty: (at) => nearDay(at) ?? mediumDay(at),
  date_short_pretty: (at) => nearDay(at) ?? shortDay(at),
  date_long_pretty: (at) => nearDay(at) ?? longDay(at),
  day_divider_pretty: (at) => nearDay(at) ?? longDay(at),
  time: clockTime,
  time_secs: clockSeconds,
  ago,
};

/** Fills Slack's date tokens; null when a token is unknown, so that the fallback is shown. */
export function fillDate(seconds, template) {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  if (!names.every((name) => own(TOKENS, name))) return null;
  const filled = template.replace(/\{(\w+)\}/g, (_, name) => TOKENS[name](seconds));
  return template.startsWith("{") ? capital(filled) : filled;
}

/** Minutes that the viewer's zone is ahead of UTC at that moment. */
function zoneOffset(seconds) {
  const options = {
    timeZone: zone(),
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    hourCycle: "h23",
  };
  const parts = new Intl.DateTimeFormat("en-GB", options).formatToParts(seconds * 1000);
  const at = Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute) / 60000 - Math.floor(seconds / 60);
}

/** "2026-11-23T15:30" on the viewer's wall clock, from Unix seconds. */
export const toLocal = (seconds) => new Date((seconds + zoneOffset(seconds) * 60) * 1000).toISOString().slice(0, 16);

/** Unix seconds from "2026-11-23T15:30" on the viewer's wall clock. */
export function fromLocal(text) {
  const utc = Date.parse(`${text}Z`) / 1000;
  const guess = utc - zoneOffset(utc) * 60;
  return utc - zoneOffset(guess) * 60;
}
