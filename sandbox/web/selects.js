/** Every select menu of Block Kit, as a picker that is told where its options come from. */

import { api } from "./api.js";
import { plain } from "./mrkdwn.js";
import { own } from "./own.js";
import { Picker } from "./picker.js";
import { channelById, channelTitle, displayName, store, userById } from "./store.js";

const DEBOUNCE = 250;
const DEFAULT_MIN_QUERY = 3;

const fromSpec = (option) => ({
  key: option.value,
  text: plain(option.text.text),
  description: option.description && plain(option.description.text),
  raw: option,
});

const fromUser = (user) => ({
  key: user.id,
  text: displayName(user),
  description: [`@${user.name}`, user.title].filter(Boolean).join(" · "),
  raw: user.id,
});

const fromChannel = (channel) => ({
  key: channel.id,
  text: channel.kind === "im" ? channelTitle(channel) : `#${channel.name}`,
  raw: channel.id,
});

function matches(option, query) {
  const text = `${option.text} ${option.description ?? ""}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

const filtered = (groups, query) =>
  groups.map((group) => ({ ...group, options: group.options.filter((option) => matches(option, query)) }));

const groupsOf = ({ options, option_groups: groups }) =>
  groups
    ? groups.map((group) => ({ label: plain(group.label?.text), options: group.options.map(fromSpec) }))
    : [{ options: (options ?? []).map(fromSpec) }];

function people(query) {
  const users = store.users.filter((user) => !user.deleted);
  return filtered([{ options: users.map(fromUser) }], query);
}

function conversations(spec, query) {
  const include =
    spec.filter?.include ?? (spec.type.includes("channels") ? ["public", "private"] : ["public", "private", "im"]);
  const kind = (channel) => (channel.kind === "im" ? "im" : channel.is_private ? "private" : "public");
  const shown = store.channels.filter((channel) => include.includes(kind(channel)));
  return filtered([{ options: shown.map(fromChannel) }], query);
}

async function askApp(spec, env, query) {
  const { block, ctx } = env;
  const body = {
    user: ctx.user,
    container: ctx.form.container,
    block_id: block.block_id,
    action_id: spec.action_id,
    value: query,
    state: { values: ctx.form.values() },
  };
  const answer = await api.options(body);
  if (answer.error) throw new Error(answer.error);
  return groupsOf(answer);
}

const SOURCES = {
  static: {
    load: (spec) => async (query) => filtered(groupsOf(spec), query),
    initial: (spec) => list(spec.initial_option ?? spec.initial_options).map(fromSpec),
    restore: (spec, value) =>
      groupsOf(spec)
        .flatMap((group) => group.options)
        .find((option) => option.key === value),
    read: (option) => option.key,
  },
  external: {
    load: (spec, env) => (query) => askApp(spec, env, query),
    initial: (spec) => list(spec.initial_option ?? spec.initial_options).map(fromSpec),
    restore: (_, value) => fromSpec(value),
    read: ({ raw }) => ({ text: raw.text, value: raw.value }),
  },
  users: {
    load: () => async (query) => people(query),
    initial: (spec) => list(spec.initial_user ?? spec.initial_users).map(knownUser),
    restore: (_, value) => knownUser(value),
    read: (option) => option.key,
  },
  conversations: {
    load: (spec) => async (query) => conversations(spec, query),
    initial: (spec) =>
      list(
        spec.initial_conversation ?? spec.initial_conversations ?? spec.initial_channel ?? spec.initial_channels,
      ).map(knownChannel),
    restore: (_, value) => knownChannel(value),
    read: (option) => option.key,
  },
};
SOURCES.channels = SOURCES.conversations;

const list = (value) => (value === null || value === undefined ? [] : [value].flat());

const knownUser = (id) => (userById(id) ? fromUser(userById(id)) : { key: id, text: id, raw: id });

const knownChannel = (id) => (channelById(id) ? fromChannel(channelById(id)) : { key: id, text: id, raw: id });

/** The control of a `*_select` or `multi_*_select` element; null where it is of no known kind. */
export function renderSelect(spec, env) {
  const multi = spec.type.startsWith("multi_");
  const kind = spec.type.replace(/^multi_|_select$/g, "");
  const source = own(SOURCES, kind);
  if (!source) return null;
  const picker = new Picker({
    multi,
    load: source.load(spec, env),
    minQuery: kind === "external" ? (spec.min_query_length ?? DEFAULT_MIN_QUERY) : 0,
    wait: kind === "external" ? DEBOUNCE : 0,
    max: spec.max_selected_items,
    clearable: env.block.type === "input" && env.block.optional,
    placeholder: plain(spec.placeholder?.text ?? (multi ? "Select options" : "Select an option")),
    aria: env.aria,
    onChange() {
      picker.input.dispatchEvent(new Event("change", { bubbles: true }));
      env.changed();
    },
  });
  picker.choose(source.initial(spec));
  const read = () =>
    multi ? picker.selected.map(source.read) : picker.selected[0] ? source.read(picker.selected[0]) : null;
  const write = (value) =>
    picker.choose(
      list(value)
        .map((item) => source.restore(spec, item))
        .filter(Boolean),
    );
  return {
    node: picker.node,
    target: picker.input,
    read,
    write,
    focus: () => picker.input.focus(),
    setBusy: (busy) => picker.setBusy(busy),
  };
}
