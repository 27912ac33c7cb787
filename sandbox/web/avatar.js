/** Initials on a colour: the face of everybody in the sandbox. */

import { h, icon } from "./dom.js";
import { displayName, store } from "./store.js";

const COLORS = ["0f6b6b", "7a3e9d", "b4431f", "2b5fb3", "4b6b1f", "a32a5b", "5a5f6b", "8a5a00"];

const initials = (name) =>
  name
    .split(/[\s._-]+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => word[0].toUpperCase())
    .join("");

const fallbackColor = (id) =>
  COLORS[[...String(id)].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % COLORS.length];

/** Black or white, whichever reads better on `hex`. */
function inkOn(hex) {
  const [red, green, blue] = [0, 2, 4].map((at) => (parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? "#111" : "#fff";
}

/** A person's or a bot's avatar; `name` wins over the user's own (a message's `username`). */
export function avatar(user, { name, size = "" } = {}) {
  const shown = name || displayName(user);
  const bot = user?.is_bot || user?.id === store.bot.user_id;
  const node = h(
    "span",
    { class: `avatar ${size} ${bot ? "is-bot" : ""}`, "aria-hidden": "true" },
    bot ? icon("box") : initials(shown),
  );
  const hex = String(user?.color ?? "").replace("#", "");
  const color = /^[0-9a-f]{6}$/i.test(hex) ? hex : fallbackColor(user?.id ?? shown);
  if (bot) return node;
  node.style.backgroundColor = `#${color}`;
  node.style.color = inkOn(color);
  return node;
}
