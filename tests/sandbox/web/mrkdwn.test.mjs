/** Slack's mrkdwn as nodes. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { html, words } from "./page.mjs";

const { plain, renderMrkdwn, renderText } = await import("../../../sandbox/web/mrkdwn.js");
const { store } = await import("../../../sandbox/web/store.js");

const shown = (text) => html(renderMrkdwn(text));

beforeEach(() => {
  store.user = "U0ANN";
  store.me = { id: "U0ANN", tz: "Europe/Zurich" };
  store.users = [
    { id: "U0ANN", name: "ann", real_name: "Ann Berg" },
    { id: "U0OMAR", name: "omar", real_name: "Omar <b>Haddad</b>" },
  ];
  store.channels = [{ id: "C0GENERAL", name: "general", kind: "channel" }];
  store.usergroups = [{ id: "S0LEADS", handle: "platform-leads", name: "Platform leads", users: ["U0ANN"] }];
});

for (const [text, expected] of [
  ["*bold* _italic_ ~gone~ `code`", "<strong>bold</strong> <em>italic</em> <s>gone</s> <code>code</code>"],
  ["*a _b_ c*", "<strong>a <em>b</em> c</strong>"],
  ["snake_case_name and 2*3*4", "snake_case_name and 2*3*4"],
  ["* not bold *", "* not bold *"],
  ["*unclosed", "*unclosed"],
  ["`*no bold*`", "<code>*no bold*</code>"],
  ["&gt; quoted\nnot", "<blockquote>quoted</blockquote>not"],
  ["&gt; one\n&gt; two", "<blockquote>one<br>two</blockquote>"],
  ["a\nb", "a<br>b"],
  ["&lt;b&gt; &amp;amp;", "&lt;b&gt; &amp;amp;"],
  ["```\nx = *1*\n```", '<pre tabindex="0"><code>x = *1*</code></pre>'],
  ["before\n```a```\nafter", 'before<pre tabindex="0"><code>a</code></pre>after'],
  ["```<https://a.example|shown>```", '<pre tabindex="0"><code>shown</code></pre>'],
  ["", ""],
]) {
  test(`${JSON.stringify(text)} is drawn`, () => assert.equal(shown(text), expected));
}

test("a link leads where it says, and to a page of its own", () =>
  assert.equal(
    shown("<https://example.com/?a=1&amp;b=2|here>"),
    '<a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">here</a>',
  ));

test("a bare address is a link without the full stop behind it", () => {
  assert.match(shown("See https://example.com/x."), /href="https:\/\/example\.com\/x"/);
  assert.ok(shown("See https://example.com/x.").endsWith("</a>."));
});

test("a mail address is shown without its scheme", () =>
  assert.equal(words(renderMrkdwn("<mailto:a@example.com>")), "a@example.com"));

for (const target of ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "file:///etc/passwd", " https://x"]) {
  test(`${target} never becomes a link`, () => assert.doesNotMatch(shown(`<${target}|press me>`), /<a /));
}

for (const text of [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "<https://example.com/\"onmouseover=\"alert(1)|x>",
  "<@U0ANN|<script>alert(1)</script>>",
  "<!subteam^S0X|<img src=x>>",
  "<!date^1^{date}^javascript:alert(1)|x>",
]) {
  test(`${JSON.stringify(text)} is text and no markup`, () => {
    const drawn = shown(text);
    assert.doesNotMatch(drawn, /<(script|img)/);
    assert.doesNotMatch(drawn, /<[^>]* on\w+="/);
    assert.doesNotMatch(drawn, /href="javascript/);
  });
}

test("a person is named, and the reader is marked", () => {
  assert.equal(shown("<@U0ANN>"), '<span class="mention is-me" data-user-id="U0ANN">@Ann Berg</span>');
  assert.equal(
    shown("<@U0OMAR>"),
    '<span class="mention" data-user-id="U0OMAR">@Omar &lt;b&gt;Haddad&lt;/b&gt;</span>',
  );
});

test("somebody whom nobody knows is shown by the label, else by the id", () => {
  assert.equal(words(renderMrkdwn("<@U0GONE|gone> <@U0GONE>")), "@gone @U0GONE");
});

test("channels, groups and broadcasts are named", () => {
  assert.equal(
    words(renderMrkdwn("<#C0GENERAL> <#C0X|other> <!subteam^S0LEADS> <!here> <!channel>")),
    "#general #other @platform-leads @here @channel",
  );
});

test("a channel that one is in is a way there", () =>
  assert.match(shown("<#C0GENERAL>"), /href="\?user=U0ANN&amp;channel=C0GENERAL"/));

test("a moment is said in the reader's zone", () =>
  assert.equal(words(renderMrkdwn("<!date^1767225600^{date_num} {time}|then>")), "2026-01-01 01:00"));

for (const token of ["{nothing}", "{constructor}", "{__proto__}", "{toString}", "{date} {hasOwnProperty}"]) {
  test(`the fallback stands where ${token} is no date token`, () =>
    assert.equal(words(renderMrkdwn(`<!date^1767225600^${token}|the fallback>`)), "the fallback"));
}

for (const seconds of ["soon", "", "1e99", "9999999999999999", "-9999999999999999"]) {
  test(`the fallback stands where ${JSON.stringify(seconds)} is no moment`, () =>
    assert.equal(words(renderMrkdwn(`<!date^${seconds}^{date}|the fallback>`)), "the fallback"));
}

test("emoji are drawn with their name, and unknown ones stay as they are", () => {
  assert.match(shown(":tada:"), /^<span role="img" aria-label="tada" title=":tada:" class="emoji">🎉<\/span>$/);
  assert.equal(shown(":nothing_like_it:"), ":nothing_like_it:");
});

for (const name of ["constructor", "__proto__", "valueof", "toString"]) {
  test(`:${name}: is no emoji`, () => {
    assert.equal(words(renderMrkdwn(`a :${name}: b`)), `a :${name}: b`);
    assert.equal(plain(`:${name}:`), `:${name}:`);
  });
}

test("plain text knows entities and emoji, and no markup", () => {
  assert.equal(plain("&lt;b&gt; *x* :tada:"), "<b> *x* 🎉");
  assert.equal(plain(null), "");
  assert.equal(plain(7), "7");
});

test("a text object is drawn by its type", () => {
  assert.equal(html(renderText({ type: "mrkdwn", text: "*x*" })), "<strong>x</strong>");
  assert.equal(html(renderText({ type: "plain_text", text: "*x*" })), "*x*");
});

test("a thousand unclosed marks take no time to speak of", () => {
  const before = performance.now();
  renderMrkdwn("*a ".repeat(3000));
  assert.ok(performance.now() - before < 5000);
});
