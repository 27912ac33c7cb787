/** A page for tests without a browser: as much of the DOM as the sandbox's scripts ask for, and text as HTML to compare. */

const VOID = new Set(["br", "hr", "img", "input"]);
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const dashed = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

class Text {
  constructor(text) {
    this.textContent = String(text);
  }

  get outerHTML() {
    return escaped(this.textContent);
  }
}

/** Attributes under `data-`, as `node.dataset`. */
const datasetOf = (node) =>
  new Proxy(
    {},
    {
      get: (_, key) => node.getAttribute(`data-${dashed(key)}`) ?? undefined,
      set: (_, key, value) => (node.setAttribute(`data-${dashed(key)}`, value), true),
    },
  );

class ClassList {
  constructor(node) {
    this.node = node;
  }

  get names() {
    return (this.node.getAttribute("class") ?? "").split(/\s+/).filter(Boolean);
  }

  contains(name) {
    return this.names.includes(name);
  }

  toggle(name, wanted = !this.contains(name)) {
    const others = this.names.filter((each) => each !== name);
    this.node.setAttribute("class", (wanted ? [...others, name] : others).join(" "));
  }

  add(name) {
    this.toggle(name, true);
  }

  remove(name) {
    this.toggle(name, false);
  }
}

class Node extends EventTarget {
  constructor(tag) {
    super();
    this.tagName = tag.toUpperCase();
    this.childNodes = [];
    this.attributes = new Map();
    this.parentElement = null;
    this.classList = new ClassList(this);
    this.dataset = datasetOf(this);
    this.style = {};
    this.value = "";
  }

  setAttribute(name, value) {
    this.attributes.set(name, String(value));
    if (name === "value") this.value = String(value);
  }

  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }

  hasAttribute(name) {
    return this.attributes.has(name);
  }

  removeAttribute(name) {
    this.attributes.delete(name);
  }

  toggleAttribute(name, wanted = !this.hasAttribute(name)) {
    if (wanted) this.setAttribute(name, "");
    else this.removeAttribute(name);
  }

  get children() {
    return this.childNodes.filter((child) => child instanceof Node);
  }

  get disabled() {
    return this.hasAttribute("disabled");
  }

  get hidden() {
    return this.hasAttribute("hidden");
  }

  set hidden(value) {
    this.toggleAttribute("hidden", Boolean(value));
  }

  get id() {
    return this.getAttribute("id") ?? "";
  }

  get isConnected() {
    return this === document.body || Boolean(this.parentElement?.isConnected);
  }

  get textContent() {
    return this.childNodes.map((child) => child.textContent).join("");
  }

  set textContent(text) {
    this.replaceChildren(...(text ? [text] : []));
  }

  get outerHTML() {
    const name = this.tagName.toLowerCase();
    const written = [...this.attributes].map(([key, value]) => ` ${key}="${escaped(value).replaceAll('"', "&quot;")}"`);
    const inner = this.childNodes.map((child) => child.outerHTML).join("");
    return `<${name}${written.join("")}>${VOID.has(name) ? "" : `${inner}</${name}>`}`;
  }

  adopt(children) {
    const nodes = children.map((child) => (child instanceof Node ? child : new Text(child)));
    for (const node of nodes.filter((each) => each instanceof Node)) {
      node.remove();
      node.parentElement = this;
    }
    return nodes;
  }

  append(...children) {
    this.childNodes.push(...this.adopt(children));
  }

  insertBefore(child, before) {
    const [node] = this.adopt([child]);
    const at = this.childNodes.indexOf(before);
    this.childNodes.splice(at < 0 ? this.childNodes.length : at, 0, node);
  }

  replaceChildren(...children) {
    for (const child of this.children) child.parentElement = null;
    this.childNodes = [];
    this.append(...children);
  }

  remove() {
    const siblings = this.parentElement?.childNodes;
    if (siblings) siblings.splice(siblings.indexOf(this), 1);
    this.parentElement = null;
  }

  after(...children) {
    const siblings = this.parentElement.childNodes;
    siblings.splice(siblings.indexOf(this) + 1, 0, ...this.parentElement.adopt(children));
  }

  get nextElementSibling() {
    const siblings = this.parentElement?.children ?? [];
    return siblings[siblings.indexOf(this) + 1] ?? null;
  }

  contains(other) {
    return other === this || this.children.some((child) => child.contains(other));
  }

  /** By tag, `.class`, `#id` or `[attribute=value]`, one of them. */
  matches(selector) {
    if (selector === ":popover-open") return Boolean(this.isPopoverOpen);
    const [, id, kind, key, value] = /^#([\w-]+)$|^\.([\w-]+)$|^\[([\w-]+)='?([^\]']*)'?\]$/.exec(selector) ?? [];
    if (id) return this.id === id;
    if (kind) return this.classList.contains(kind);
    return key ? this.getAttribute(key) === value : this.tagName === selector.toUpperCase();
  }

  querySelectorAll(selector) {
    return this.children.flatMap((child) => [...(child.matches(selector) ? [child] : []), ...child.querySelectorAll(selector)]);
  }

  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }

  closest(selector) {
    return this.matches(selector) ? this : (this.parentElement?.closest(selector) ?? null);
  }

  dispatchEvent(event) {
    const done = super.dispatchEvent(event);
    if (event.bubbles) this.parentElement?.dispatchEvent(new Event(event.type, { bubbles: true }));
    return done;
  }

  click() {
    this.dispatchEvent(new Event("click", { bubbles: true }));
  }

  focus() {
    document.activeElement = this;
  }

  select() {}

  scrollIntoView() {}

  showPopover() {
    this.isPopoverOpen = true;
  }

  hidePopover() {
    this.isPopoverOpen = false;
  }

  getBoundingClientRect() {
    return { top: 0, left: 0, right: 100, bottom: 20, width: 100, height: 20 };
  }
}

const named = new Map();

function elementNamed(id) {
  if (!named.has(id)) {
    const node = new Node("div");
    node.setAttribute("id", id);
    document.body.append(node);
    named.set(id, node);
  }
  return named.get(id);
}

const body = new Node("body");
globalThis.document = {
  body,
  activeElement: body,
  hidden: false,
  title: "",
  createElement: (tag) => new Node(tag),
  createElementNS: (_, tag) => new Node(tag),
  getElementById: elementNamed,
  querySelectorAll: (selector) => (selector === "dialog[open]" ? [] : body.querySelectorAll(selector)),
};

const kept = new Map();
globalThis.sessionStorage = {
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => kept.set(key, String(value)),
};
globalThis.location = new URL("http://127.0.0.1:8765/?user=U0ANN");
globalThis.history = { pushState() {}, replaceState() {} };
globalThis.innerWidth = 1440;
globalThis.innerHeight = 900;
globalThis.addEventListener = () => {};
globalThis.matchMedia = () => ({ matches: false, addEventListener() {} });
// A notice that leaves after twelve seconds keeps no test process waiting for it: whoever waits still can.
for (const name of ["setTimeout", "setInterval"]) {
  const start = globalThis[name];
  globalThis[name] = (...given) => start(...given).unref();
}
// What the browsers have, and the older of node's versions have not.
URL.parse ??= (url, base) => {
  try {
    return new URL(url, base);
  } catch {
    return null;
  }
};
// eslint-disable-next-line no-extend-native
Array.prototype.toSorted ??= function (compare) {
  return [...this].sort(compare);
};

/** What nodes and texts say as HTML, without the icons' drawings. */
export const html = (...nodes) =>
  nodes
    .flat(Infinity)
    .map((node) => (node instanceof Node ? node.outerHTML : escaped(String(node))))
    .join("")
    .replace(/<svg.*?<\/svg>/g, "");

/** What a reader reads of them. */
export const words = (...nodes) =>
  nodes
    .flat(Infinity)
    .map((node) => (node instanceof Node ? node.textContent : String(node)))
    .join("");

/** A key press on a node. */
export const press = (node, key) =>
  node.dispatchEvent(Object.assign(new Event("keydown", { cancelable: true }), { key, isComposing: false }));
