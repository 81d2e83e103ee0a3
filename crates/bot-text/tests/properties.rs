//! Whatever the Markdown: every part and every draft is one that Telegram takes, and nothing is lost
//! between them.
#![expect(clippy::unwrap_used, reason = "what goes wrong here fails the test")]

mod common;

use bot_text::{Part, draft, messages, plain, text};
use common::{check, check_joined, first_lost, is_visible, shown};
use proptest::{collection::vec, prelude::*, sample::select, string::string_regex};

/// What Markdown, Unicode and Telegram make hard.
const SOUP: &[&str] = &[
    "*",
    "**",
    "***",
    "_",
    "__",
    "`",
    "``",
    "```",
    "~",
    "~~",
    "~~~",
    "#",
    "# ",
    "## ",
    ">",
    "> ",
    "- ",
    "* ",
    "+ ",
    "1. ",
    "12) ",
    "[",
    "]",
    "(",
    ")",
    "![",
    "](",
    "[^1]",
    "[^1]: ",
    "[a]",
    "[a]: ",
    "[a](https://e.org)",
    "[ ] ",
    "[x] ",
    "https://e.org/a_b",
    "<https://e.org>",
    "mailto:a@e.org",
    "<a@e.org>",
    "tg://user?id=1",
    "|",
    "|-|-|",
    "\n|a|b|\n|-|-|\n",
    "---",
    "===",
    "\n",
    "\n\n",
    "\n\n\n",
    " ",
    "  ",
    "    ",
    "\t",
    "\r\n",
    "\r",
    "\\",
    "\\*",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "$",
    "$$",
    "<b>",
    "</b>",
    "<br>",
    "<!-- ",
    "-->",
    "<div>",
    "&amp;",
    "&#0;",
    "&#x202e;",
    "&#xfdd0;",
    "&nbsp;",
    "&lrm;",
    ":",
    "a",
    "слово",
    "word",
    "שלום",
    "مرحبا",
    "中文。",
    "e\u{301}",
    "\u{301}",
    "\u{30a}",
    "👨\u{200d}👩\u{200d}👧",
    "🇷🇺",
    "🇷",
    "👍🏽",
    "1\u{fe0f}\u{20e3}",
    "\u{200b}",
    "\u{200d}",
    "\u{200e}",
    "\u{200f}",
    "\u{202e}",
    "\u{2028}",
    "\u{a0}",
    "\u{feff}",
    "\u{fdd0}",
    "\u{fdd1}",
    "\u{fdd0}0\u{fdd1}",
    "\0",
    "\u{1b}",
    "\u{85}",
    "\u{fffc}",
    "\u{3000}",
    "0",
    "9",
    ".",
    ",",
    "!",
    "?",
    "…",
    "=",
    "+",
    "{",
    "}",
    "«",
    "»",
    "—",
];

fn soup(most: usize) -> impl Strategy<Value = String> {
    vec(select(SOUP), 0..most).prop_map(|tokens| tokens.concat())
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => string_regex("[a-zа-я]{1,9}").unwrap(),
        1 => string_regex("[א-ת]{1,6}|[ء-ي]{1,6}|[一-十]{1,9}").unwrap(),
        1 => select(vec!["👨\u{200d}👩\u{200d}👧".to_owned(), "🇷🇺🇰🇿".to_owned(), "e\u{301}e\u{301}".to_owned()]),
        1 => string_regex("[a-z]{1,9}_[a-z]{1,9}").unwrap(),
    ]
}

fn inline() -> impl Strategy<Value = String> {
    let words = vec(word(), 1..12).prop_map(|words| words.join(" "));
    words.prop_recursive(4, 24, 4, |inner| {
        let pair = (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("{one} {other}"));
        prop_oneof![
            3 => pair,
            1 => inner.clone().prop_map(|inner| format!("**{inner}**")),
            1 => inner.clone().prop_map(|inner| format!("*{inner}*")),
            1 => (word(), inner.clone()).prop_map(|(word, inner)| format!("{word} ~~{inner}~~")),
            1 => word().prop_map(|word| format!("`{word}`")),
            1 => word().prop_map(|word| format!("\\({word}_1\\)")),
            1 => inner.clone().prop_map(|inner| format!("[{inner}](https://example.com/path)")),
            1 => (inner.clone(), inner).prop_map(|(one, other)| format!("{one}\n{other}")),
        ]
    })
}

fn indented(text: &str, first: &str, others: &str) -> String {
    let lines = text.lines().enumerate();
    lines.map(|(number, line)| format!("{}{line}\n", if number == 0 { first } else { others })).collect()
}

/// Blocks, one in another. They hold no tables, whose words may be in another order.
fn document() -> impl Strategy<Value = String> {
    let code = vec(word(), 1..40).prop_map(|words| format!("```rust\n{}\n```", words.join("\n    ")));
    let leaf = prop_oneof![
        6 => inline(),
        1 => inline().prop_map(|inline| format!("## {}", inline.replace('\n', " "))),
        1 => code,
        1 => Just("---".to_owned()),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            3 => vec(inner.clone(), 1..6).prop_map(|blocks| blocks.join("\n\n")),
            1 => inner.clone().prop_map(|inner| indented(&inner, "> ", "> ")),
            1 => vec(inner.clone(), 1..5).prop_map(|items| items.iter().map(|item| indented(item, "- ", "  ")).collect::<String>()),
            1 => vec(inner, 1..5).prop_map(|items| items.iter().map(|item| indented(item, "1. ", "   ")).collect::<String>()),
        ]
    })
}

/// A source without languages of code blocks, and without numbers of lists: the parser counts on.
fn readable(markdown: &str) -> String {
    markdown.replace("```rust", "").replace("1. ", "")
}

/// Everything that holds for any answer.
fn check_all(markdown: &str) -> Vec<Part> {
    let parts = messages(markdown);
    parts.iter().for_each(check);
    let whole = text(markdown);
    check_joined(&parts, &whole);
    assert_eq!(parts.is_empty(), whole.is_empty());
    let newest = draft(markdown);
    if !newest.text.is_empty() {
        check(&newest);
    }
    parts
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_soup_is_sent(markdown in soup(60)) {
        let parts = check_all(&markdown);
        let is_empty = !markdown.chars().any(is_visible);
        prop_assert!(is_empty || !parts.is_empty() || plain(&markdown).is_empty());
    }

    #[test]
    fn every_beginning_of_a_soup_is_drafted(markdown in soup(25)) {
        for (end, _) in markdown.char_indices() {
            check_all(&markdown[..end]);
        }
    }

    #[test]
    fn a_long_soup_is_cut(markdown in soup(60), times in 50_usize..200) {
        check_all(&markdown.repeat(times));
    }

    #[test]
    fn a_document_is_shown_whole(markdown in document()) {
        let parts = check_all(&markdown);
        let source = readable(&markdown);
        prop_assert_eq!(first_lost(&source, &shown(&parts)), None);
    }

    #[test]
    fn a_long_document_is_cut_and_shown_whole(markdown in document(), times in 5_usize..60) {
        let markdown = format!("{markdown}\n\n").repeat(times);
        let parts = check_all(&markdown);
        let source = readable(&markdown);
        prop_assert_eq!(first_lost(&source, &shown(&parts)), None);
    }

    #[test]
    fn every_beginning_of_a_document_is_drafted(markdown in document(), cut in any::<prop::sample::Index>()) {
        let ends: Vec<usize> = markdown.char_indices().map(|(at, _)| at).collect();
        check_all(&markdown[..*cut.get(&ends)]);
    }

    #[test]
    fn words_of_any_length_are_cut_between_clusters(
        words in vec((select(vec!["a", "я", "😀", "👨\u{200d}👩\u{200d}👧", "🇷🇺", "e\u{301}", "नि"]), 1_usize..6000), 1..4)
    ) {
        let words: Vec<String> = words.into_iter().map(|(cluster, times)| cluster.repeat(times)).collect();
        let text = words.join(" ");
        let parts = plain(&text);
        parts.iter().for_each(check);
        check_joined(&parts, &text);
        for part in &parts {
            // Whole clusters only: none of these begins with a joiner, a mark or half a flag.
            prop_assert!(!part.text.starts_with(['\u{200d}', '\u{301}', '\u{93f}']), "{}", part.text);
            prop_assert!(!part.text.ends_with('\u{200d}'), "{}", part.text);
            prop_assert!(part.text.matches(['🇷', '🇺']).count() % 2 == 0, "half a flag");
        }
    }

    #[test]
    fn plain_text_is_kept(text in soup(60), times in 1_usize..100) {
        let parts = plain(&text.repeat(times));
        parts.iter().for_each(check);
        prop_assert!(parts.iter().all(|part| part.entities.is_empty()));
    }
}
