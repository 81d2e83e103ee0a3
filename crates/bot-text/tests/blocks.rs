//! Blocks: paragraphs, lists, quotations, code, tables.

mod common;

use common::rendered;
use insta::assert_snapshot;

#[test]
fn headings_are_bold_and_stand_apart() {
    assert_snapshot!(rendered("# A *b* `c`\ntext\n## D ##\n\nE\n===\nend"), @r#"
    A b c

    text

    D

    E

    end

    bold: "A b"
    italic: "b"
    code: "c"
    bold: "D"
    bold: "E"
    "#);
}

#[test]
fn lists_nest_and_count_on() {
    assert_snapshot!(rendered("3. a\n   - b\n     1) c\n4. d\n   e\n\n   f\n5.\n"), @r#"
    3. a
       • b
          1. c

    4. d
       e

       f
    5.
    "#);
}

#[test]
fn loose_lists_are_loose() {
    assert_snapshot!(rendered("- a\n\n- b\n\n  c\n  - d"), @r#"
    • a

    • b

       c
       • d
    "#);
}

#[test]
fn tasks() {
    assert_snapshot!(rendered("- [ ] a\n- [x] b\n  - [X] c\n\n1. [ ] d"), @r#"
    ☐ a
       ☑ b
          ☑ c

    1. ☐ d
    "#);
}

#[test]
fn things_in_lists() {
    assert_snapshot!(rendered("- ```py\n  a\n  ```\n- > b\n- # c\n- d\n  ```\n  e\n  ```\n  f\n- - g\n-\n- h"), @r#"
    •
    a
    •
       b
    • c
    • d
    e
       f
    • • g
    •
    • h

    pre "py": "a"
    blockquote: "b"
    bold: "c"
    pre: "e"
    "#);
}

#[test]
fn lists_are_indented_only_so_far() {
    let deep: String = (0..12).map(|depth| format!("{}- {depth}\n", "  ".repeat(depth))).collect();
    assert_snapshot!(rendered(&deep), @r#"
    • 0
       • 1
          • 2
             • 3
                • 4
                   • 5
                      • 6
                      • 7
                      • 8
                      • 9
                      • 10
                      • 11
    "#);
}

#[test]
fn quotations_are_flat() {
    assert_snapshot!(rendered("> a\n> > b **c**\n>\n> - d `e`\n>\n> ```rs\n> f\n> ```\n\ng\n\n> h"), @r#"
    a

    b c

    • d e

    f

    g

    h

    blockquote: "a\n\nb c\n\n• d e\n\nf"
    bold: "c"
    code: "e"
    pre "rs": "f"
    blockquote: "h"
    "#);
}

#[test]
fn alerts_have_their_title() {
    assert_snapshot!(rendered("> [!TIP]\n> a\n\n> [!NOTE]\n"), @r#"
    TIP
    a

    NOTE

    blockquote: "TIP\na"
    bold: "TIP"
    blockquote: "NOTE"
    bold: "NOTE"
    "#);
}

#[test]
fn code_keeps_its_lines_and_indentation() {
    assert_snapshot!(rendered("```rust,ignore\n\n    fn a() {\n\tb  \n\n}\n\n```\n~~~{.python}\nc\n~~~\n\n    d\n      e\n"), @r#"
    fn a() {
        b  

    }

    c

    d
      e

    pre "rust": "fn a() {\n    b  \n\n}"
    pre "python": "c"
    pre: "d\n  e"
    "#);
}

#[test]
fn an_unclosed_fence_is_closed() {
    assert_snapshot!(rendered("a\n```rust\nlet b = **c;"), @r#"
    a

    let b = **c;

    pre "rust": "let b = **c;"
    "#);
}

#[test]
fn rules() {
    assert_snapshot!(rendered("a\n\n---\n\nb\n***\nc"), @r#"
    a

    ———

    b

    ———

    c
    "#);
}

#[test]
fn a_narrow_table_is_aligned() {
    assert_snapshot!(rendered("| a | long | right | middle |\n|---|:---|---:|:---:|\n| 王 | **b** | 1 | c |\n| 👨\u{200d}👩\u{200d}👧 | `d` | 22 |"), @r#"
    a  | long | right | middle
    ---+------+-------+-------
    王 | b    |     1 |   c
    👨‍👩‍👧 | d    |    22 |

    pre: "a  | long | right | middle\n---+------+-------+-------\n王 | b    |     1 |   c\n👨\u{200d}👩\u{200d}👧 | d    |    22 |"
    "#);
}

#[test]
fn a_table_that_begins_with_a_space_is_framed() {
    assert_snapshot!(rendered("|   | a |\n|---|---|\n| b | c |"), @r#"
    |   | a
    |---+--
    | b | c

    pre: "|   | a\n|---+--\n| b | c"
    "#);
}

#[test]
fn a_wide_table_is_a_list() {
    assert_snapshot!(
        rendered("| Name | What it is for | Where it can be found |\n|-|-|-|\n| **One** | `a` | [here](https://a.org) |\n| Two | | b<br>c |\n| | | d |"),
        @r#"
    • Name: One
       What it is for: a
       Where it can be found: here
    • Name: Two
       Where it can be found: b
       c
    • Where it can be found: d

    bold: "One"
    code: "a"
    text_link "https://a.org": "here"
    "#
    );
}

#[test]
fn a_table_in_a_list_and_in_a_quotation() {
    assert_snapshot!(rendered("- a\n\n  | b | c |\n  |---|---|\n  | [d](https://d.org) | e |\n\n> | f | g |\n> |---|---|\n> | h | i |"), @r#"
    • a
       • b: d
          c: e

    f | g
    --+--
    h | i

    text_link "https://d.org": "d"
    blockquote: "f | g\n--+--\nh | i"
    pre: "f | g\n--+--\nh | i"
    "#);
}

#[test]
fn a_table_of_a_header_alone() {
    assert_snapshot!(rendered("| a | b |\n|---|---|"), @r#"
    a | b
    --+--

    pre: "a | b\n--+--"
    "#);
}
