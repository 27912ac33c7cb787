/** Modal views: one stack for each person, the topmost shown in a dialog. */

import { api } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { announce, focusable, h, icon, iconButton, uniqueId } from "./dom.js";
import { Form } from "./form.js";
import { plain } from "./mrkdwn.js";
import { own } from "./own.js";
import { on, store } from "./store.js";
import { rehostToasts } from "./toasts.js";

const stacks = new Map();
let shown = null;

const stackOf = (user) => {
  if (!stacks.has(user)) stacks.set(user, []);
  return stacks.get(user);
};

/** Takes a stream event about views; answers false for any other event. */
export function viewEvent(user, event) {
  const stack = stackOf(user);
  const handlers = {
    view_open: () => {
      stack.splice(0);
      stack.push(newPane(user, event.view));
    },
    view_push: () => stack.push(newPane(user, event.view)),
    view_update: () => updatePane(user, event.view),
    view_close: () => drop(user, event.view_id),
    view_clear: () => stack.splice(0),
  };
  const handler = own(handlers, event.type);
  if (!handler) return false;
  handler();
  if (user === store.user) show();
  return true;
}

/** Forget a view and whatever lies on it. */
function drop(user, viewId) {
  const stack = stackOf(user);
  const at = stack.findIndex((pane) => pane.view.id === viewId);
  if (at >= 0) stack.splice(at);
}

/** The form of an open view, for a failed action to be marked on. */
export const formOfView = (user, viewId) => stackOf(user).find((pane) => pane.view.id === viewId)?.form;

function newPane(user, view, before = null) {
  const form = new Form({ type: "view", view_id: view.id }, before?.form.snapshot());
  const pane = { user, view, form, titleId: uniqueId("modal-title") };
  pane.banner = h("div", { class: "modal-banner", role: "alert", hidden: true });
  pane.body = h(
    "div",
    { class: "modal-body", tabindex: "-1" },
    pane.banner,
    renderBlocks(view.blocks ?? [], { user, form }),
  );
  pane.submit = view.submit ? submitButton(view) : null;
  pane.node = h(
    "form",
    {
      class: "modal-form",
      novalidate: true,
      onsubmit: (event) => submit(event, pane),
      onkeydown: (event) => submitFromTextarea(event, pane),
    },
    modalHead(pane),
    pane.body,
    modalFoot(pane),
  );
  return pane;
}

const submitButton = (view) =>
  h(
    "button",
    { type: "submit", class: "button is-primary", dataset: { testid: "modal-submit" } },
    h("span", { class: "spinner", "aria-hidden": "true" }),
    plain(view.submit.text),
  );

function modalHead(pane) {
  const stacked = stackOf(pane.user).length > 0 && stackOf(pane.user)[0].view.id !== pane.view.id;
  const back = stacked
    ? iconButton("back", "Back", { onclick: () => close(pane), dataset: { testid: "modal-back" } })
    : null;
  const cross = iconButton("close", "Close", {
    onclick: () => close(pane, { all: true }),
    dataset: { testid: "modal-x" },
  });
  return h("header", { class: "modal-head" }, back, h("h2", { id: pane.titleId }, plain(pane.view.title?.text)), cross);
}

function modalFoot(pane) {
  const text = pane.view.close ? plain(pane.view.close.text) : pane.submit ? "Cancel" : "Close";
  const closer = h(
    "button",
    { type: "button", class: "button", dataset: { testid: "modal-close" }, onclick: () => close(pane) },
    text,
  );
  return h("footer", { class: "modal-foot" }, closer, pane.submit);
}

/** The new version of a view keeps what was typed where block_id and action_id are the same. */
function updatePane(user, view) {
  const stack = stackOf(user);
  const at = stack.findIndex((pane) => pane.view.id === view.id);
  if (at < 0) return;
  const before = stack[at];
  const place = focusPlace(before);
  const pane = newPane(user, view, before);
  stack[at] = pane;
  if (shown !== before) return;
  const scroll = before.body.scrollTop;
  before.node.replaceWith(pane.node);
  shown = pane;
  dialog().setAttribute("aria-labelledby", pane.titleId);
  pane.body.scrollTop = scroll;
  restoreFocus(pane, place);
  announce(`${plain(view.title?.text)} was updated`);
}

function focusPlace(pane) {
  const field = pane.form.focused();
  return field
    ? { block: field.block.block_id, action: field.spec.action_id, at: document.activeElement.selectionStart }
    : null;
}

function restoreFocus(pane, place) {
  const field = place && pane.form.find(place.block, place.action);
  if (!field) return focusFirst(pane);
  field.control.focus();
  const target = document.activeElement;
  if (["text", "textarea"].includes(target.type) && typeof place.at === "number")
    target.setSelectionRange(place.at, place.at);
  return undefined;
}

function focusFirst(pane) {
  const wanted = pane.form.fields.find(({ spec }) => spec.focus_on_load) ?? pane.form.fields.find(({ input }) => input);
  if (wanted) wanted.control.focus();
  else (pane.submit ?? pane.body).focus();
}

const dialog = () => document.getElementById("modal");

/** Brings the dialog in line with the current person's stack. */
export function show() {
  const top = stackOf(store.user).at(-1) ?? null;
  if (top === shown && dialog().open === Boolean(top)) return;
  shown = top;
  dialog().replaceChildren(...(top ? [top.node] : []));
  if (!top) return void hide();
  dialog().setAttribute("aria-labelledby", top.titleId);
  if (!dialog().open) opener = document.activeElement;
  if (!dialog().open) dialog().showModal();
  rehostToasts();
  focusFirst(top);
}

let opener = null;

function hide() {
  if (dialog().open) dialog().close();
  rehostToasts();
  const back = opener?.isConnected && opener !== document.body ? opener : document.getElementById("composer-input");
  back?.focus();
}

/** Close the topmost view, or all of them, and tell the server. */
async function close(pane, { all = false } = {}) {
  const stack = stackOf(pane.user);
  if (all) stack.splice(0);
  else drop(pane.user, pane.view.id);
  show();
  await api.close(pane.user, pane.view.id, all);
}

function submitFromTextarea(event, pane) {
  if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) pane.node.requestSubmit();
}

async function submit(event, pane) {
  event.preventDefault();
  if (!pane.submit || pane.submit.getAttribute("aria-busy") === "true") return;
  setBanner(pane, null);
  const problems = pane.form.problems();
  pane.form.showErrors(problems);
  if (Object.keys(problems).length) return;
  const place = focusPlace(pane);
  setBusy(pane, true);
  const answer = await api.submit(pane.user, pane.view.id, pane.form.values());
  setBusy(pane, false);
  if (place && shown === pane) restoreFocus(pane, place);
  if (answer.ok === false) showRefusal(pane, answer);
}

function showRefusal(pane, { errors, error }) {
  const current = stackOf(pane.user).find(({ view }) => view.id === pane.view.id) ?? pane;
  if (errors && current.form.showErrors(errors)) return;
  const text = error ?? Object.values(errors ?? {}).join(" ");
  setBanner(current, text || "That did not work. Try again.");
}

function setBanner(pane, text) {
  pane.banner.hidden = !text;
  pane.banner.replaceChildren(...(text ? [icon("warning"), text] : []));
  if (text) pane.body.scrollTop = 0;
}

function setBusy(pane, busy) {
  pane.node.classList.toggle("is-busy", busy);
  pane.body.inert = busy;
  if (busy) pane.submit.focus();
  for (const name of ["aria-busy", "aria-disabled"]) {
    if (busy) pane.submit.setAttribute(name, "true");
    else pane.submit.removeAttribute(name);
  }
}

/** Tab stays inside; Escape closes the topmost view. */
function keepInside(event) {
  if (event.key === "Escape" && shown && !event.defaultPrevented) {
    event.preventDefault();
    return void close(shown);
  }
  if (event.key !== "Tab") return;
  const items = focusable(dialog());
  const edge = event.shiftKey ? items[0] : items.at(-1);
  if (document.activeElement !== edge && dialog().contains(document.activeElement)) return;
  event.preventDefault();
  (event.shiftKey ? items.at(-1) : items[0])?.focus();
}

export function startModals() {
  dialog().addEventListener("keydown", keepInside);
  dialog().addEventListener("cancel", (event) => {
    if (event.target !== dialog()) return;
    event.preventDefault();
    if (shown) close(shown);
  });
  dialog().addEventListener("close", () => shown && close(shown));
  on("identity", show);
}
