/** The controls of one message, modal or Home tab: their values, their errors and what was typed before a redraw. */

import { h, icon } from "./dom.js";

/**
 * A control is `{node, target, read(), write(value), problem?(), focus(), setBusy?(busy)}`: `target` carries the ARIA
 * states, `read` answers the element value of the browser API, null or [] when empty.
 */
export class Form {
  /** `container` is the browser API's; `kept` are the values of the form this one replaces. */
  constructor(container, kept = {}) {
    this.container = container;
    this.kept = kept;
    this.fields = [];
  }

  add(block, spec, control) {
    const field = { block, spec, control, input: block.type === "input", parts: null };
    this.fields.push(field);
    const before = this.kept[block.block_id]?.[spec.action_id];
    if (before && before.type === spec.type) control.write?.(before.value);
    field.committed = control.read?.();
    return field;
  }

  find(blockId, actionId) {
    return this.fields.find(
      ({ block, spec }) => block.block_id === blockId && (!actionId || spec.action_id === actionId),
    );
  }

  /** The field that has the keyboard, if one has. */
  focused() {
    return this.fields.find(({ control }) => control.node.contains(document.activeElement));
  }

  /** `{block_id: {action_id: value}}` of everything that holds a value. */
  values() {
    return this.collect((field) => field.control.read());
  }

  /** The same with the elements' types, to be handed to the form that replaces this one. */
  snapshot() {
    return this.collect((field) => ({ type: field.spec.type, value: field.control.read() }));
  }

  collect(read) {
    const values = {};
    for (const field of this.fields) {
      if (!field.control.read || !field.spec.action_id) continue;
      values[field.block.block_id] = { ...values[field.block.block_id], [field.spec.action_id]: read(field) };
    }
    return values;
  }

  /** `{block_id: text}` of what Slack's own client would not let through. */
  problems() {
    const found = {};
    for (const { block, control, input } of this.fields) {
      const problem = input ? inputProblem(block, control) : null;
      if (problem) found[block.block_id] ??= problem;
    }
    return found;
  }

  /** Puts each error beside its field, takes the others away, and focuses the first; false when a block is not here. */
  showErrors(errors) {
    const wrong = this.fields.filter((field) => field.parts && setError(field, errors[field.block.block_id]));
    wrong[0]?.control.focus();
    return wrong.length > 0;
  }

  /** A warning triangle beside the element whose action failed. */
  fail(blockId, actionId, text) {
    const field = this.find(blockId, actionId);
    if (!field) return false;
    clearFailure(field.control.node);
    const note = h(
      "span",
      { class: "action-failed", role: "alert", title: text },
      icon("warning"),
      h("span", {}, text),
    );
    field.control.node.after(note);
    return true;
  }
}

export function clearFailure(node) {
  if (node.nextElementSibling?.classList.contains("action-failed")) node.nextElementSibling.remove();
}

const isEmpty = (value) =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);

function inputProblem(block, control) {
  const problem = control.problem?.() ?? null;
  return problem || !isEmpty(control.read()) || block.optional ? problem : "Please fill in this field.";
}

/** Beside the field, or away again with null; answers whether there is one. */
export function setError({ parts, control }, text) {
  parts.error.replaceChildren(...(text ? [icon("warning"), text] : []));
  parts.error.hidden = !text;
  parts.root.classList.toggle("has-error", Boolean(text));
  if (text) control.target.setAttribute("aria-invalid", "true");
  else control.target.removeAttribute("aria-invalid");
  return Boolean(text);
}
