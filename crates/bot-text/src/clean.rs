//! Characters: which ones Telegram keeps, and which ones can be seen.
//!
//! The Bot API server drops or replaces some characters of every text (tdlib: `clean_input_string`,
//! `clean_input_string_with_entities`). They are taken out beforehand, so that offsets are right and
//! the text that is stored is the text that was sent.

use std::borrow::Cow;

/// What a tab becomes. Telegram makes one space of it, which ruins code.
const TAB: &str = "    ";

/// The text without what Telegram would drop, and with `\n` as its only line end.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|char| is_refused(char) || is_mark(char)) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => cleaned.push('\n'),
            _ if is_refused(char) || is_mark(char) && cleaned.ends_with(is_mark) => {}
            _ => cleaned.push(char),
        }
    }
    Cow::Owned(cleaned)
}

/// The text with spaces for its tabs.
pub(crate) fn expand_tabs(text: &str) -> Cow<'_, str> {
    if text.contains('\t') { Cow::Owned(text.replace('\t', TAB)) } else { Cow::Borrowed(text) }
}

/// Controls; line and paragraph separators, embeddings and overrides of direction; three combining
/// marks that draw through other lines; and what is no character, which this crate uses itself.
fn is_refused(char: char) -> bool {
    match char {
        '\n' | '\t' => false,
        '\u{2028}'..='\u{202E}' | '\u{30A}' | '\u{333}' | '\u{33F}' | '\u{FDD0}'..='\u{FDEF}' => true,
        _ => char.is_control() || u32::from(char) & 0xFFFE == 0xFFFE,
    }
}

/// Marks of direction. Of several in a row Telegram replaces all but one.
pub(crate) fn is_mark(char: char) -> bool {
    matches!(char, '\u{200E}' | '\u{200F}')
}

/// Is there anything to see? Telegram refuses a message without (tdlib: `is_empty_string`); the
/// list here is longer than its own.
pub(crate) fn has_visible(text: &str) -> bool {
    text.chars().any(is_visible)
}

fn is_visible(char: char) -> bool {
    let invisible = matches!(char,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFFC}'
        | '\u{E0000}'..='\u{E0FFF}');
    !invisible && !char.is_whitespace() && !char.is_control()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing_to_do("a\tб\n😀 \u{301}", "a\tб\n😀 \u{301}")]
    #[case::line_ends("a\r\nb\rc\u{2028}d", "a\nb\nc\nd")]
    #[case::controls("a\0b\u{1b}[1mc\u{7f}", "ab[1mc")]
    #[case::directions("\u{202E}abc\u{202C}", "abc")]
    #[case::marks_in_a_row("a\u{200F}\u{200E}\u{200F}b\u{200E}", "a\u{200F}b\u{200E}")]
    #[case::no_characters("a\u{FDD0}\u{FFFF}b", "ab")]
    fn cleaned(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(clean(text), expected);
    }

    #[test]
    fn what_cannot_be_seen() {
        assert!(!has_visible(" \n\u{A0}\u{200B}\u{FE0F}\u{3164}\u{E0020}"));
        assert!(has_visible("\u{200B}."));
    }
}
