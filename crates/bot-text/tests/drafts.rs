//! What is shown while an answer streams.

mod common;

use bot_text::{draft, messages};
use common::{check, show};
use rstest::rstest;

#[rstest]
#[case::bold("Это **важ", "Это важ\n\nbold: \"важ\"")]
#[case::bold_half_closed("a **b*", "a b\n\nbold: \"b\"")]
#[case::style_opens("a **", "a")]
#[case::code("a `b", "a b\n\ncode: \"b\"")]
#[case::fence("```rus", "")]
#[case::fence_with_text("a\n```rust\nlet b", "a\n\nlet b\n\npre \"rust\": \"let b\"")]
#[case::fence_half_closed("```\na\n``", "a\n\npre: \"a\"")]
#[case::link("a [b](https://exam", "a b")]
#[case::link_text("a [b", "a b")]
#[case::first_row("a\n\n| b | c |\n|--", "a")]
#[case::half_a_row("| b | c |\n|---|---|\n| d", "b | c\n--+--\nd |\n\npre: \"b | c\\n--+--\\nd |\"")]
#[case::item_begins("- a\n-", "• a")]
#[case::number_begins("1. a\n2.", "1. a")]
#[case::heading_begins("a\n\n##", "a")]
#[case::not_a_heading("a\n--", "a")]
#[case::nothing_yet("**", "")]
#[case::nothing("", "")]
fn drafts(#[case] markdown: &str, #[case] expected: &str) {
    assert_eq!(show(&draft(markdown)), expected);
}

#[test]
fn a_draft_is_the_newest_message() {
    let answer = "word ".repeat(2000) + "the **end";
    let parts = messages(&answer);
    let newest = draft(&answer);
    check(&newest);
    assert_eq!(newest.text, parts.last().unwrap().text.replace("**", ""));
}
