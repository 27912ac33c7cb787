/** Sends what somebody clicked or chose, after asking "are you sure?" where the element wants it. */

import { api } from "./api.js";
import { announce, h, uniqueId } from "./dom.js";
import { clearFailure } from "./form.js";
import { plain, renderText } from "./mrkdwn.js";
import { rehostToasts } from "./toasts.js";

/** `field` is an entry of the form; an input block keeps its value to itself unless it says `dispatch_action`. */
export async function act(ctx, field, value = field.control.read()) {
  const { block, spec, control, input } = field;
  if (input && !block.dispatch_action) return;
  if (spec.confirm && !(await askConfirmation(spec.confirm, spec.style))) {
    control.write?.(field.committed);
    control.focus();
    return;
  }
  field.committed = control.read?.();
  clearFailure(control.node);
  control.setBusy?.(true);
  const answer = await api.action(describe(ctx, field, value));
  control.setBusy?.(false);
  if (answer.ok === false)
    ctx.form.fail(block.block_id, spec.action_id, answer.error ?? "That did not work. Try again.");
}

function describe(ctx, { block, spec }, value) {
  const { form, user } = ctx;
  announce(spec.type === "button" ? "Working on it" : "");
  return {
    user,
    container: form.container,
    block_id: block.block_id,
    action_id: spec.action_id,
    value,
    state: { values: form.values() },
  };
}

/** Shows the confirmation and answers true when the person went on with it. */
function askConfirmation(confirm, style) {
  const titleId = uniqueId("confirm");
  const { promise, resolve } = Promise.withResolvers();
  const kind = (confirm.style ?? style) === "danger" ? "is-danger" : "is-primary";
  const dialog = h(
    "dialog",
    { class: "dialog confirm", "aria-labelledby": titleId, dataset: { testid: "confirm" } },
    h("h2", { id: titleId }, plain(confirm.title.text)),
    h("div", { class: "confirm-text" }, renderText(confirm.text)),
    h(
      "div",
      { class: "dialog-buttons" },
      h(
        "button",
        { type: "button", class: "button", dataset: { testid: "confirm-deny" }, onclick: () => dialog.close("no") },
        plain(confirm.deny?.text ?? "Cancel"),
      ),
      h(
        "button",
        {
          type: "button",
          class: `button ${kind}`,
          dataset: { testid: "confirm-yes" },
          onclick: () => dialog.close("yes"),
        },
        plain(confirm.confirm?.text ?? "OK"),
      ),
    ),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    rehostToasts();
    resolve(dialog.returnValue === "yes");
  });
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector("[data-testid='confirm-yes']").focus();
  return promise;
}
