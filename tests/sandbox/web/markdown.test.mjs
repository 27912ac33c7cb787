/** Standard Markdown as nodes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { html, words } from "./page.mjs";

const { renderMarkdown } = await import("../../../sandbox/web/markdown.js");

const shown = (text) => html(renderMarkdown(text)).replace(/^<div class="markdown">(.*)<\/div>$/s, "$1");

for (const [text, expected] of [
  ["a\nb\n\nc", "<p>a<br>b</p><p>c</p>"],
  ["# Title\ntext", "<h3>Title</h3><p>text</p>"],
  ["###### Deep", "<h6>Deep</h6>"],
  ["#no title", "<p>#no title</p>"],
  ["- a\n- b", '<ul class="rt-list"><li>a</li><li>b</li></ul>'],
  ["1. a\n2) b", '<ol class="rt-list"><li>a</li><li>b</li></ol>'],
  ["> a\n> - b", '<blockquote><div class="markdown"><p>a</p><ul class="rt-list"><li>b</li></ul></div></blockquote>'],
  ["---", "<hr>"],
  ["```js\n**x** <b>\n```", '<pre tabindex="0"><code>**x** &lt;b&gt;</code></pre>'],
  ["```\nnever closed", '<pre tabindex="0"><code>never closed</code></pre>'],
  ["**b** __b__ *i* _i_ ~~s~~ `c`", "<p><strong>b</strong> <strong>b</strong> <em>i</em> <em>i</em> <s>s</s> <code>c</code></p>"],
  ["snake_case_name", "<p>snake_case_name</p>"],
  ["**a *b* c**", "<p><strong>a <em>b</em> c</strong></p>"],
  ["", ""],
]) {
  test(`${JSON.stringify(text)} is drawn`, () => assert.equal(shown(text), expected));
}

test("a table has a head, and scrolls by itself", () => {
  const drawn = shown("| a | b |\n|---|:-:|\n| 1 | **2** |");
  assert.match(drawn, /<thead><tr><th scope="col">a<\/th><th scope="col">b<\/th><\/tr><\/thead>/);
  assert.match(drawn, /<tbody><tr><td>1<\/td><td><strong>2<\/strong><\/td><\/tr><\/tbody>/);
  assert.match(drawn, /^<div class="table-scroll" tabindex="0" role="region" aria-label="Table">/);
});

test("a table of nothing but a rule does not end the page", () => assert.equal(words(renderMarkdown("|---|\n\nafter")), "after"));

test("a link is one where it leads to the web", () => {
  assert.match(shown("[here](https://example.com)"), /<a href="https:\/\/example.com"[^>]*>here<\/a>/);
  assert.equal(shown("[here](javascript:alert(1))"), "<p>here)</p>");
});

for (const text of ["<script>alert(1)</script>", "# <img src=x onerror=y>", "| <b>a</b> |", "[<i>](https://x.example)"]) {
  test(`${JSON.stringify(text)} is text and no markup`, () => {
    assert.doesNotMatch(shown(text), /<(script|img|b|i)[ >]/);
    assert.ok(words(renderMarkdown(text)).includes("<"));
  });
}

test("quotes within quotes without end do not end the page", () => {
  const drawn = words(renderMarkdown(`${"> ".repeat(6000)}deep`));
  assert.ok(drawn.endsWith("deep"));
});

test("what is no text at all is nothing", () => {
  assert.equal(shown(null), "");
  assert.equal(shown(undefined), "");
});
