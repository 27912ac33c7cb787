/** Talks to the sandbox's server: every call of the browser API, and the stream of events. */

const GONE = "The sandbox does not answer. Is it still running?";

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    return { ok: false, error: GONE };
  }
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  return {
    ...body,
    ok: false,
    status: response.status,
    error: body.error ?? `The sandbox answered ${response.status}.`,
  };
}

const get = (path, query = {}) => request(`${path}?${new URLSearchParams(query)}`);

const post = (path, body) =>
  request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const api = {
  state: (user, loaded) => get("/browser/state", { user, ...(loaded ? { loaded } : {}) }),
  history: (user, channel) => get("/browser/history", { user, channel }),
  message: (user, channel, text, thread = {}) => post("/browser/message", { user, channel, text, ...thread }),
  edit: (body) => post("/browser/message/edit", body),
  remove: (body) => post("/browser/message/delete", body),
  react: (body) => post("/browser/reaction", body),
  action: (body) => post("/browser/action", body),
  submit: (user, view_id, values) => post("/browser/view/submit", { user, view_id, values }),
  close: (user, view_id, all) => post("/browser/view/close", { user, view_id, all }),
  options: (body) => post("/browser/options", body),
  shortcut: (user, callback_id) => post("/browser/shortcut", { user, callback_id }),
  home: (user) => post("/browser/home", { user }),
  hub: () => get("/browser/hub"),
  hubAct: (name, args) => post("/browser/hub/act", { name, args }),
  clock: (advance) => post("/browser/clock", { advance }),
  troubles: () => get("/browser/faults"),
  orderTrouble: (name, args) => post("/browser/faults", { name, args }),
  messageShortcut: (user, channel, ts, callback_id) =>
    post("/browser/message/shortcut", { user, channel, ts, callback_id }),
  inspector: () => get("/browser/inspector"),
};

/** Keeps one person's stream open for ever; `onReturn` runs when it is back after a break. */
export function openStream(user, { onEvent, onStatus, onReturn }) {
  const stream = { user, failures: 0, wasOpen: false };
  const connect = () => {
    const address = new URL(`/browser/stream?user=${encodeURIComponent(user)}`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    socket.onopen = () => {
      if (stream.wasOpen) onReturn(user);
      Object.assign(stream, { failures: 0, wasOpen: true });
      onStatus(user, true);
    };
    socket.onmessage = (frame) => onEvent(user, JSON.parse(frame.data));
    socket.onclose = () => {
      onStatus(user, false);
      stream.failures += 1;
      setTimeout(connect, Math.min(5000, 400 * 2 ** stream.failures));
    };
  };
  connect();
}
