/** Lists and menus that float beside a control, above everything else on the page. */

import { h } from "./dom.js";

const GAP = 4;
const TALLEST = 440;
const open = new Map();

/** Shows `popup` under (or, where there is no room, above) `anchor`. */
export function showPopup(popup, anchor, { matchWidth = false, end = false } = {}) {
  if (!open.has(popup)) popup.showPopover();
  open.set(popup, { anchor, matchWidth, end });
  place(popup);
}

export function hidePopup(popup) {
  open.delete(popup);
  if (popup.matches(":popover-open")) popup.hidePopover();
}

/** Puts every open popup where its anchor is now. */
function placeAll() {
  for (const [popup, { anchor }] of open) {
    if (anchor.isConnected && popup.isConnected) place(popup);
    else open.delete(popup);
  }
}

function place(popup) {
  const { anchor, matchWidth, end } = open.get(popup);
  const box = anchor.getBoundingClientRect();
  const below = innerHeight - box.bottom - 2 * GAP;
  const above = box.top - 2 * GAP;
  popup.style.minWidth = matchWidth ? `${box.width}px` : "";
  popup.style.maxHeight = `${Math.max(120, Math.min(TALLEST, Math.max(below, above)))}px`;
  const { width, height } = popup.getBoundingClientRect();
  const left = end ? box.right - width : box.left;
  popup.style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`;
  popup.style.top = `${height <= below || below >= above ? box.bottom + GAP : box.top - height - GAP}px`;
}

addEventListener("resize", placeAll);
addEventListener("scroll", placeAll, { capture: true, passive: true });

/**
 * A button that opens a menu. `items()` answers `[{label, node?, checked?, disabled?, testid?, data?, choose()}]`; it
 * is asked each time it opens.
 */
export function menuButton(trigger, items, { label, end = false, placeholder = "Nothing here" } = {}) {
  const menu = h("div", {
    class: "menu",
    role: "menu",
    popover: "auto",
    "aria-label": label,
    onkeydown: (event) => moveInMenu(menu, event),
  });
  trigger.setAttribute("aria-haspopup", "menu");
  trigger.setAttribute("aria-expanded", "false");
  trigger.setAttribute("popovertarget", "");
  trigger.popoverTargetElement = menu;
  menu.addEventListener("beforetoggle", (event) => {
    if (event.newState === "open") menu.replaceChildren(...menuItems(menu, items(), placeholder));
  });
  menu.addEventListener("toggle", (event) => toggled(menu, trigger, event.newState === "open", end));
  return h("span", { class: "menu-anchor" }, trigger, menu);
}

function toggled(menu, trigger, isOpen, end) {
  trigger.setAttribute("aria-expanded", String(isOpen));
  if (!isOpen) return void open.delete(menu);
  open.set(menu, { anchor: trigger, matchWidth: false, end });
  place(menu);
  const items = menuEntries(menu);
  (items.find((item) => item.getAttribute("aria-checked") === "true") ?? items[0])?.focus();
}

function menuItems(menu, items, placeholder) {
  if (!items.length) return [h("p", { class: "menu-empty" }, placeholder)];
  return items.map((item) => menuItem(menu, item));
}

function menuItem(menu, { label, node, checked, disabled, testid, data = {}, choose }) {
  const props = {
    type: "button",
    class: "menu-item",
    role: checked === undefined ? "menuitem" : "menuitemradio",
    "aria-checked": checked === undefined ? null : String(checked),
    "aria-disabled": disabled ? "true" : null,
    tabindex: "-1",
    dataset: { ...data, testid },
    onclick: () => {
      if (disabled) return;
      menu.hidePopover();
      choose();
    },
  };
  return h("button", props, node ?? label);
}

const menuEntries = (menu) => [...menu.querySelectorAll("[role^='menuitem']")];

function moveInMenu(menu, event) {
  const items = menuEntries(menu);
  const at = items.indexOf(document.activeElement);
  const targets = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
  if (event.key === "Tab") return void menu.hidePopover();
  if (!(event.key in targets) || !items.length) return;
  event.preventDefault();
  items.at(targets[event.key] % items.length).focus();
}
