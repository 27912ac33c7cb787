/** Short notices in the corner; errors are read out at once. */

import { h, icon, iconButton } from "./dom.js";

const LIFE = { info: 6000, error: 12000 };
const REPEAT = 2000;
const recent = new Map();

const stack = document.getElementById("toasts");

/** Everything outside an open dialog is inert: the stack moves into the topmost one, and back. */
export function rehostToasts() {
  const host = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (stack.parentElement === host) return;
  host.append(stack);
}

/** Show `text`, and answer its node; the same text within two seconds is said once, and null answered. */
export function toast(text, level = "info") {
  if (Date.now() - (recent.get(text) ?? 0) < REPEAT) return null;
  recent.set(text, Date.now());
  rehostToasts();
  const node = h(
    "div",
    { class: `toast is-${level}`, role: level === "error" ? "alert" : "status", dataset: { testid: "toast" } },
    icon(level === "error" ? "warning" : "info"),
    h("p", {}, text),
    iconButton("close", "Dismiss", { onclick: () => node.remove() }),
  );
  stack.append(node);
  leaveAfter(node, LIFE[level] ?? LIFE.info);
  return node;
}

function leaveAfter(node, life) {
  let timer = setTimeout(() => node.remove(), life);
  const stay = () => clearTimeout(timer);
  const leave = () => (timer = setTimeout(() => node.remove(), life / 2));
  node.addEventListener("pointerenter", stay);
  node.addEventListener("focusin", stay);
  node.addEventListener("pointerleave", leave);
  node.addEventListener("focusout", leave);
}
