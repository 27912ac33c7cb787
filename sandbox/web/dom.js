/** Builds DOM nodes without ever parsing text as HTML. */

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  hash: "M6 2.5 4.5 13.5M11.5 2.5 10 13.5M2.5 5.8h11M2 10.2h11",
  menu: "M2 4h12M2 8h12M2 12h12",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  chevron: "M4 6.2 8 10l4-3.8",
  back: "M9.5 3.5 5 8l4.5 4.5",
  send: "M2.5 13.5 14 8 2.5 2.5 4.2 8zM4.2 8H9",
  bolt: "M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  warning: "M8 2 14.5 13.5h-13zM8 6.5v3.2M8 11.6v.4",
  info: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 7.2v4M8 4.8v.4",
  check: "M3 8.5 6.5 12 13 4.5",
  dots: "M3 8h.01M8 8h.01M13 8h.01",
  box: "M8 1.8 13.8 5v6L8 14.2 2.2 11V5zM2.2 5 8 8.2 13.8 5M8 8.2v6",
  wrench: "M10.5 2.2a3.5 3.5 0 0 0-4 4.7L2.2 11.2v2.6h2.6l4.3-4.3a3.5 3.5 0 0 0 4.7-4L11.5 7.5 9 6.8 8.5 4.5z",
  lock: "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
  reply: "M6.5 4 2.5 8l4 4M2.5 8h7a4 4 0 0 1 4 4v1",
  file: "M4 1.8h5l3 3v9.4H4zM9 1.8v3h3",
  image: "M2 3h12v10H2zM2 11l3.5-3.5L9 11l2-2 3 2.5M10.5 6.2h.01",
  trash: "M3 4.5h10M6 4.5v-2h4v2M4.5 4.5l.6 9h5.8l.6-9",
  ear: "M4.5 6.5a3.5 3.5 0 1 1 7 0c0 2.6-2.3 2.9-2.3 5a1.9 1.9 0 0 1-3.5 1M6.4 6.7a1.6 1.6 0 1 1 3.1.4c-.2.8-1 1-1 1.9",
  up: "M8 13V3.5M4 7.2 8 3.2l4 4",
  down: "M8 3v9.5M4 8.8l4 4 4-4",
};

/** A node: `on…` functions become listeners, `dataset` data attributes, false and null are left out. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(node, name, value);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function setProp(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === "function") node.addEventListener(name.slice(2), value);
  else if (name === "dataset") setData(node, value);
  else if (name === "value") node.value = value;
  else node.setAttribute(name === "className" ? "class" : name, value === true ? "" : String(value));
}

function setData(node, data) {
  for (const [key, value] of Object.entries(data)) {
    if (value !== null && value !== undefined) node.dataset[key] = value;
  }
}

/** A decorative icon: hidden from screen readers, in the colour of the text around it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const attributes = { viewBox: "0 0 16 16", class: `icon icon-${name}`, "aria-hidden": "true", focusable: "false" };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A button that shows an icon only, with its name for everybody who cannot see it. */
export function iconButton(name, label, props = {}) {
  const { class: extra = "", ...rest } = props;
  return h(
    "button",
    { type: "button", class: `icon-button ${extra}`, "aria-label": label, title: label, ...rest },
    icon(name),
  );
}

export function replace(node, ...children) {
  node.replaceChildren(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
}

let counter = 0;

/** An id nobody else on the page has. */
export function uniqueId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

const FOCUSABLE = "a[href],summary,[tabindex='0'],:is(button,input,textarea,select):not([disabled])";

/** Everything inside `node` that Tab reaches, in order. */
export function focusable(node) {
  return [...node.querySelectorAll(FOCUSABLE)].filter((item) => item.tabIndex >= 0 && item.checkVisibility());
}

const announcer = () => document.getElementById("announcer");

/** Says `text` to a screen reader without moving the focus. */
export function announce(text) {
  announcer().textContent = "";
  setTimeout(() => (announcer().textContent = text), 50);
}

/** Runs `task` once, `wait` milliseconds after the last call. */
export function debounce(task, wait) {
  let timer;
  const later = (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => task(...args), wait);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}
