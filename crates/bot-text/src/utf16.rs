//! UTF-16 code units: what Telegram measures offsets, lengths and limits in.

/// The length of a text in UTF-16 code units (Bot API: `MessageEntity`, `offset` and `length`).
pub fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The end, in bytes, of the longest beginning of `text` that has at most `units` UTF-16 units and
/// no half of a surrogate pair.
pub(crate) fn prefix(text: &str, units: usize) -> usize {
    let mut left = units;
    for (at, char) in text.char_indices() {
        match left.checked_sub(char.len_utf16()) {
            Some(rest) => left = rest,
            None => return at,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_counts_twice_and_is_never_halved() {
        assert_eq!(utf16_len("aя😀"), 4);
        assert_eq!(prefix("a😀b", 0), 0);
        assert_eq!(prefix("a😀b", 1), 1);
        assert_eq!(prefix("a😀b", 2), 1);
        assert_eq!(prefix("a😀b", 3), 5);
        assert_eq!(prefix("a😀b", 9), 6);
    }
}
