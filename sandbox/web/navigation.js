/** Who is looking at what: kept in the address as `/?user=U0ANN&channel=C0GENERAL`. */

import { api } from "./api.js";
import {
  channelById,
  emit,
  hasReadMarks,
  isBotConversation,
  lastRead,
  markRead,
  people,
  setNow,
  setUnread,
  store,
  unreadIn,
} from "./store.js";
import { toast } from "./toasts.js";

const query = () => new URLSearchParams(location.search);

const ANYBODY = ""; // the server then says who is the first

/** Reads the address and shows what it says; for the start and for the browser's Back. */
export const followAddress = () =>
  showAs(query().get("user") ?? store.user ?? ANYBODY, { channel: query().get("channel"), record: "replace" });

/** Become `user`; the conversation stays where the person is a member of it. */
export const switchTo = (user) => showAs(user, { channel: store.channel, record: "push" });

// Whom this tab has been already: what Slack showed to one alone does not outlive a reload.
const loadedAnew = new Set();
let wanted = null; // who the page is, or is about to be

async function showAs(user, { channel, record }) {
  wanted = user;
  const toBot = isBotConversation(channelById(store.channel)) && channel === store.channel;
  if (!(await loadState(user))) return;
  emit("identity");
  const known = channelById(channel) ?? (toBot ? store.channels.find(isBotConversation) : null);
  const home = store.channels.find(({ name }) => name === "general") ?? store.channels[0];
  openChannel((known ?? home)?.id ?? null, { record });
}

/** Fetch everything about the workspace as `user` sees it; false when that fails or somebody else is wanted by then. */
export async function loadState(user = store.user) {
  const state = await api.state(user, loadedAnew.has(user) ? null : "anew");
  if (user !== wanted) return false;
  if (state.ok === false) return cannotBe(user, state);
  const { team, me, users, usergroups, channels, commands, shortcuts, bot } = state;
  wanted = me.id;
  loadedAnew.add(me.id);
  Object.assign(store, { user: me.id, team, me, users, usergroups, channels, commands, shortcuts, bot });
  setNow(state.now);
  emit("state");
  return true;
}

function cannotBe(user, { status, error }) {
  toast(status === 404 ? `There is nobody called ${user} here.` : error, "error");
  if (status !== 404 || user === ANYBODY) return false;
  wanted = ANYBODY;
  return loadState(ANYBODY);
}

/** Show a conversation; `record` says whether the browser's history gets an entry. */
export function openChannel(id, { record = "push", tab = "messages" } = {}) {
  const changed = id !== store.channel;
  Object.assign(store, { channel: id, tab });
  const address = `?${new URLSearchParams({ user: store.user, ...(id ? { channel: id } : {}) })}`;
  if (record === "replace" || address === location.search) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  if (id) markRead(store.user, id);
  document.title = `${channelById(id)?.name ? `#${channelById(id).name}` : store.bot.name} · Sandbox workspace`;
  emit("channel", { changed });
}

export function openTab(tab) {
  store.tab = tab;
  if (tab === "messages") markRead(store.user, store.channel);
  emit("tab");
}

/** Somebody said something to `user` in a conversation that is not on the screen. */
export function countUnread(user, channel, message) {
  if ((message.user === user && !message.is_ephemeral) || isReply(message)) return;
  setUnread(user, channel, unreadIn(user, channel) + 1);
}

/** Replies leave a conversation quiet, unless they were sent to it, too. */
const isReply = ({ ts, thread_ts: parent, subtype }) => parent && parent !== ts && subtype !== "thread_broadcast";

const isUnread = (user, channel) => (message) =>
  message.user !== user && !isReply(message) && Number(message.ts) > lastRead(user, channel);

/** After a reload: count again what each person has not read. People seen for the first time have read everything. */
export async function recountUnread() {
  for (const { id, deleted } of people()) {
    if (deleted) continue;
    if (hasReadMarks(id)) await recountFor(id);
    else markRead(id, "*");
  }
}

async function recountFor(user) {
  const { channels = [] } = await api.state(user);
  for (const { id } of channels) {
    if (user === store.user && id === store.channel) continue;
    const { messages = [] } = await api.history(user, id);
    const count = messages.filter(isUnread(user, id)).length;
    if (count) setUnread(user, id, count);
  }
}
