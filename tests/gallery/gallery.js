/** Draws every exhibit as the workspace's page does, with what a screen reader says of it beside. */

import { heard } from "../../sandbox/web/aloud.js";
import { renderAttachment, renderBlocks } from "../../sandbox/web/blocks.js";
import { h } from "../../sandbox/web/dom.js";
import { Form } from "../../sandbox/web/form.js";
import { plain, renderMrkdwn } from "../../sandbox/web/mrkdwn.js";
import { store } from "../../sandbox/web/store.js";

const { state, exhibits } = await (await fetch("/exhibits.json")).json();
Object.assign(store, { ...state, user: state.me.id, aloud: false });

const SIDES = { form: "Form", home: "Home", answer: "Only for who asked" };

function drawn(body) {
  const form = new Form({ type: "gallery" });
  const ctx = { user: store.user, form };
  const blocks = body.blocks?.length
    ? [renderBlocks(body.blocks, ctx)]
    : [h("div", { class: "message-text" }, renderMrkdwn(body.text ?? ""))];
  return [...blocks, ...(body.attachments ?? []).map((one) => renderAttachment(one, ctx))];
}

function exhibit({ surface, title, text, body }, at) {
  const submit = body.submit ? h("p", {}, h("span", { class: "button is-primary" }, plain(body.submit.text))) : null;
  const name = `exhibit-${at}`;
  return h(
    "article",
    { class: "exhibit", "aria-labelledby": name, dataset: { surface } },
    h("h3", { id: name }, h("span", { class: "tag" }, SIDES[surface] ?? surface.replaceAll("_", " ")), " ", heard(h("span", {}, renderMrkdwn(title))).slice(0, 100)),
    h("div", { class: "sides" }, h("div", { class: "shown message" }, h("div", {}, drawn(body), submit)), h("p", { class: "aloud" }, heard(h("div", {}, renderMrkdwn(text))))),
  );
}

const stories = Map.groupBy(exhibits, ({ story }) => story);
let count = 0;
document.getElementById("gallery").append(
  ...[...stories].map(([story, shown]) =>
    h("section", {}, h("h2", {}, story), ...shown.map((one) => exhibit(one, (count += 1)))),
  ),
);
document.body.dataset.drawn = String(count);
