/** The list of channels and direct messages with their unread counts; a drawer on a phone. */

import { avatar } from "./avatar.js";
import { h, icon, iconButton, replace } from "./dom.js";
import { openChannel } from "./navigation.js";
import { channelTitle, isBotConversation, on, store, unreadIn, userById } from "./store.js";

const root = document.getElementById("sidebar");
const scrim = document.getElementById("scrim");
const narrow = matchMedia("(max-width: 760px)");

function draw() {
  const channels = store.channels.filter(({ kind }) => kind === "channel");
  const direct = store.channels.filter(({ kind }) => kind !== "channel");
  replace(
    root,
    h(
      "div",
      { class: "sidebar-head" },
      h("strong", {}, store.team.name || "Sandbox workspace"),
      iconButton("close", "Close the list", { class: "only-narrow", onclick: closeDrawer }),
    ),
    section("Channels", channels),
    section("Direct messages", direct),
  );
}

function section(title, channels) {
  const id = `list-${title.replace(/\W/g, "-").toLowerCase()}`;
  return h(
    "section",
    { class: "sidebar-section" },
    h("h2", { id }, title),
    h(
      "ul",
      { "aria-labelledby": id },
      channels.map((channel) => h("li", {}, entry(channel))),
    ),
  );
}

function entry(channel) {
  const unread = unreadIn(store.user, channel.id);
  const current = channel.id === store.channel;
  const props = {
    class: `channel${unread ? " is-unread" : ""}`,
    href: `?user=${store.user}&channel=${channel.id}`,
    "aria-current": current ? "page" : null,
    dataset: { testid: "channel", channelId: channel.id, unread },
    onclick: (event) => follow(event, channel),
  };
  const badge = unread
    ? h("span", { class: "badge" }, unread, h("span", { class: "visually-hidden" }, " unread"))
    : null;
  return h(
    "a",
    props,
    sign(channel),
    h("span", { class: "channel-name" }, channelTitle(channel)),
    isBotConversation(channel) ? h("span", { class: "app-badge" }, "APP") : null,
    badge,
  );
}

function sign(channel) {
  if (channel.kind === "im") return avatar(userById(channel.user), { size: "is-tiny" });
  return icon(channel.is_private ? "lock" : "hash");
}

function follow(event, channel) {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const keyboard = document.activeElement === event.currentTarget && event.detail === 0;
  openChannel(channel.id, { tab: isBotConversation(channel) && store.bot.home_tab ? "home" : "messages" });
  closeDrawer();
  if (keyboard && store.tab === "home") document.getElementById("tab-home")?.focus();
}

/** On a phone: slide the list in. */
export function openDrawer() {
  root.classList.add("is-open");
  scrim.hidden = false;
  keepOutOfReach();
  root.querySelector("[aria-current]")?.focus();
}

function closeDrawer() {
  const wasOpen = root.classList.contains("is-open");
  root.classList.remove("is-open");
  scrim.hidden = true;
  keepOutOfReach();
  if (wasOpen) document.getElementById("open-drawer")?.focus();
}

/** A closed drawer must not be reached with Tab. */
function keepOutOfReach() {
  root.inert = narrow.matches && !root.classList.contains("is-open");
}

export function startSidebar() {
  for (const topic of ["state", "channel", "unread"]) on(topic, draw);
  scrim.addEventListener("click", closeDrawer);
  root.addEventListener("keydown", (event) => event.key === "Escape" && closeDrawer());
  narrow.addEventListener("change", keepOutOfReach);
  keepOutOfReach();
}
