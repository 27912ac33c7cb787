/** The elements one types or picks into: text, e-mail, address, number, date, time, file. */

import { fromLocal, toLocal } from "./dates.js";
import { debounce, h, icon, replace } from "./dom.js";
import { plain } from "./mrkdwn.js";

const TYPING_PAUSE = 400;

const length = (text) => [...text].length;

function control(node, target, rest) {
  const setBusy = (busy) => {
    target.toggleAttribute("readonly", busy);
    target.setAttribute("aria-busy", String(busy));
  };
  return {
    node,
    target,
    setBusy,
    focus: () => target.focus(),
    read: () => target.value || null,
    write: (value) => (target.value = value ?? ""),
    ...rest,
  };
}

/** `on_enter_pressed` or `on_character_entered`, where the block asks for it. */
function dispatchOnTyping(target, spec, env) {
  if (!env.block.dispatch_action) return;
  const triggers = spec.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  if (triggers.includes("on_character_entered")) target.addEventListener("input", debounce(env.changed, TYPING_PAUSE));
  if (!triggers.includes("on_enter_pressed")) return;
  target.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    env.changed();
  });
}

function renderTyped(spec, env, { tag = "input", attributes = {}, problem }) {
  const target = h(tag, {
    class: "text-input",
    placeholder: plain(spec.placeholder?.text ?? ""),
    ...attributes,
    ...env.aria,
  });
  target.value = spec.initial_value ?? "";
  dispatchOnTyping(target, spec, env);
  const count = spec.max_length ? counter(target, spec.max_length) : null;
  const made = control(h("div", { class: "typed" }, target, count), target, { problem: () => problem(target) });
  if (!count) return made;
  const write = (value) => {
    target.value = value ?? "";
    count.update();
  };
  return { ...made, write };
}

/** Shown once four fifths of the allowed length are used. */
function counter(target, max) {
  const node = h("span", { class: "counter", "aria-live": "polite" });
  node.update = () => {
    const left = max - length(target.value);
    node.textContent = left <= max / 5 ? String(left) : "";
    node.classList.toggle("is-over", left < 0);
  };
  target.addEventListener("input", node.update);
  node.update();
  return node;
}

function textProblem(spec) {
  return ({ value }) => {
    if (spec.max_length && length(value) > spec.max_length)
      return `Use at most ${spec.max_length} characters; these are ${length(value)}.`;
    return value && spec.min_length && length(value) < spec.min_length
      ? `Use at least ${spec.min_length} characters.`
      : null;
  };
}

function renderText(spec, env) {
  const many = { tag: "textarea", attributes: { rows: 4 } };
  return renderTyped(spec, env, {
    ...(spec.multiline ? many : { attributes: { type: "text", autocomplete: "off" } }),
    problem: textProblem(spec),
  });
}

const typeProblem = (text) => (target) => (target.value && target.validity.typeMismatch ? text : null);

const renderEmail = (spec, env) =>
  renderTyped(spec, env, {
    attributes: { type: "email", autocomplete: "off" },
    problem: typeProblem("Write an e-mail address, like name@example.com."),
  });

const renderUrl = (spec, env) =>
  renderTyped(spec, env, {
    attributes: { type: "url", autocomplete: "off" },
    problem: typeProblem("Write a whole address, beginning with https://."),
  });

function numberProblem(spec) {
  return ({ value }) => {
    if (!value) return null;
    if (!/^-?\d+(\.\d+)?$/.test(value.trim())) return "Write a number.";
    if (!spec.is_decimal_allowed && value.includes(".")) return "Write a whole number.";
    if (spec.min_value !== undefined && Number(value) < Number(spec.min_value)) return `Use ${spec.min_value} or more.`;
    return spec.max_value !== undefined && Number(value) > Number(spec.max_value)
      ? `Use ${spec.max_value} or less.`
      : null;
  };
}

const renderNumber = (spec, env) =>
  renderTyped(spec, env, {
    attributes: { type: "text", inputmode: spec.is_decimal_allowed ? "decimal" : "numeric" },
    problem: numberProblem(spec),
  });

function renderMoment(spec, env, { type, initial, read = (value) => value, show = (value) => value }) {
  const target = h("input", { type, class: "text-input moment", onchange: env.changed, ...env.aria });
  target.value = initial === undefined || initial === null ? "" : show(initial);
  const write = (value) => (target.value = value === null ? "" : show(value));
  return control(target, target, { read: () => (target.value ? read(target.value) : null), write });
}

const renderDate = (spec, env) => renderMoment(spec, env, { type: "date", initial: spec.initial_date });
const renderTime = (spec, env) => renderMoment(spec, env, { type: "time", initial: spec.initial_time });
const renderDateTime = (spec, env) =>
  renderMoment(spec, env, { type: "datetime-local", initial: spec.initial_date_time, read: fromLocal, show: toLocal });

/** The bytes of a file as base64. */
function readFile(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve({ name: file.name, content: reader.result.slice(reader.result.indexOf(",") + 1) });
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

function renderFile(spec, env) {
  const chosen = { files: [] };
  const accept = spec.filetypes?.map((kind) => `.${kind}`).join(",");
  const names = h("ul", { class: "file-names" });
  const draw = () =>
    replace(
      names,
      chosen.files.map((file) => h("li", {}, icon("file"), file.name)),
    );
  const target = h("input", {
    type: "file",
    class: "file-input",
    multiple: (spec.max_files ?? 10) > 1,
    accept,
    ...env.aria,
  });
  target.addEventListener("change", async () => {
    chosen.files = await Promise.all([...target.files].map(readFile));
    draw();
    env.changed();
  });
  const write = (files) => {
    chosen.files = files ?? [];
    draw();
  };
  const problem = () =>
    chosen.files.length > (spec.max_files ?? 10) ? `Choose at most ${spec.max_files ?? 10} files.` : null;
  return control(h("div", { class: "typed" }, target, names), target, { read: () => chosen.files, write, problem });
}

export const INPUTS = {
  plain_text_input: renderText,
  email_text_input: renderEmail,
  url_text_input: renderUrl,
  number_input: renderNumber,
  datepicker: renderDate,
  timepicker: renderTime,
  datetimepicker: renderDateTime,
  file_input: renderFile,
};
