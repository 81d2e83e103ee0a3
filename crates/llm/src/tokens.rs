//! Counting tokens when the provider did not.

use crate::request::Message;

/// The tokens of a text in `o200k_base`, the vocabulary of OpenAI's models since GPT-4o; for other
/// models an approximation.
///
/// The first call loads the vocabulary (some 100 ms and tens of MB); every call is bound to the
/// CPU. Call it from `spawn_blocking`.
pub fn count(text: &str) -> u64 {
    let tokens = tiktoken_rs::o200k_base_singleton().count_ordinary(text);
    u64::try_from(tokens).unwrap_or(u64::MAX)
}

/// The tokens of a request: the texts, four a message and three for the answer's beginning, as
/// OpenAI's cookbook counts them. As slow as [`count`].
pub fn count_messages(messages: &[Message]) -> u64 {
    messages.iter().map(|message| count(&message.content) + 4).sum::<u64>() + 3
}

/// About how many tokens a text has, on the high side: without a vocabulary, in a fraction of a
/// microsecond a line. Fit for reservations and windows, not for bills.
pub fn estimate(text: &str) -> u64 {
    // In twelfths of a token.
    let weight = |character: char| match character {
        'a'..='z' | 'A'..='Z' | ' ' => 3,
        '0'..='9' => 4,
        '\0'..='\u{7F}' => 6,
        // Latin with accents, Greek, Cyrillic, Hebrew, Arabic and more.
        '\u{80}'..='\u{8FF}' => 6,
        // The scripts of India and South-East Asia.
        '\u{900}'..='\u{1FFF}' => 8,
        // Chinese, Japanese, Korean.
        '\u{2000}'..='\u{FFFF}' => 12,
        // Emoji and rare scripts.
        '\u{10000}'.. => 30,
    };
    text.chars().map(weight).sum::<u64>().div_ceil(12)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::Role;

    #[rstest]
    #[case::english(
        "The quick brown fox jumps over the lazy dog. It was a bright cold day in April, and the clocks were striking thirteen."
    )]
    #[case::russian(
        "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. Всё смешалось в доме Облонских."
    )]
    #[case::chinese("学而时习之，不亦说乎？有朋自远方来，不亦乐乎？人不知而不愠，不亦君子乎？")]
    #[case::japanese("吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。")]
    #[case::hindi("सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।")]
    #[case::arabic("يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق.")]
    #[case::code(
        "fn main() {\n    let xs: Vec<u32> = (0..10).map(|x| x * 2).collect();\n    for (i, x) in xs.iter().enumerate() {\n        println!(\"{i}: {x:?}\");\n    }\n}\n"
    )]
    #[case::json(r#"{"id":"a1f0","items":[{"n":1,"ok":true},{"n":2,"ok":false}],"total":1234567.89}"#)]
    #[case::emoji("Привет 👋🏽! Как дела? 🎉🎉🎉 👨‍👩‍👧‍👦")]
    fn an_estimate_is_seldom_low(#[case] text: &str) {
        let (estimate, count) = (estimate(text) as f64, count(text) as f64);
        assert!(estimate >= 0.8 * count, "estimate {estimate}, count {count}");
        assert!(estimate <= 3.0 * count, "estimate {estimate}, count {count}");
    }

    #[test]
    fn messages_cost_more_than_their_text() {
        let messages = [Message::new(Role::System, "Be brief."), Message::new(Role::User, "Hello!")];
        assert_eq!(count_messages(&messages), count("Be brief.") + count("Hello!") + 11);
        assert_eq!(estimate(""), 0);
    }
}
