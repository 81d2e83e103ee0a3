import "./browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { render } from "preact-render-to-string";
import { pieces } from "../src/markdown/highlight.ts";
import { Markdown } from "../src/markdown/Markdown.tsx";
import { payloads } from "./payloads.ts";

const shown = (text: string) => render(<Markdown text={text} />).replace(/^<div class="prose">(.*)<\/div>$/s, "$1");

/** What an answer may be made of. Anything else is a fault. */
const ALLOWED: Record<string, string[]> = {
  div: ["class", "tabindex", "role"], p: [], br: [], hr: [], h2: [], h3: [], h4: [], h5: [], h6: [], blockquote: [], ul: [], ol: ["start"], li: [],
  em: [], strong: [], del: [], code: [], span: ["class", "role"], table: [], thead: [], tbody: [], tr: [], th: ["scope", "class"], td: ["class"],
  a: ["href", "target", "rel"], figure: ["class"], figcaption: [], pre: ["tabindex", "role", "aria-label"],
  button: ["type", "class", "aria-label", "title"], svg: ["class", "viewbox", "aria-hidden", "focusable"], path: ["d"],
};

function check(html: string, from: string): void {
  // What the renderer wrote is well-formed: a "<" in a text would be "&lt;".
  for (const [, tag, attributes] of html.matchAll(/<\/?([^\s>/]+)((?:"[^"]*"|[^>"])*)>/g)) {
    const allowed = ALLOWED[tag!.toLowerCase()];
    assert.ok(allowed, `<${tag}> from ${JSON.stringify(from)}`);
    for (const [, name, value] of attributes!.matchAll(/([^\s="/]+)(?:="([^"]*)")?/g)) {
      assert.ok(allowed.includes(name!.toLowerCase()), `${tag} ${name} from ${JSON.stringify(from)}`);
      if (name === "href") assert.match(value!, /^(https?:\/\/|mailto:)/, from);
    }
    if (tag === "a" && attributes) assert.match(attributes, /target="_blank" rel="noopener noreferrer nofollow"/);
  }
}

test("nothing hostile becomes an element or an attribute that could run or load anything", () => {
  const all = payloads("http://127.0.0.1:9");
  assert.ok(all.length >= 500, String(all.length));
  for (const text of all) {
    check(shown(text), text);
    // Also inside of everything that has an inside.
    for (const around of [`> ${text}`, `- ${text}`, `**${text}**`, `| a |\n|---|\n| ${text} |`, `# ${text}`, `[${text}](https://a.example)`, `[a](${text})`, `\`${text}\``]) {
      check(shown(around), around);
    }
  }
});

test("every beginning of a hostile text is as harmless", () => {
  for (const text of payloads("http://127.0.0.1:9").slice(0, 120)) {
    for (let end = 1; end < text.length; end++) check(shown(text.slice(0, end)), text.slice(0, end));
  }
});

test("paragraphs, breaks and emphasis", () => {
  assert.equal(shown("один\nдва\n\nтри"), "<p>один<br/>два</p><p>три</p>");
  assert.equal(shown("**жирно** и *курсив*, ***оба***, ~~нет~~, `код <b>`"),
    "<p><strong>жирно</strong> и <em>курсив</em>, <em><strong>оба</strong></em>, <del>нет</del>, <code>код &lt;b></code></p>");
  assert.equal(shown("snake_case_name и 2 * 3 * 4"), "<p>snake_case_name и 2 * 3 * 4</p>");
  assert.equal(shown("**«Война и мир»**, *«Идиот»*"), "<p><strong>«Война и мир»</strong>, <em>«Идиот»</em></p>");
  assert.equal(shown("не закрыто **жирно"), "<p>не закрыто **жирно</p>");
  assert.equal(shown("\\*не курсив\\*"), "<p>*не курсив*</p>");
  assert.equal(shown("a &amp; b &lt;i&gt; &#65; &nope;"), "<p>a &amp; b &lt;i> A &amp;nope;</p>");
});

test("headings begin below the page's own, and leave no level out", () => {
  assert.equal(shown("# Один\n## Два ##\nтекст\n#нет"), "<h2>Один</h2><h3>Два</h3><p>текст<br/>#нет</p>");
  assert.equal(shown("### a\n###### b\n#### c\n# d"), "<h2>a</h2><h3>b</h3><h3>c</h3><h2>d</h2>");
  assert.equal(shown("> # a"), "<blockquote><p><strong>a</strong></p></blockquote>");
});

test("lists, nested, numbered and of tasks", () => {
  assert.equal(shown("- a\n  - b\n  - c\n- d"), "<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>");
  assert.equal(shown("3. три\n4. четыре"), '<ol start="3"><li>три</li><li>четыре</li></ol>');
  assert.equal(shown("1. a\n\n2. b"), '<ol start="1"><li><p>a</p></li><li><p>b</p></li></ol>');
  assert.equal(shown("1. a\n  - b\n2. c"), '<ol start="1"><li>a<ul><li>b</li></ul></li><li>c</li></ol>');
  assert.equal(shown("- [x] сделано\n- [ ] нет"), '<ul><li><span class="task">☑ </span>сделано</li><li><span class="task">☐ </span>нет</li></ul>');
  assert.equal(shown("Было в\n2024. году"), "<p>Было в<br/>2024. году</p>");
  assert.match(shown("1. шаг\n   ```js\n   x\n   ```\n2. шаг"), /<pre.*<code>x<\/code>.*<\/li><li>шаг/s);
});

test("tables with their sides", () => {
  assert.equal(shown("| Город | Км |\n|:--|--:|\n| Казань | 820 |\n| **Тверь** |"),
    '<div class="table" tabindex="0" role="group"><table><thead><tr><th scope="col" class="to-left">Город</th><th scope="col" class="to-right">Км</th></tr></thead>' +
    '<tbody><tr><td class="to-left">Казань</td><td class="to-right">820</td></tr><tr><td class="to-left"><strong>Тверь</strong></td><td class="to-right"></td></tr></tbody></table></div>');
  assert.equal(shown("a | b\nc"), "<p>a | b<br/>c</p>");
});

test("code, also while its end is not there yet", () => {
  assert.match(shown("```rust\nfn main() {}\n\n// <b>"), /<span>rust<\/span>.*<code>fn main\(\) \{\}\n\n\/\/ &lt;b><\/code>/s);
  assert.match(shown("~~~\n```\n~~~\nпосле"), /<code>```<\/code>.*<p>после<\/p>/s);
});

test("quotes and rules", () => {
  assert.equal(shown("> a\n> b\n\n---\nc"), "<blockquote><p>a<br/>b</p></blockquote><hr/><p>c</p>");
});

test("links say where they lead", () => {
  const link = (href: string, inner: string) => `<a href="${href}" target="_blank" rel="noopener noreferrer nofollow">${inner}</a>`;
  assert.equal(shown("[сайт](https://a.example/x)"), `<p>${link("https://a.example/x", 'сайт<span class="host"> (a.example)</span>')}</p>`);
  assert.equal(shown("https://a.example/x."), `<p>${link("https://a.example/x", "https://a.example/x")}.</p>`);
  assert.equal(shown("(см. https://a.example/x_(y))"), `<p>(см. ${link("https://a.example/x_(y)", "https://a.example/x_(y)")})</p>`);
  // Looks like a bank, and is none.
  assert.match(shown("[https://bank.example](https://evil.example)"), /\(evil\.example\)/);
  assert.match(shown("[bank.example, evil.example](https://evil.example)"), /\(evil\.example\)/);
  assert.match(shown("https://bank.example@evil.example/"), /href="https:\/\/evil\.example\/".*\(evil\.example\)/);
  assert.equal(shown("![кот](https://a.example/cat.png)"), `<p>${link("https://a.example/cat.png", 'кот<span class="host"> (a.example)</span>')}</p>`);
  assert.equal(shown("![](https://a.example/cat.png)"), `<p>${link("https://a.example/cat.png", "a.example")}</p>`);
  assert.equal(shown("[x](tg://resolve?domain=x)"), "<p>[x](tg://resolve?domain=x)</p>");
  assert.equal(shown("<who@a.example>"), `<p>${link("mailto:who@a.example", "who@a.example")}</p>`);
});

test("nothing takes for ever, however odd", { timeout: 120_000 }, () => {
  const odd = ["[", "*", "**", "_a", "`", "> ", "- ", "![", "<", "|", "a*b_", "[a](", "&", "```\n", "1. ", "  - a\n", "*a **b ", "~~", "| a "];
  for (const piece of odd) {
    shown(piece.repeat(32_000 / piece.length));
  }
});

test("the highlighter's HTML becomes pieces of text", () => {
  assert.deepEqual(pieces('<span class="hljs-keyword">if</span> a &lt; <span class="hljs-string">&quot;<span class="hljs-subst">${b}</span>&#x27;</span>'), [
    { kind: "hljs-keyword", text: "if" },
    { kind: null, text: " a < " },
    { kind: "hljs-string", text: '"' },
    { kind: "hljs-subst", text: "${b}" },
    { kind: "hljs-string", text: "'" },
  ]);
  assert.deepEqual(pieces("<script>x</script>").map((piece) => piece.text).join(""), "<script>x</script>");
});
