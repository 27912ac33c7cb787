/** The bar above everything: the app's connection, the side panels' buttons, and who one is. */

import { avatar } from "./avatar.js";
import { h, icon, iconButton, replace } from "./dom.js";
import { switchTo } from "./navigation.js";
import { menuButton } from "./popup.js";
import { openDrawer } from "./sidebar.js";
import { displayName, on, people, store, unreadOf } from "./store.js";

const root = document.getElementById("topbar");
const status = h("p", { class: "status", role: "status", dataset: { testid: "connection" } });
const identity = h("button", { type: "button", class: "identity", dataset: { testid: "identity-switch" } });

function drawStatus() {
  const { connected, name } = store.bot;
  const text = !store.online
    ? "The sandbox is not answering"
    : connected
      ? `${name} is connected`
      : `${name} is not connected`;
  status.className = `status ${store.online && connected ? "is-on" : "is-off"}`;
  replace(
    status,
    h("span", { class: "dot", "aria-hidden": "true" }),
    h("span", { class: "status-text" }, text),
    h("span", { class: "status-short", "aria-hidden": "true" }, "Offline"),
  );
  status.title = text;
}

function drawIdentity() {
  if (!store.me) return;
  const others = people().some(({ id }) => id !== store.user && unreadOf(id));
  const dot = others ? h("span", { class: "news", title: "Others have unread messages" }) : null;
  identity.setAttribute(
    "aria-label",
    `You are ${displayName(store.me)}. Switch person${others ? "; others have unread messages" : ""}`,
  );
  replace(
    identity,
    avatar(store.me, { size: "is-small" }),
    h("span", { class: "identity-name" }, displayName(store.me)),
    dot,
    icon("chevron"),
  );
}

function identityItems() {
  return people().map((user) => ({
    node: personRow(user),
    checked: user.id === store.user,
    disabled: user.deleted,
    testid: "identity",
    data: { userId: user.id },
    choose: () => switchTo(user.id),
  }));
}

function personRow(user) {
  const unread = unreadOf(user.id);
  const note = user.deleted
    ? "Deactivated: cannot sign in"
    : [user.title, user.is_restricted ? "Guest" : "", user.is_stranger ? "Another workspace" : ""]
        .filter(Boolean)
        .join(" · ");
  const badge = unread
    ? h("span", { class: "badge" }, unread, h("span", { class: "visually-hidden" }, " unread"))
    : null;
  return [
    avatar(user, { size: "is-small" }),
    h("span", { class: "option-text" }, displayName(user), h("small", {}, note)),
    badge,
    icon("check"),
  ];
}

/** The button that shows and hides a side panel; the panel keeps its `aria-expanded` right. */
export function panelToggle(name, { iconName, panel, testid }) {
  const badge = h("span", { class: "badge is-problem", hidden: true });
  const node = h(
    "button",
    { type: "button", class: "panel-toggle", "aria-controls": panel, "aria-expanded": "false", dataset: { testid } },
    icon(iconName),
    h("span", { class: "toggle-text" }, name),
    badge,
  );
  return { node, badge };
}

export function startTopbar(toggles) {
  const drawer = iconButton("menu", "Conversations", {
    class: "only-narrow",
    id: "open-drawer",
    dataset: { testid: "open-sidebar" },
    onclick: openDrawer,
  });
  const mark = h("img", { src: "/web/icon.svg", alt: "", class: "mark" });
  replace(
    root,
    drawer,
    h("h1", { class: "brand" }, mark, h("span", {}, "Sandbox workspace")),
    status,
    h(
      "div",
      { class: "topbar-tools" },
      toggles,
      menuButton(identity, identityItems, { label: "Switch person", end: true }),
    ),
  );
  on("state", drawStatus);
  on("app", drawStatus);
  on("online", drawStatus);
  for (const topic of ["state", "unread"]) on(topic, drawIdentity);
}
