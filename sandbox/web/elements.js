/** Block Kit's interactive elements as controls: buttons, choices, menus, and what selects.js and inputs.js draw. */

import { h, icon, iconButton, uniqueId } from "./dom.js";
import { INPUTS } from "./inputs.js";
import { plain, renderText } from "./mrkdwn.js";
import { own } from "./own.js";
import { menuButton } from "./popup.js";
import { renderSelect } from "./selects.js";

const CHOICES = { checkboxes: "checkbox", radio_buttons: "radio" };

/** The control for `spec`, or null where it is of no known kind. `env` is `{block, ctx, aria, changed(value?)}`. */
export function renderElement(spec, env) {
  if (spec.type.endsWith("_select")) return renderSelect(spec, env);
  if (own(CHOICES, spec.type)) return renderChoices(spec, env);
  const kinds = { button: renderButton, overflow: renderOverflow, icon_button: renderIconButton, ...INPUTS };
  return own(kinds, spec.type)?.(spec, env) ?? null;
}

const STYLES = { primary: "is-primary", danger: "is-danger" };

function renderButton(spec, env) {
  const props = {
    class: `button ${own(STYLES, spec.style) ?? ""}`,
    "aria-label": spec.accessibility_label,
    dataset: { actionId: spec.action_id },
    onclick: (event) => (node.getAttribute("aria-disabled") === "true" ? event.preventDefault() : env.changed(null)),
  };
  const label = [
    h("span", { class: "spinner", "aria-hidden": "true" }),
    h("span", { class: "button-text" }, plain(spec.text.text)),
  ];
  const isLink = /^https?:\/\//.test(spec.url ?? "");
  const node = isLink
    ? h("a", { ...props, href: spec.url, target: "_blank", rel: "noopener noreferrer" }, label)
    : h("button", { ...props, type: "button" }, label);
  return { node, target: node, focus: () => node.focus(), setBusy: (busy) => setBusy(node, busy) };
}

/** Busy, and deaf to clicks, but still focused: `disabled` would throw the keyboard's place away. */
function setBusy(node, busy) {
  for (const name of ["aria-busy", "aria-disabled"]) {
    if (busy) node.setAttribute(name, "true");
    else node.removeAttribute(name);
  }
}

function renderIconButton(spec, env) {
  const node = iconButton("trash", spec.accessibility_label ?? plain(spec.text?.text), {
    class: "bordered",
    dataset: { actionId: spec.action_id },
    onclick: () => env.changed(null),
  });
  return { node, target: node, focus: () => node.focus(), setBusy: (busy) => setBusy(node, busy) };
}

function renderChoices(spec, env) {
  const name = uniqueId("choice");
  const type = CHOICES[spec.type];
  const initial = [spec.initial_options ?? spec.initial_option ?? []].flat().map((option) => option.value);
  const inputs = spec.options.map((option) =>
    choice(option, { type, name, checked: initial.includes(option.value), onchange: () => env.changed() }),
  );
  const role = type === "radio" ? "radiogroup" : "group";
  const { id, "data-action-id": actionId, ...aria } = env.aria;
  const node = h("div", { class: "choices", role, id, dataset: { actionId }, ...aria }, inputs);
  const boxes = [...node.querySelectorAll("input")];
  const values = () => boxes.filter((box) => box.checked).map((box) => box.value);
  return {
    node,
    target: node,
    read: () => (type === "radio" ? (values()[0] ?? null) : values()),
    write: (value) => boxes.forEach((box) => (box.checked = [value].flat().includes(box.value))),
    focus: () => (boxes.find((box) => box.checked) ?? boxes[0]).focus(),
    setBusy: (busy) => node.setAttribute("aria-busy", String(busy)),
  };
}

function choice(option, { type, name, checked, onchange }) {
  const id = uniqueId("option");
  const description = option.description ? h("small", { id: `${id}-more` }, renderText(option.description)) : null;
  const input = h("input", {
    type,
    name,
    id,
    value: option.value,
    checked,
    onchange,
    "aria-describedby": description ? `${id}-more` : null,
  });
  return h("label", { class: "choice" }, input, h("span", {}, h("span", {}, renderText(option.text)), description));
}

function renderOverflow(spec, env) {
  const trigger = iconButton("dots", spec.accessibility_label ?? "More", {
    class: "bordered",
    dataset: { actionId: spec.action_id },
  });
  const choose = (option) => {
    if (option.url) window.open(option.url, "_blank", "noopener,noreferrer");
    env.changed(option.value);
  };
  const items = () =>
    spec.options.map((option) => ({
      node: overflowText(option),
      testid: "option",
      data: { value: option.value },
      choose: () => choose(option),
    }));
  const node = menuButton(trigger, items, { label: "More", end: true });
  return { node, target: trigger, focus: () => trigger.focus(), setBusy: (busy) => setBusy(trigger, busy) };
}

const overflowText = (option) =>
  h(
    "span",
    { class: "option-text" },
    plain(option.text.text),
    option.description ? h("small", {}, plain(option.description.text)) : null,
  );

/** What stands where an element cannot be drawn. */
export const unsupported = (kind, type) =>
  h("p", { class: "unsupported" }, icon("info"), `Unsupported ${kind}: ${type}`);
