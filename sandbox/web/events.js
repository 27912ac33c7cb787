/** What the page does about each event of the stream, for the person on the screen and for all the others. */

import { formOfHome, showHome } from "./home.js";
import { formOfMessage, putMessage, removeMessage } from "./messages.js";
import { formOfView, viewEvent } from "./modal.js";
import { countUnread, loadState } from "./navigation.js";
import { own } from "./own.js";
import { channelById, emit, markRead, setNow, store, userName } from "./store.js";
import { toast } from "./toasts.js";

const onScreen = (channel) => channel === store.channel && store.tab === "messages";

function received({ channel, message }) {
  if (channel === store.channel) putMessage(message);
  if (onScreen(channel) && !document.hidden) markRead(store.user, channel);
  else countUnread(store.user, channel, message);
  if (!channelById(channel)) loadState();
}

function failed({ container, block_id: block, action_id: action, text }) {
  const forms = {
    message: () => formOfMessage(container.message_ts),
    view: () => formOfView(store.user, container.view_id) ?? formOfHome(container.view_id),
  };
  if (!own(forms, container?.type)?.()?.fail(block, action, text)) toast(text, "error");
}

const MINE = {
  hello({ now }) {
    setNow(now);
    // What was said between the conversation's loading and now, nobody has told us of.
    emit("hello");
  },
  message: received,
  message_changed: ({ channel, message }) => channel === store.channel && putMessage(message),
  message_deleted: ({ channel, ts }) => channel === store.channel && removeMessage(ts),
  toast: ({ level, text }) => toast(text, level),
  action_failed: failed,
  channels: () => loadState(),
  home: ({ view }) => showHome(view),
  hub: () => emit("hub"),
  clock({ now }) {
    setNow(now);
    emit("clock");
  },
  app({ connected }) {
    store.bot.connected = connected;
    emit("app");
  },
};

const OTHERS = {
  message: ({ channel, message }, user) => countUnread(user, channel, message),
  toast: ({ level, text }, user) => toast(`For ${userName(user)}: ${text}`, level),
};

/** `user` is the person whose stream it came on. */
export function handleEvent(user, event) {
  if (viewEvent(user, event)) return;
  const handlers = user === store.user ? MINE : OTHERS;
  own(handlers, event.type)?.(event, user);
  if (user === store.user) emit("activity");
}
