/** Draws the pages of the Docker Hub panel from its snapshot; each page is a list of `{key, node}`. */

import { avatar } from "./avatar.js";
import { ago, dateTime } from "./dates.js";
import { h, icon } from "./dom.js";
import { displayName, now, store } from "./store.js";

const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

const tag = (text, kind = "") => h("span", { class: `tag ${kind}` }, text);

const seconds = (moment) => (typeof moment === "number" ? moment : Date.parse(moment) / 1000);

function when(moment) {
  const at = seconds(moment);
  if (!Number.isFinite(at)) return null;
  return h("time", { datetime: new Date(at * 1000).toISOString(), title: dateTime(at) }, ago(at));
}

const row = (key, ...children) => ({ key, node: h("li", { class: "hub-row" }, children) });

const lines = (title, ...notes) =>
  h(
    "div",
    { class: "hub-lines" },
    h("div", { class: "hub-title" }, title),
    notes.filter(Boolean).map((note) => h("div", { class: "hub-note" }, note)),
  );

const face = (name) => store.users.find((user) => displayName(user) === name) ?? { id: name, name };

const member = ({ username, name, email, role }) =>
  row(
    username,
    avatar(face(name || username), { size: "is-small" }),
    lines(name || username, h("span", {}, username, email ? ` · ${email}` : "")),
    tag(role, role === "owner" ? "is-strong" : ""),
  );

const invite = ({ id, invitee, team, role, inviter, created_at: created }) =>
  row(
    `${id}`,
    lines(
      invitee,
      h("span", {}, [role && `as ${role}`, team && `to ${team}`, inviter && `by ${inviter}`].filter(Boolean).join(" ")),
      when(created),
    ),
    tag("pending"),
  );

const team = ({ name, description, members }) =>
  row(
    name,
    lines(
      name,
      description,
      members.length
        ? h(
            "span",
            { class: "hub-members" },
            members.map((one) => tag(one)),
          )
        : "Nobody yet",
    ),
    h("span", { class: "hub-count" }, count(members.length, "member")),
  );

function repository(repo) {
  const access = repo.teams.map(({ team: name, permission }) => tag(`${name}: ${permission}`));
  const rules = repo.immutable?.enabled
    ? h("span", {}, icon("lock"), ` Immutable tags: ${(repo.immutable.rules ?? []).join(", ") || "all"}`)
    : null;
  const title = h("span", {}, repo.name, " ", repo.private ? tag("private", "is-strong") : tag("public"));
  return row(
    repo.name,
    h(
      "div",
      { class: "hub-lines" },
      h("div", { class: "hub-title" }, title),
      repo.description ? h("div", { class: "hub-note" }, repo.description) : null,
      rules ? h("div", { class: "hub-note" }, rules) : null,
      access.length ? h("div", { class: "hub-note hub-members" }, access) : null,
      tags(repo.tags),
    ),
  );
}

function tags(all) {
  if (!all.length) return h("div", { class: "hub-note" }, "No tags");
  const line = (one) =>
    h(
      "li",
      {},
      h("code", {}, one.name),
      one.immutable
        ? h("span", { title: "Immutable" }, icon("lock"), h("span", { class: "visually-hidden" }, "immutable"))
        : null,
      h("span", { class: "digest", title: one.digest }, (one.digest ?? "").replace("sha256:", "").slice(0, 12)),
      when(one.last_updated),
    );
  return h(
    "details",
    { class: "hub-tags" },
    h("summary", {}, icon("chevron"), count(all.length, "tag")),
    h("ul", {}, all.map(line)),
  );
}

const logEntry = ({ timestamp, action, name, actor, description }) =>
  row(
    `${timestamp}/${action}/${name}`,
    lines(
      h("span", {}, h("code", {}, action), ` ${name ?? ""}`),
      description,
      h("span", {}, actor ? `${actor} · ` : "", when(timestamp)),
    ),
  );

function rateLimit({ family, limit, remaining, reset }) {
  const share = limit ? remaining / limit : 0;
  const meter = h("meter", {
    min: 0,
    max: limit || 1,
    low: (limit || 1) * 0.2,
    optimum: limit || 1,
    value: remaining,
    "aria-label": `${family}: ${remaining} of ${limit} left`,
  });
  const left = seconds(reset) - now();
  const note =
    Number.isFinite(left) && left > 0
      ? `starts again in ${left < 90 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`}`
      : "not running";
  return row(
    family,
    h(
      "div",
      { class: "hub-lines" },
      h("div", { class: "hub-title" }, family),
      meter,
      h("div", { class: "hub-note" }, `${remaining} of ${limit} left, ${note}`),
    ),
    share < 0.2 ? tag("low", "is-danger") : null,
  );
}

const repositories = (hub) => {
  const rows = hub.repositories.map(repository);
  const more = (hub.repository_count ?? rows.length) - rows.length;
  return more > 0
    ? [
        ...rows,
        row("more", h("div", { class: "hub-note" }, `and ${count(more, "more repository", "more repositories")}`)),
      ]
    : rows;
};

const keyed = (rows) =>
  rows.map((entry, index) => ({
    ...entry,
    key: `${entry.key}#${rows.slice(index + 1).filter(({ key }) => key === entry.key).length}`,
  }));

/** `quiet`: rows that come or change without being news. */
export const PAGES = [
  {
    id: "people",
    title: "People",
    data: (hub) => hub.members,
    rows: (hub) => hub.members.map(member),
    empty: "Nobody is in the organization.",
  },
  {
    id: "invites",
    title: "Invites",
    data: (hub) => hub.invites,
    rows: (hub) => hub.invites.map(invite),
    empty: "No invites are waiting.",
  },
  {
    id: "teams",
    title: "Teams",
    data: (hub) => hub.teams,
    rows: (hub) => hub.teams.map(team),
    empty: "There are no teams.",
  },
  {
    id: "repositories",
    title: "Repositories",
    data: (hub) => hub.repositories,
    rows: repositories,
    empty: "There are no repositories.",
  },
  {
    id: "log",
    title: "Log",
    data: (hub) => hub.log,
    rows: (hub) => keyed(hub.log.map(logEntry)),
    empty: "Nothing has happened yet.",
  },
  {
    id: "limits",
    title: "Rate limits",
    data: (hub) => hub.rate_limits,
    rows: (hub) => hub.rate_limits.map(rateLimit),
    empty: "Nothing has been asked of Docker Hub yet.",
    quiet: true,
  },
];
