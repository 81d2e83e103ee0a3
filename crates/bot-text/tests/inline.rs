//! What stands in a line, as Telegram shows it.

mod common;

use bot_text::{Entity, Kind, messages, text};
use common::rendered;
use insta::assert_snapshot;
use serde_json::json;

#[test]
fn entities_are_serialised_as_the_bot_api_wants_them() {
    let value = |kind| serde_json::to_value(Entity { kind, offset: 1, length: 5 }).unwrap();
    let language = |language: Option<&str>| Kind::Pre { language: language.map(str::to_owned) };
    assert_eq!(value(Kind::Bold), json!({"type": "bold", "offset": 1, "length": 5}));
    assert_eq!(value(Kind::Strikethrough), json!({"type": "strikethrough", "offset": 1, "length": 5}));
    assert_eq!(value(language(None)), json!({"type": "pre", "offset": 1, "length": 5}));
    assert_eq!(value(language(Some("rust"))), json!({"type": "pre", "language": "rust", "offset": 1, "length": 5}));
    assert_eq!(
        value(Kind::TextLink { url: "https://a.b".into() }),
        json!({"type": "text_link", "url": "https://a.b", "offset": 1, "length": 5})
    );
    assert_eq!(value(Kind::ExpandableBlockquote), json!({"type": "expandable_blockquote", "offset": 1, "length": 5}));
}

#[test]
fn offsets_are_in_utf16_units() {
    let parts = messages("😀 **ж😀** `x`");
    assert_eq!(
        serde_json::to_value(&parts[0].entities).unwrap(),
        json!([{"type": "bold", "offset": 3, "length": 3}, {"type": "code", "offset": 7, "length": 1}])
    );
}

#[test]
fn styles_nest_but_not_in_themselves() {
    assert_snapshot!(rendered("a **b *c ~~d~~* __e__** _f_"), @r#"
    a b c d e f

    bold: "b c d e"
    italic: "c d"
    strikethrough: "d"
    italic: "f"
    "#);
}

#[test]
fn bullets_are_not_formatted() {
    assert_snapshot!(rendered("- **a**\n- `b`\n- [c](https://c.org)\n- # d"), @r#"
    • a
    • b
    • c
    • d

    bold: "a"
    code: "b"
    text_link "https://c.org": "c"
    bold: "d"
    "#);
}

#[test]
fn styles_pause_for_code() {
    assert_snapshot!(rendered("**run `cargo test` *`now`***"), @r#"
    run cargo test now

    bold: "run"
    code: "cargo test"
    code: "now"
    "#);
}

#[test]
fn white_space_is_never_formatted() {
    assert_snapshot!(rendered("**&nbsp;a&nbsp;** b"), @r#"
    a  b

    bold: "a"
    "#);
}

#[test]
fn links() {
    assert_snapshot!(rendered("[**a** `b`](https://example.com/x_(y) \"title\"), [c](tg://user?id=1), [d][e]\n\n[e]: http://e.org"), @r#"
    a b, c, d

    text_link "https://example.com/x_(y)": "a b"
    bold: "a"
    text_link "tg://user?id=1": "c"
    text_link "http://e.org": "d"
    "#);
}

#[test]
fn what_cannot_be_a_link_shows_its_url() {
    assert_snapshot!(
        rendered("[a](docs/a.md) [b](http://localhost:1) [c](mailto:c@d.org) [c@d.org](mailto:c@d.org) [e]() [](https://f.org) [g](ftp://g.org)"),
        @r#"
    a (docs/a.md) b (http://localhost:1) c (c@d.org) c@d.org e https://f.org g (ftp://g.org)

    text_link "https://f.org": "https://f.org"
    "#
    );
}

#[test]
fn bare_addresses_are_linked_by_telegram() {
    assert_snapshot!(rendered("<https://a.org/x_y_z>, https://a.org/x_y_z, <b@c.org>"), @"https://a.org/x_y_z, https://a.org/x_y_z, b@c.org");
}

#[test]
fn images_are_links() {
    assert_snapshot!(rendered("![a **b**](https://i.org/a.png) ![](https://i.org/b.png) [![c](https://i.org/c.svg)](https://d.org)"), @r#"
    a b https://i.org/b.png c (https://i.org/c.svg)

    text_link "https://i.org/a.png": "a b"
    bold: "b"
    text_link "https://i.org/b.png": "https://i.org/b.png"
    text_link "https://d.org": "c (https://i.org/c.svg)"
    "#);
}

#[test]
fn formulas_keep_their_source() {
    assert_snapshot!(rendered(r"$a_1 * b_2$, \(c_1 * d_2\), **\[e_1\]**, $$f_1$$, [\(g\)](https://h.org/i\(j\)), `\(k\)`"), @r#"
    $a_1 * b_2$, \(c_1 * d_2\), \[e_1\], $$f_1$$, \(g\), \(k\)

    code: "$a_1 * b_2$"
    code: "\\(c_1 * d_2\\)"
    code: "\\[e_1\\]"
    code: "$$f_1$$"
    text_link "https://h.org/i(j)": "\\(g\\)"
    code: "\\(k\\)"
    "#);
}

#[test]
fn money_is_no_formula() {
    assert_snapshot!(rendered("$5 and $10, $1/$2, 5$ or 6$, $x$"), @r#"
    $5 and $10, $1/$2, 5$ or 6$, $x$

    code: "$x$"
    "#);
}

#[test]
fn html_and_entities() {
    assert_snapshot!(rendered("a<br>b <u>c</u> &lt;d&gt; &amp; \\*e\\* <!-- f -->\n\n<details>\n<summary>g</summary>\n</details>"), @r#"
    a
    b <u>c</u> <d> & *e* <!-- f -->

    <details>
    <summary>g</summary>
    </details>
    "#);
}

#[test]
fn footnotes_and_definitions_that_nothing_uses() {
    assert_snapshot!(rendered("a[^x], b[^y]\n\n[^x]: The *note*.\n\n[z]: https://z.org 'title'\n\nc\n\n- [1]: https://one.org"), @r#"
    a[x], b[^y]

    [x] The note.

    [z]: https://z.org 'title'

    c

    • [1]: https://one.org

    italic: "note"
    "#);
}

#[test]
fn lines_stay_lines() {
    assert_snapshot!(rendered("a\nb  \nc\\\nd\n\n\n\ne"), @r#"
    a
    b
    c
    d

    e
    "#);
}

#[test]
fn what_telegram_drops_is_not_sent() {
    assert_snapshot!(rendered("a\0b\u{202e}c\r\nd\u{2028}e\tf&#x202e;&#1;&#13;g \u{fdd0}0\u{fdd1} \u{200f}\u{200e}h").replace("\u{200f}", "RLM"), @r#"
    abc
    d
    e f
    g 0 RLMh
    "#);
}

#[test]
fn what_renders_to_nothing_is_sent_as_it_is() {
    assert_snapshot!(rendered("```rust\n```"), @r#"
    ```rust
    ```
    "#);
    assert_snapshot!(rendered("[a]: https://a.org"), @"[a]: https://a.org");
    assert_eq!(text("```\n```"), "```\n```");
}

#[test]
fn nothing_to_see_is_nothing() {
    for nothing in ["", " \n\t", "\u{200b}", "&nbsp;", "\u{fe0f}\u{3164}", "\0"] {
        let parts = messages(nothing);
        assert!(parts.is_empty() || nothing == "&nbsp;", "{nothing:?}: {parts:?}");
    }
}
