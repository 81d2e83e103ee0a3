//! Where an answer is cut.

#![expect(clippy::unwrap_used, reason = "what goes wrong here fails the test")]

mod common;

use bot_text::{Kind, Part, messages, plain, text, utf16_len};
use common::{check, check_joined, slice};
use rstest::rstest;

/// The checked messages of an answer.
#[track_caller]
fn cut(markdown: &str) -> Vec<Part> {
    let parts = messages(markdown);
    parts.iter().for_each(check);
    check_joined(&parts, &text(markdown));
    parts
}

/// How each part ends and the next one begins.
fn edges(parts: &[Part]) -> Vec<(&str, &str)> {
    parts
        .windows(2)
        .map(|pair| (pair[0].text.rsplit(' ').next().unwrap(), pair[1].text.split(' ').next().unwrap()))
        .collect()
}

#[rstest]
#[case::fits(4096, 1)]
#[case::does_not(4097, 2)]
fn the_limit(#[case] units: usize, #[case] parts: usize) {
    assert_eq!(cut(&"a".repeat(units)).len(), parts);
    assert_eq!(cut(&format!("{}\n\n", "😀".repeat(units.div_ceil(2)))).len(), parts);
}

#[test]
fn between_paragraphs_rather_than_lines() {
    let parts = cut(&format!("{}\n\n{}\n{}", "a ".repeat(1200), "b ".repeat(700), "c ".repeat(700)));
    assert_eq!(edges(&parts), [("a", "b")]);
}

#[test]
fn between_lines_rather_than_words() {
    let parts = cut(&format!("{}\n\n{}\n{}", "a ".repeat(100), "b ".repeat(1300), "c. ".repeat(700)));
    assert_eq!(edges(&parts), [("b", "c.")]);
}

#[test]
fn between_sentences_rather_than_words() {
    let parts = cut(&format!("{}. {}", "a ".repeat(1500).trim(), "b ".repeat(1500)));
    assert_eq!(edges(&parts), [("a.", "b")]);
}

#[test]
fn before_a_word_that_does_not_fit() {
    let parts = cut(&format!("{} {}", "a ".repeat(100), "b".repeat(4096)));
    assert_eq!(edges(&parts), [("a", &*"b".repeat(4096))]);
}

#[test]
fn between_whole_clusters_if_there_is_no_space() {
    let family = "👨\u{200d}👩\u{200d}👧\u{200d}👦";
    let parts = cut(&family.repeat(400));
    assert_eq!(parts.iter().map(|part| part.text.len() % family.len()).collect::<Vec<_>>(), [0, 0]);
    assert_eq!(utf16_len(&parts[0].text), 4096 / utf16_len(family) * utf16_len(family));
}

#[test]
fn inside_a_cluster_only_if_it_is_larger_than_a_message() {
    let parts = plain(&format!("a{}", "\u{301}".repeat(5000)));
    parts.iter().for_each(check);
    assert_eq!(parts.iter().map(|part| utf16_len(&part.text)).collect::<Vec<_>>(), [4096, 905]);
}

#[test]
fn a_heading_stays_with_its_text() {
    let long = "a ".repeat(2000);
    let parts = cut(&format!("{long}\n\n# B\n\n## C\n\n{}", "d ".repeat(200)));
    assert_eq!(edges(&parts), [("a", "B\n\nC\n\nd")]);
}

#[test]
fn code_is_closed_and_opened_again() {
    let code: String = (0..400).map(|number| format!("fn number_{number}() {{\n    {number}\n}}\n")).collect();
    let parts = cut(&format!("Look:\n```rust\n{code}```"));
    assert_eq!(parts.len(), 3);
    for part in &parts {
        let block = part.entities.first().unwrap();
        assert_eq!(block.kind, Kind::Pre { language: Some("rust".into()) });
        assert!(slice(&part.text, block).starts_with("fn number_"), "cut at a line that is not indented");
    }
}

#[test]
fn a_quotation_and_bold_are_closed_and_opened_again() {
    let parts = cut(&format!("> **{}**", "a ".repeat(3000).trim()));
    for part in &parts {
        assert_eq!(
            part.entities.iter().map(|entity| &entity.kind).collect::<Vec<_>>(),
            [&Kind::Blockquote, &Kind::Bold]
        );
        assert!(part.entities.iter().all(|entity| slice(&part.text, entity) == part.text));
    }
}

#[test]
fn before_there_are_too_many_entities() {
    let parts = cut(&"**a** b\n".repeat(250));
    assert_eq!(parts.iter().map(|part| part.entities.len()).collect::<Vec<_>>(), [100, 100, 50]);
    // Telegram makes three of bold with something in it, so each of these counts four.
    let parts = cut(&"**a *b* c**\n".repeat(60));
    assert_eq!(parts.iter().map(|part| part.entities.len()).collect::<Vec<_>>(), [50, 50, 20]);
}

#[test]
fn what_cannot_be_seen_is_no_message() {
    let parts = messages(&format!("a\n\n{}\n\nb", "\u{200b}".repeat(20_000)));
    parts.iter().for_each(check);
    assert_eq!(parts.first().unwrap().text.chars().next(), Some('a'));
    assert_eq!(parts.last().unwrap().text.chars().last(), Some('b'));
}
