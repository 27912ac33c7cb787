/** Draws Block Kit blocks, and hangs their interactive elements on the surface's form. */

import { act } from "./actions.js";
import { heardNode, parted } from "./aloud.js";
import { h, icon, uniqueId } from "./dom.js";
import { renderElement, unsupported } from "./elements.js";
import { setError } from "./form.js";
import { renderMarkdown } from "./markdown.js";
import { renderChart, renderLayout, renderPlan, renderTask, renderVideo } from "./moreblocks.js";
import { linkNode, plain, renderText } from "./mrkdwn.js";
import { own } from "./own.js";
import { renderRichText } from "./richtext.js";
import { renderDataTable, renderTable } from "./tables.js";

const RENDERERS = {
  section: renderSection,
  header: renderHeader,
  context: renderContext,
  divider: () => h("hr", { class: "block-divider" }),
  actions: renderActions,
  input: renderInput,
  image: renderImage,
  markdown: (block) => renderMarkdown(block.text),
  rich_text: renderRichText,
  table: renderTable,
  data_table: renderDataTable,
  alert: renderAlert,
  card: renderCard,
  carousel: (block, ctx) =>
    h(
      "div",
      { class: "carousel", tabindex: "0", role: "group", "aria-label": "Cards" },
      block.elements.map((card) => renderCard(card, ctx)),
    ),
  container: renderContainer,
  context_actions: renderActions,
  file: (block) => h("p", { class: "file-chip" }, icon("file"), block.external_id ?? "File"),
  data_visualization: renderChart,
  plan: renderPlan,
  task_card: renderTask,
  video: renderVideo,
  layout: (block, ctx) => renderLayout(block, (child) => renderBlock(child, ctx)),
};

/** The blocks of a surface as they are heard: their words, and after each what can be pressed. */
export function renderAloud(blocks, ctx) {
  const parts = blocks.map(parted);
  return h(
    "div",
    { class: "blocks" },
    parts.map(({ words, controls }) => [
      words ? heardNode(renderBlock(words, ctx)) : null,
      controls.map((block) => renderBlock(block, ctx)),
    ]),
  );
}

/** What can be pressed in the blocks, alone. */
export const renderControls = (blocks, ctx) =>
  h(
    "div",
    { class: "blocks" },
    blocks.flatMap((block) => parted(block).controls).map((block) => renderBlock(block, ctx)),
  );

/** All blocks of a surface. `ctx` is `{user, form}`: who acts, and the Form that collects the controls. */
export function renderBlocks(blocks, ctx) {
  return h(
    "div",
    { class: "blocks" },
    blocks.map((block) => renderBlock(block, ctx)),
  );
}

function renderBlock(block, ctx) {
  const node = own(RENDERERS, block.type)?.(block, ctx) ?? unsupported("block", block.type);
  node.classList.add("block", `block-${block.type}`);
  if (block.block_id) node.dataset.blockId = block.block_id;
  return node;
}

/** Draws one element of `block` and adds it to the form; a click or a choice is sent at once. */
function mount(spec, block, ctx, aria = {}) {
  let field = null;
  const changed = (value) => act(ctx, field, value);
  const control = renderElement(spec, {
    block,
    ctx,
    changed,
    aria: { id: uniqueId("element"), "data-action-id": spec.action_id, ...aria },
  });
  if (control) field = ctx.form.add(block, spec, control);
  return field;
}

const mountedNode = (spec, block, ctx, aria) =>
  mount(spec, block, ctx, aria)?.control.node ?? unsupported("element", spec.type);

/** A name for a control that has no label of its own beside it. */
const nameFor = (spec) => ({
  "aria-label": plain(spec.placeholder?.text ?? spec.accessibility_label ?? spec.action_id ?? spec.type),
});

const isText = (element) => element.type === "mrkdwn" || element.type === "plain_text";

function renderSection(block, ctx) {
  const text = block.text ? h("div", { class: "section-text" }, renderText(block.text)) : null;
  const fields = block.fields
    ? h(
        "div",
        { class: "section-fields" },
        block.fields.map((field) => h("div", {}, renderText(field))),
      )
    : null;
  const accessory = block.accessory ? h("div", { class: "accessory" }, renderAccessory(block, ctx)) : null;
  return h("div", {}, h("div", { class: "section-body" }, text, fields), accessory);
}

const renderAccessory = (block, ctx) =>
  block.accessory.type === "image"
    ? picture(block.accessory, "thumbnail")
    : mountedNode(block.accessory, block, ctx, nameFor(block.accessory));

function renderHeader(block) {
  return h(`h${Math.min(6, (block.level ?? 1) + 2)}`, {}, plain(block.text.text));
}

function renderContext(block) {
  return h(
    "div",
    {},
    block.elements.map((element) =>
      isText(element) ? h("span", {}, renderText(element)) : picture(element, "context-image"),
    ),
  );
}

function renderActions(block, ctx) {
  return h(
    "div",
    { role: "group", "aria-label": "Actions" },
    block.elements.flatMap((spec) => actionNodes(spec, block, ctx)),
  );
}

function actionNodes(spec, block, ctx) {
  if (spec.type !== "feedback_buttons")
    return mountedNode(spec, block, ctx, spec.type === "button" ? {} : nameFor(spec));
  const button = (part) => ({ ...part, type: "button", action_id: spec.action_id });
  return [spec.positive_button, spec.negative_button].map((part) => mountedNode(button(part), block, ctx));
}

const GROUPS = new Set(["checkboxes", "radio_buttons"]);

function renderInput(block, ctx) {
  const [labelId, hintId, errorId] = ["label", "hint", "error"].map(uniqueId);
  const group = GROUPS.has(block.element.type);
  const hint = block.hint ? h("p", { class: "hint", id: hintId }, plain(block.hint.text)) : null;
  const error = h("p", { class: "field-error", id: errorId, hidden: true });
  const describedBy = [errorId, hint ? hintId : null].filter(Boolean).join(" ");
  const required = !block.optional && !group ? "true" : null;
  const aria = { "aria-labelledby": labelId, "aria-describedby": describedBy, "aria-required": required };
  const field = mount(block.element, block, ctx, aria);
  const optional = block.optional ? h("span", { class: "optional" }, " (optional)") : null;
  const label = h(
    group ? "div" : "label",
    { class: "label", id: labelId, for: group ? null : field?.control.target.id },
    plain(block.label.text),
    optional,
  );
  const root = h(
    "div",
    { class: "field" },
    label,
    field?.control.node ?? unsupported("element", block.element.type),
    error,
    hint,
  );
  if (field) field.parts = { root, error };
  if (field) ["input", "change"].forEach((kind) => root.addEventListener(kind, () => setError(field, null)));
  return root;
}

// Only the sandbox's own pictures are loaded: the page asks nobody outside for anything.
const isLocal = (url) => url.startsWith("data:image/") || URL.parse(url, location.href)?.origin === location.origin;

function picture(image, kind) {
  const url = image.image_url ?? image.slack_file?.url ?? "";
  if (url && isLocal(url)) return h("img", { class: kind, src: url, alt: image.alt_text ?? "", loading: "lazy" });
  return h(
    "span",
    { class: `${kind} picture-away`, role: "img", "aria-label": image.alt_text ?? "Picture", title: url || null },
    icon("image"),
    h("span", {}, image.alt_text ?? "Picture"),
  );
}

function renderImage(block) {
  return h("figure", {}, block.title ? h("figcaption", {}, plain(block.title.text)) : null, picture(block, "image"));
}

const LEVELS = { default: "info", info: "info", warning: "warning", error: "warning", success: "check" };

function renderAlert(block) {
  const props = { class: `is-${block.level ?? "default"}`, role: block.level === "error" ? "alert" : "note" };
  return h("div", props, icon(own(LEVELS, block.level) ?? "info"), h("div", {}, renderText(block.text)));
}

function renderCard(card, ctx) {
  const line = (object, tag, kind) => (object ? h(tag, { class: kind }, renderText(object)) : null);
  const buttons = (card.actions ?? []).map((spec) => mountedNode(spec, card, ctx));
  return h(
    "section",
    { class: "card" },
    card.hero_image ? picture(card.hero_image, "hero") : null,
    h(
      "div",
      { class: "card-head" },
      card.icon ? picture(card.icon, "card-icon") : card.slack_icon ? icon("box") : null,
      h("div", {}, line(card.title, "h4", "card-title"), line(card.subtitle, "p", "card-subtitle")),
    ),
    line(card.body, "div", "card-body"),
    line(card.subtext, "p", "card-subtext"),
    buttons.length ? h("div", { class: "block-actions" }, buttons) : null,
  );
}

function renderContainer(block, ctx) {
  const heading = [
    h("span", { class: "container-title" }, renderText(block.title)),
    block.subtitle ? h("span", { class: "container-subtitle" }, renderText(block.subtitle)) : null,
  ];
  const body = h(
    "div",
    { class: "container-body" },
    block.child_blocks.map((child) => renderBlock(child, ctx)),
  );
  const kind = `container width-${block.width ?? "standard"}${block.has_header_divider ? " has-line" : ""}`;
  if (!block.is_collapsible) return h("section", { class: kind }, h("header", {}, heading), body);
  return h(
    "details",
    { class: kind, open: !block.default_collapsed },
    h("summary", {}, icon("chevron"), h("span", {}, heading)),
    body,
  );
}

/** Legacy attachments: a coloured bar around blocks or text. */
export function renderAttachment(attachment, ctx) {
  const title = attachment.title
    ? h(
        "strong",
        {},
        attachment.title_link ? linkNode(attachment.title_link, plain(attachment.title)) : plain(attachment.title),
      )
    : null;
  const text = attachment.text ?? (attachment.blocks ? null : attachment.fallback);
  const node = h(
    "div",
    { class: "attachment" },
    title,
    text ? h("div", {}, renderText({ type: "mrkdwn", text })) : null,
    attachment.blocks ? renderBlocks(attachment.blocks, ctx) : null,
  );
  if (attachment.color)
    node.style.borderLeftColor = /^[0-9a-f]{3,6}$/i.test(attachment.color) ? `#${attachment.color}` : attachment.color;
  return node;
}
