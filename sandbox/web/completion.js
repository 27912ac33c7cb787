/** What the composer offers while somebody types: slash commands, people and groups, channels. */

import { avatar } from "./avatar.js";
import { h, icon } from "./dom.js";
import { channelTitle, displayName, store } from "./store.js";

const MANY = 8;

const startsWith = (text, query) =>
  text
    .toLowerCase()
    .split(/[\s._-]+/)
    .some((word) => word.startsWith(query)) || text.toLowerCase().startsWith(query);

/** The choices for the text before the caret: `{from, items: [{insert, node, exact}]}`, or null. */
export function completionsFor(before) {
  const command = /^\/(\S*)$/.exec(before);
  if (command) return { from: 0, items: commands(before.toLowerCase()) };
  const mention = /(?:^|[\s(])([@#])([\w.-]*)$/.exec(before);
  if (!mention) return null;
  const [, sign, word] = mention;
  const items = sign === "@" ? people(word.toLowerCase()) : channels(word.toLowerCase());
  return { from: before.length - word.length - 1, items: items.slice(0, MANY) };
}

/** The usage of the command that the text begins with, once it is typed in full. */
export function usageFor(text) {
  const [name] = text.split(/\s/, 1);
  return /^\/\S+\s/.test(text) ? store.commands.find(({ command }) => command === name) : null;
}

const commands = (typed) =>
  store.commands
    .filter(({ command }) => command.toLowerCase().startsWith(typed))
    .map((entry) => ({ insert: `${entry.command} `, exact: entry.command === typed, node: commandRow(entry) }));

const commandRow = ({ command, usage_hint: usage, description }) => [
  h("span", { class: "completion-icon" }, icon("bolt")),
  h(
    "span",
    { class: "option-text" },
    h("span", {}, h("strong", {}, command), " ", h("code", {}, usage ?? "")),
    h("small", {}, description ?? ""),
  ),
];

function people(query) {
  const users = store.users.filter(
    (user) => !user.deleted && (startsWith(displayName(user), query) || startsWith(user.name, query)),
  );
  const groups = store.usergroups.filter(({ handle, name }) => startsWith(handle, query) || startsWith(name, query));
  return [...users.map(personChoice), ...groups.map(groupChoice)];
}

const personChoice = (user) => ({
  insert: `@${user.name} `,
  node: [
    avatar(user, { size: "is-small" }),
    h(
      "span",
      { class: "option-text" },
      displayName(user),
      h("small", {}, `@${user.name}${user.title ? ` · ${user.title}` : ""}`),
    ),
  ],
});

const groupChoice = (group) => ({
  insert: `@${group.handle} `,
  node: [
    h("span", { class: "completion-icon" }, "@"),
    h("span", { class: "option-text" }, group.name, h("small", {}, `@${group.handle} · ${group.users.length} people`)),
  ],
});

const channels = (query) =>
  store.channels
    .filter(({ kind, name }) => kind !== "im" && name.startsWith(query))
    .map((channel) => ({
      insert: `#${channel.name} `,
      node: [
        h("span", { class: "completion-icon" }, icon("hash")),
        h("span", { class: "option-text" }, channelTitle(channel), h("small", {}, channel.topic ?? "")),
      ],
    }));
