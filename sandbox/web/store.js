/** What the page knows right now, and who wants to hear when it changes. */

const listeners = new Map();

/** Runs `listener` every time `topic` is emitted. */
export function on(topic, listener) {
  listeners.set(topic, [...(listeners.get(topic) ?? []), listener]);
}

export function emit(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

export const store = {
  user: null,
  channel: null,
  tab: "messages",
  team: { name: "" },
  me: null,
  users: [],
  usergroups: [],
  channels: [],
  commands: [],
  shortcuts: [],
  bot: { user_id: null, name: "", connected: false, home_tab: false },
  online: true,
  clockOffset: 0,
  unread: {},
  aloud: sessionStorage.getItem("sandbox-aloud") === "yes",
};

/** Show what is drawn, or what a screen reader says of it. */
export function setAloud(aloud) {
  store.aloud = aloud;
  sessionStorage.setItem("sandbox-aloud", aloud ? "yes" : "no");
  emit("aloud");
}

const isPerson = (user) => !user.is_bot;

export const people = () => store.users.filter(isPerson);
export const userById = (id) => store.users.find((user) => user.id === id);
export const channelById = (id) => store.channels.find((channel) => channel.id === id);
export const usergroupById = (id) => store.usergroups.find((group) => group.id === id);
export const displayName = (user) => user?.real_name || user?.name || "Somebody";
export const userName = (id) => (userById(id) ? displayName(userById(id)) : id);
export const zone = () => store.me?.tz || Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The sandbox's time in Unix seconds: ours plus what somebody has added with the clock control. */
export const now = () => Date.now() / 1000 + store.clockOffset;

export function setNow(seconds) {
  if (typeof seconds === "number") store.clockOffset = seconds - Date.now() / 1000;
}

/** The conversation's name as `#general` or as the other one's name. */
export function channelTitle(channel) {
  if (channel.kind === "mpim") return channel.members.filter((id) => id !== store.user).map(userName).join(", ");
  if (channel.kind !== "im") return channel.name;
  return channel.user === store.bot.user_id ? store.bot.name : userName(channel.user);
}

export const isBotConversation = (channel) => channel?.kind === "im" && channel.user === store.bot.user_id;

// Unread counts, per person and conversation; what was read outlives a reload of this tab.
const READ = "sandbox-read";
const readMarks = JSON.parse(sessionStorage.getItem(READ) ?? "{}");

export const hasReadMarks = (user) => user in readMarks;

export const lastRead = (user, channel) => readMarks[user]?.[channel] ?? readMarks[user]?.["*"] ?? 0;

/** Remember that `user` has seen everything in `channel` ("*": everywhere) up to now. */
export function markRead(user, channel) {
  readMarks[user] = { "*": now(), ...readMarks[user], [channel]: now() };
  sessionStorage.setItem(READ, JSON.stringify(readMarks));
  if (store.unread[user]?.[channel]) setUnread(user, channel, 0);
}

export function setUnread(user, channel, count) {
  store.unread[user] = { ...store.unread[user], [channel]: count };
  emit("unread");
}

export const unreadIn = (user, channel) => store.unread[user]?.[channel] ?? 0;
export const unreadOf = (user) => Object.values(store.unread[user] ?? {}).reduce((sum, count) => sum + count, 0);
