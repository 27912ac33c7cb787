/** A section of acts, one form each: what somebody does in Docker Hub without the bot, or trouble with Slack. */

import { h, icon, replace, uniqueId } from "./dom.js";

/**
 * The section with every action; `draw(actions)` keeps what was typed and said where an action stays. `run(name, args)`
 * does one, and answers as the sandbox does. `testid` is also what remembers whether the section is open.
 */
export function createActs({ testid, title, subtitle, run }) {
  const remembered = `sandbox-${testid}`;
  const body = h("div", { class: "meanwhile-body" });
  const node = h(
    "details",
    { class: "meanwhile", open: sessionStorage.getItem(remembered) === "yes", dataset: { testid } },
    h(
      "summary",
      {},
      icon("bolt"),
      h(
        "span",
        { class: "option-text" },
        title,
        h("small", {}, subtitle),
      ),
      icon("chevron"),
    ),
    body,
  );
  node.addEventListener("toggle", () => sessionStorage.setItem(remembered, node.open ? "yes" : "no"));
  const forms = new Map();
  const draw = (actions) => {
    const nodes = actions.map((action) => formFor(forms, action, { run, testid }).node);
    if (nodes.length !== body.children.length || nodes.some((form, index) => body.children[index] !== form))
      replace(body, nodes);
  };
  return { node, draw };
}

/** An action's choices follow the organization: its form is drawn again when they change, the last result stays. */
function formFor(forms, action, panel) {
  const signature = JSON.stringify(action);
  const before = forms.get(action.name);
  if (before?.signature === signature) return before;
  const made = { signature, ...actionForm(action, before, panel) };
  if (before) before.node.replaceWith(made.node);
  forms.set(action.name, made);
  return made;
}

function actionForm(action, before, { run, testid }) {
  const fields = (action.args ?? []).map((arg) =>
    argument(arg, before?.fields.find(({ name }) => name === arg.name)?.typed()),
  );
  const result = before?.result ?? h("p", { class: "meanwhile-result", role: "status", hidden: true });
  const button = h(
    "button",
    { type: "submit", class: "button small", dataset: { testid: `${testid}-run`, action: action.name } },
    h("span", { class: "spinner", "aria-hidden": "true" }),
    action.title,
  );
  const submitted = (event) => {
    event.preventDefault();
    return act((args) => run(action.name, args), fields, button, result);
  };
  const node = h(
    "form",
    { class: "meanwhile-action", onsubmit: submitted, dataset: { action: action.name } },
    button,
    action.description ? h("p", {}, action.description) : null,
    fields.map((field) => field.node),
    result,
  );
  return { node, fields, result };
}

/** One input; `kept` is what somebody had changed it to in the form before. */
function argument({ name, label, default: initial, choices }, kept) {
  const id = uniqueId("argument");
  const control = choices?.length
    ? h(
        "select",
        { id, name, class: "text-input" },
        choices.map((choice) => h("option", { value: choice, selected: choice === initial }, choice)),
      )
    : h("input", { id, name, type: "text", class: "text-input", value: initial ?? "", autocomplete: "off" });
  const read = () =>
    typeof initial === "number" && control.value.trim() !== "" ? Number(control.value) : control.value;
  const unchanged = control.value;
  if (kept !== undefined && (!choices?.length || choices.includes(kept))) control.value = kept;
  const typed = () => (control.value === unchanged ? undefined : control.value);
  return { name, read, typed, node: h("div", { class: "argument" }, h("label", { for: id }, label ?? name), control) };
}

async function act(run, fields, button, result) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const answer = await run(Object.fromEntries(fields.map(({ name, read }) => [name, read()])));
  button.removeAttribute("aria-busy");
  const failed = answer.ok === false;
  result.hidden = false;
  result.className = `meanwhile-result ${failed ? "is-error" : "is-done"}`;
  replace(result, icon(failed ? "warning" : "check"), h("span", {}, failed ? answer.error : answer.text));
}
