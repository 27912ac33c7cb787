/** Starts the page: builds its parts, shows who the address says, and listens for everybody. */

import { openStream } from "./api.js";
import { startComposer } from "./composer.js";
import { handleEvent } from "./events.js";
import { startHome } from "./home.js";
import { hubToggle, startHubPanel } from "./hubpanel.js";
import { inspectorToggle, startInspector } from "./inspector.js";
import { startMessages } from "./messages.js";
import { startModals } from "./modal.js";
import { followAddress, loadState, openChannel, recountUnread } from "./navigation.js";
import { startSidebar } from "./sidebar.js";
import { channelById, emit, markRead, on, people, store } from "./store.js";
import { startTopbar } from "./topbar.js";

const RETRY = 2000;
const listening = new Set();

/** One stream a person, so that everybody's unread counts are right whoever is on the screen. */
function listenForEverybody() {
  for (const { id, deleted } of people()) {
    if (deleted || listening.has(id)) continue;
    listening.add(id);
    openStream(id, { onEvent: handleEvent, onStatus: setOnline, onReturn: returned });
  }
}

function setOnline(user, online) {
  if (user !== store.user || store.online === online) return;
  store.online = online;
  emit("online");
}

/** The server was away, and may be another one now: ask for everything again. */
async function returned(user) {
  if (user !== store.user || !(await loadState())) return;
  store.unread = {};
  emit("resync");
  await recountUnread();
}

function followMention(event) {
  const link = event.target.closest?.("[data-go-channel]");
  if (!link || !channelById(link.dataset.goChannel)) return;
  event.preventDefault();
  openChannel(link.dataset.goChannel);
}

async function start() {
  startTopbar([hubToggle.node, inspectorToggle.node]);
  startSidebar();
  startComposer();
  startMessages();
  startHome();
  startModals();
  on("state", listenForEverybody);
  await followAddress();
  if (!store.me) return void setTimeout(() => location.reload(), RETRY);
  startHubPanel();
  startInspector();
  addEventListener("popstate", followAddress);
  document.addEventListener("click", followMention);
  document.addEventListener(
    "visibilitychange",
    () => !document.hidden && store.channel && markRead(store.user, store.channel),
  );
  return recountUnread();
}

start();
