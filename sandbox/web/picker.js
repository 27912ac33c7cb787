/** A searchable select, for one or several values: the combobox behind every kind of select menu. */

import { debounce, h, icon, uniqueId } from "./dom.js";
import { hidePopup, showPopup } from "./popup.js";

/**
 * An option is `{key, text, description?, raw?}`. `load(query)` answers `[{label?, options}]`, or throws an Error whose
 * message is shown in the list.
 */
export class Picker {
  constructor({
    multi = false,
    load,
    minQuery = 0,
    wait = 0,
    max = Infinity,
    clearable = false,
    placeholder = "",
    aria = {},
    onChange,
  }) {
    Object.assign(this, { multi, load, minQuery, max, clearable, placeholder, onChange });
    this.selected = [];
    this.shown = [];
    this.active = -1;
    this.isOpen = false;
    this.asked = 0;
    this.search = wait ? debounce((query) => this.fetch(query), wait) : (query) => this.fetch(query);
    this.build(aria);
  }

  build(aria) {
    this.list = h("div", {
      class: "listbox",
      role: "listbox",
      id: uniqueId("list"),
      popover: "manual",
      tabindex: "-1",
      "aria-multiselectable": this.multi ? "true" : null,
      "aria-label": "Choices",
    });
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.input = this.buildInput(aria);
    this.chips = h("ul", { class: "chips", "aria-label": "Chosen" });
    this.clearButton = h(
      "button",
      { type: "button", class: "picker-clear", "aria-label": "Clear the choice", onclick: () => this.clear() },
      icon("close"),
    );
    this.node = h(
      "div",
      { class: `picker${this.multi ? " is-multi" : ""}` },
      this.multi ? this.chips : null,
      this.input,
      this.clearButton,
      icon("chevron"),
      this.list,
    );
    this.node.addEventListener("mousedown", (event) => this.pressedFrame(event));
    this.drawSelected();
  }

  buildInput(aria) {
    return h("input", {
      type: "text",
      class: "picker-input",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: this.placeholder,
      "aria-expanded": "false",
      "aria-controls": this.list.id,
      "aria-autocomplete": "list",
      ...aria,
      onclick: () => this.open(),
      oninput: () => this.typed(),
      onkeydown: (event) => this.pressed(event),
      onblur: () => this.close(),
    });
  }

  pressedFrame(event) {
    if (event.target !== this.node && !event.target.closest(".icon-chevron")) return;
    event.preventDefault();
    this.input.focus();
    if (this.isOpen) this.close();
    else this.open();
  }

  /** Replace the choice without telling anybody. */
  choose(options) {
    this.selected = options;
    this.drawSelected();
  }

  open() {
    if (this.isOpen || this.input.getAttribute("aria-disabled") === "true") return;
    this.isOpen = true;
    this.input.setAttribute("aria-expanded", "true");
    if (!this.multi) this.input.select();
    this.ask("");
  }

  close() {
    this.isOpen = false;
    this.asked += 1;
    this.search.cancel?.();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    hidePopup(this.list);
    this.list.replaceChildren();
    this.shown = [];
    this.drawSelected();
  }

  typed() {
    this.isOpen = true;
    this.input.setAttribute("aria-expanded", "true");
    this.ask(this.input.value.trim());
  }

  ask(query) {
    if (query.length < this.minQuery)
      return this.say(`Type at least ${this.minQuery} ${this.minQuery === 1 ? "character" : "characters"}`);
    if (!this.shown.length || this.search.cancel) this.say("Loading…");
    this.search(query);
  }

  async fetch(query) {
    const ticket = (this.asked += 1);
    try {
      const groups = await this.load(query);
      if (ticket === this.asked && this.isOpen) this.draw(groups);
    } catch (problem) {
      if (ticket === this.asked && this.isOpen) this.say(problem.message, "is-error");
    }
  }

  say(text, kind = "") {
    this.shown = [];
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(h("p", { class: `listbox-note ${kind}`, role: "status" }, text));
    this.show();
  }

  show() {
    showPopup(this.list, this.node, { matchWidth: true });
  }

  draw(groups) {
    this.shown = groups.flatMap((group) => group.options);
    if (!this.shown.length) return this.say("No results");
    this.list.replaceChildren(...groups.filter((group) => group.options.length).map((group) => this.drawGroup(group)));
    const chosen = this.shown.findIndex((option) => this.has(option));
    this.activate(Math.max(0, this.multi ? 0 : chosen));
    return this.show();
  }

  drawGroup({ label, options }) {
    const id = uniqueId("group");
    const title = label ? h("div", { class: "listbox-group", id }, label) : null;
    return h(
      "div",
      { role: label ? "group" : "presentation", "aria-labelledby": label ? id : null },
      title,
      options.map((option) => this.drawOption(option)),
    );
  }

  drawOption(option) {
    const blocked = this.multi && this.selected.length >= this.max && !this.has(option);
    const props = {
      role: "option",
      id: uniqueId("option"),
      class: "option",
      "aria-selected": String(this.has(option)),
      "aria-disabled": blocked ? "true" : null,
      dataset: { value: option.key, testid: "option" },
      onclick: () => this.pick(option),
    };
    option.node = h(
      "div",
      props,
      h("span", { class: "option-text" }, option.text, option.description ? h("small", {}, option.description) : null),
      icon("check"),
    );
    return option.node;
  }

  has(option) {
    return this.selected.some(({ key }) => key === option.key);
  }

  activate(index) {
    this.shown[this.active]?.node.classList.remove("is-active");
    this.active = (index + this.shown.length) % this.shown.length;
    const { node } = this.shown[this.active];
    node.classList.add("is-active");
    node.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", node.id);
  }

  pick(option) {
    if (this.multi) return this.toggle(option);
    const changed = !this.has(option);
    this.selected = [option];
    this.close();
    if (changed) this.onChange();
  }

  toggle(option) {
    if (!this.has(option) && this.selected.length >= this.max) return;
    this.selected = this.has(option)
      ? this.selected.filter(({ key }) => key !== option.key)
      : [...this.selected, option];
    this.close();
    this.onChange();
  }

  clear() {
    this.choose([]);
    this.input.focus();
    this.onChange();
  }

  pressed(event) {
    const keys = {
      ArrowDown: () => this.step(1),
      ArrowUp: () => this.step(-1),
      Enter: () => (this.isOpen ? this.shown[this.active] && this.pick(this.shown[this.active]) : this.open()),
      Escape: () => this.close(),
      Backspace: () => this.toggle(this.selected.at(-1)),
    };
    if (event.key === "Escape" && !this.isOpen) return;
    if (event.key === "Backspace" && !(this.multi && this.selected.length && !this.input.value)) return;
    if (!(event.key in keys) || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  }

  step(by) {
    if (!this.isOpen) this.open();
    else if (this.shown.length) this.activate(this.active + by);
  }

  drawSelected() {
    this.input.value = this.multi ? "" : (this.selected[0]?.text ?? "");
    this.input.placeholder = this.selected.length && this.multi ? "" : this.placeholder;
    this.clearButton.hidden = this.multi || !this.clearable || !this.selected.length;
    this.chips.replaceChildren(...this.selected.map((option) => this.chip(option)));
    this.chips.hidden = !this.selected.length;
  }

  chip(option) {
    const remove = () => {
      this.toggle(option);
      this.input.focus();
    };
    return h(
      "li",
      { class: "chip", dataset: { value: option.key } },
      option.text,
      h("button", { type: "button", "aria-label": `Remove ${option.text}`, onclick: remove }, icon("close")),
    );
  }

  setBusy(busy) {
    this.node.classList.toggle("is-busy", busy);
    this.input.toggleAttribute("readonly", busy);
    if (busy) this.input.setAttribute("aria-disabled", "true");
    else this.input.removeAttribute("aria-disabled");
  }
}
