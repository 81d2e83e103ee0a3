//! Answers as models give them: nothing of them is lost, however long they are.

mod common;

use bot_text::{draft, messages, plain, text, utf16_len};
use common::{check, check_joined, first_lost, shown, words};
use rstest::rstest;

const CODE: &str = include_str!("corpus/code.md");
const LISTS: &str = include_str!("corpus/lists.md");
const TABLES: &str = include_str!("corpus/tables.md");
const MATHS: &str = include_str!("corpus/maths.md");
const EMOJI: &str = include_str!("corpus/emoji.md");
const RTL: &str = include_str!("corpus/rtl.md");
const QUOTES: &str = include_str!("corpus/quotes.md");
const REFERENCES: &str = include_str!("corpus/references.md");
const ARTICLE: &str = include_str!("corpus/article.md");

/// A source without what a reader gets in another form: the languages of code blocks are in an
/// entity, `<br>` is a line end, a box to tick is drawn.
fn readable(markdown: &str) -> String {
    let lines = markdown.lines().map(|line| match line.trim_start_matches([' ', '>']) {
        fence if fence.starts_with("```") || fence.starts_with("~~~") => String::new(),
        _ => line.replace("<br>", " ").replace("[x]", "[ ]"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[rstest]
#[case::code(CODE)]
#[case::lists(LISTS)]
#[case::maths(MATHS)]
#[case::emoji(EMOJI)]
#[case::rtl(RTL)]
#[case::quotes(QUOTES)]
#[case::article(ARTICLE)]
fn every_word_is_shown_in_order(#[case] markdown: &str) {
    let parts = messages(markdown);
    parts.iter().for_each(check);
    check_joined(&parts, &text(markdown));
    assert_eq!(first_lost(&readable(markdown), &shown(&parts)), None);
}

/// A table that is shown as a list names its headers again and again; a reference's URL is where it
/// is used. Titles are nowhere, and an address needs no scheme.
#[rstest]
#[case::tables(TABLES, &[])]
#[case::references(REFERENCES, &["With", "title", "mailto", "note"])]
fn every_word_is_shown(#[case] markdown: &str, #[case] exceptions: &[&str]) {
    let parts = messages(markdown);
    parts.iter().for_each(check);
    check_joined(&parts, &text(markdown));
    let shown = shown(&parts);
    for word in words(&readable(markdown)) {
        assert!(shown.contains(word) || exceptions.contains(&word), "{word}");
    }
}

/// Over 40,000 characters, each repetition a little different.
fn long_answer(markdown: &str) -> String {
    let mut answer = String::new();
    let mut part = 0;
    while answer.chars().count() < 40_000 {
        part += 1;
        answer.push_str(&format!("## Part{part}\n\n{}\n\n{markdown}\n\n", "word ".repeat(part * 7)));
    }
    answer
}

#[rstest]
#[case::code(CODE)]
#[case::lists(LISTS)]
#[case::maths(MATHS)]
#[case::emoji(EMOJI)]
#[case::rtl(RTL)]
#[case::quotes(QUOTES)]
#[case::article(ARTICLE)]
fn a_long_answer_loses_nothing_at_its_cuts(#[case] markdown: &str) {
    let answer = long_answer(markdown);
    let parts = messages(&answer);
    parts.iter().for_each(check);
    check_joined(&parts, &text(&answer));
    assert_eq!(first_lost(&readable(&answer), &shown(&parts)), None);
    let most = utf16_len(&text(&answer)) / 2000 + 2;
    assert!((8..most).contains(&parts.len()), "{} parts", parts.len());
    for part in &parts {
        let last = part.text.lines().last().unwrap();
        assert!(!last.starts_with("Part"), "a heading alone at the end: {last}");
    }
}

#[rstest]
#[case::code(CODE)]
#[case::lists(LISTS)]
#[case::tables(TABLES)]
#[case::maths(MATHS)]
#[case::emoji(EMOJI)]
#[case::rtl(RTL)]
#[case::quotes(QUOTES)]
#[case::references(REFERENCES)]
#[case::article(ARTICLE)]
fn every_draft_is_a_message_or_empty(#[case] markdown: &str) {
    for (end, _) in markdown.char_indices() {
        let part = draft(&markdown[..end]);
        if !part.text.is_empty() {
            check(&part);
        }
        messages(&markdown[..end]).iter().for_each(check);
    }
}

#[test]
fn plain_text_is_cut_and_not_formatted() {
    let answer = long_answer(ARTICLE);
    let parts = plain(&answer);
    parts.iter().for_each(check);
    assert!(parts.iter().all(|part| part.entities.is_empty()));
    check_joined(&parts, &answer);
}

/// A part that another one follows does not change any more, so a person sees the text grow.
#[test]
fn what_is_full_stays_as_it_is() {
    let answer = "Раз, два, три, **четыре**, пять. ".repeat(20) + "\n\n";
    let answer = answer.repeat(20);
    let whole = messages(&answer);
    assert!(whole.len() > 3);
    for end in (1..answer.len()).filter(|end| end % 97 == 0 && answer.is_char_boundary(*end)) {
        let parts = messages(&answer[..end]);
        let (_, full) = parts.split_last().unwrap();
        assert_eq!(full, &whole[..full.len()]);
    }
}
