/** What a screen reader says: the words of drawn nodes in their order, and what of a surface is left beside them. */

import { h } from "./dom.js";

const BREAKS = new Set(["BR", "DIV", "P", "LI", "TR", "BLOCKQUOTE", "PRE", "HEADER", "SECTION", "FIGCAPTION", "CAPTION"]);
const CELLS = new Set(["TD", "TH"]);

/** The words of a node: pictures by their names, lines as lines, cells of a row with a stop between them. */
export function heard(node) {
  const lines = said(node)
    .split("\n")
    .map((line) => line.replace(/[ \t]+/g, " ").trim());
  return lines.filter(Boolean).join("\n");
}

function said(node) {
  if (!node.tagName) return node.textContent ?? "";
  if (node.getAttribute("aria-hidden") === "true" || node.hidden) return "";
  if (node.getAttribute("role") === "img") return node.getAttribute("aria-label") ?? "";
  if (node.tagName === "IMG") return node.getAttribute("alt") ?? "";
  const inner = [...node.childNodes].map(said).join("");
  if (CELLS.has(node.tagName)) return `${inner}; `;
  return BREAKS.has(node.tagName) || /^H\d$/.test(node.tagName) ? `\n${inner}\n` : inner;
}

/** A paragraph of what is heard; nothing where nothing is. */
export function heardNode(nodes) {
  const text = heard(h("div", {}, nodes));
  return text ? h("p", { class: "aloud" }, text) : null;
}

const interactive = ({ type }) => type !== "image";

/** The block without what can be pressed, and the blocks with nothing else. */
export function parted(block) {
  const inside = block.child_blocks ?? (block.type === "carousel" ? block.elements : null);
  if (inside) {
    const parts = inside.map(parted);
    const key = block.child_blocks ? "child_blocks" : "elements";
    return {
      words: { ...block, [key]: parts.map(({ words }) => words).filter(Boolean) },
      controls: parts.flatMap(({ controls }) => controls),
    };
  }
  if (["actions", "context_actions", "input"].includes(block.type)) return { words: null, controls: [block] };
  const { accessory, actions, ...words } = block;
  const elements = actions ?? (accessory && interactive(accessory) ? [accessory] : []);
  if (accessory && !interactive(accessory)) words.accessory = accessory;
  if (!elements.length) return { words, controls: [] };
  return { words, controls: [{ type: "actions", block_id: block.block_id, elements }] };
}
