//! Both languages say the same, completely, and within Telegram's limits.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::{FluentArgs, FluentResource};
use rstest::rstest;

use super::{Lang, TEXTS, Value, text};

const SOURCES: [(Lang, &str); 2] = [(Lang::Ru, include_str!("ru.ftl")), (Lang::En, include_str!("en.ftl"))];

/// Variables that words agree with.
const NUMBERS: [&str; 13] = [
    "limit",
    "used",
    "seconds",
    "today_requests",
    "today_tokens",
    "month_requests",
    "month_tokens",
    "sessions",
    "dialogues",
    "days",
    "left",
    "percent",
    "price",
];

/// The variables of each message, those of the messages that it quotes included.
fn variables(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages: BTreeMap<String, (BTreeSet<String>, Vec<String>)> = BTreeMap::new();
    let mut key = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
            name.clone_into(&mut key);
            assert!(messages.insert(key.clone(), Default::default()).is_none(), "{key} is there twice");
        }
        let Some((variables, quoted)) = messages.get_mut(&key) else { continue };
        for placed in line.split('{').skip(1) {
            let word = placed.trim().split([' ', '}']).next().unwrap();
            match word.strip_prefix('$') {
                Some(variable) => drop(variables.insert(variable.to_owned())),
                None => quoted.push(word.to_owned()),
            }
        }
    }
    let all = |(own, quoted): &(BTreeSet<String>, Vec<String>)| {
        let others = quoted.iter().flat_map(|key| &messages[key].0);
        own.iter().chain(others).cloned().collect()
    };
    messages.iter().map(|(key, found)| (key.clone(), all(found))).collect()
}

#[test]
fn both_languages_have_the_same_texts() {
    let [(_, russian), (_, english)] = SOURCES;
    assert_eq!(variables(russian), variables(english));
}

#[rstest]
fn every_text_is_made_and_fits(#[values(Lang::Ru, Lang::En)] lang: Lang) {
    let source = SOURCES.iter().find(|(of, _)| *of == lang).unwrap().1;
    FluentResource::try_new(source.to_owned()).expect("the file is read whole");
    let words =
        ["none", "free", "requests", "tokens", "month", "renews", "again", "google_play", "Анна", "1 декабря 2026"];
    for (key, variables) in variables(source) {
        for (number, word) in [0, 1, 2, 5, 11, 21, 22, 25, 1_000_000].into_iter().flat_map(|n| words.map(|w| (n, w))) {
            let value = |name: &str| if NUMBERS.contains(&name) { Value::Number(number) } else { Value::Text(word) };
            let args: FluentArgs<'_> = variables.iter().map(|name| (name.clone(), value(name))).collect();
            let text = TEXTS.of(lang).render(&key, &args).unwrap_or_else(|error| panic!("{key}: {error}"));
            let (units, longest) = (text.encode_utf16().count(), longest(&key));
            assert!((1..=longest).contains(&units), "{key} has {units} of {longest}");
            assert_eq!(text.trim(), text, "{key}");
            assert!(!text.contains(['{', '}', '$', '\u{2068}', '\u{2069}']), "{key}: {text}");
        }
    }
}

/// What Telegram takes: of a menu, a description, a caption, a button (by our own taste), a message.
fn longest(key: &str) -> usize {
    match key.split_once('-').map_or(key, |(first, _)| first) {
        "command" => 256,
        _ if key == "bot-short-description" => 120,
        _ if key == "bot-description" => 512,
        _ if key == "export-caption" => 1024,
        "button" => 32,
        _ => 4096,
    }
}

#[rstest]
#[case(Lang::Ru, 1, "1 ответ")]
#[case(Lang::Ru, 21, "21 ответ")]
#[case(Lang::Ru, 2, "2 ответа")]
#[case(Lang::Ru, 104, "104 ответа")]
#[case(Lang::Ru, 0, "0 ответов")]
#[case(Lang::Ru, 5, "5 ответов")]
#[case(Lang::Ru, 11, "11 ответов")]
#[case(Lang::Ru, 1000, "1000 ответов")]
#[case(Lang::En, 1, "1 answer")]
#[case(Lang::En, 21, "21 answers")]
#[case(Lang::En, 0, "0 answers")]
fn words_agree_with_numbers(#[case] lang: Lang, #[case] number: i64, #[case] expected: &str) {
    let args = [("limit", number.into()), ("unit", "requests".into()), ("renews", "none".into())];
    let spent = text(lang, "quota-spent", &args);
    assert!(spent.contains(&format!(": {expected}.")), "{spent}");
}

#[rstest]
#[case(1, "разговор?")]
#[case(3, "разговора?")]
#[case(12, "разговоров?")]
fn a_question_agrees_with_its_number(#[case] number: i64, #[case] expected: &str) {
    let asked = text(Lang::Ru, "link-ask", &[("name", "Анна".into()), ("dialogues", number.into())]);
    assert!(asked.contains(&format!("{number} {expected}")), "{asked}");
}

#[test]
fn texts_of_several_lines_are_put_together() {
    let used = [("used", 3.into()), ("limit", 50.into()), ("unit", "requests".into()), ("percent", 6.into())];
    let args: Vec<_> = used.into_iter().chain([("bar", Value::Text("▰▱"))]).collect();
    assert_eq!(text(Lang::Ru, "plan-used", &args), "Получено ответов: 3 из 50\n▰▱ 6 %");
    let sold = [("plan", "Премиум".into()), ("price", 500.into()), ("period", "month".into())];
    let args: Vec<_> = sold.into_iter().chain([("about", Value::Text("2000 ответов"))]).collect();
    assert_eq!(text(Lang::Ru, "plan-for-sale", &args), "• Премиум, 500 ⭐ в месяц. 2000 ответов");
    let usage = ["today_requests", "today_tokens", "month_requests", "month_tokens", "sessions"];
    let args: Vec<_> = usage.into_iter().zip([1, 21, 5, 1200, 2]).map(|(name, n)| (name, Value::Number(n))).collect();
    assert_eq!(
        text(Lang::En, "usage", &args),
        "Today: 1 answer, 21 tokens\nThis month: 5 answers, 1200 tokens\nNew conversations this month: 2"
    );
}

#[rstest]
#[case(Some("ru"), Lang::Ru)]
#[case(Some("ru-RU"), Lang::Ru)]
#[case(Some("UK"), Lang::Ru)]
#[case(Some("be_BY"), Lang::Ru)]
#[case(Some("kk-Cyrl-KZ"), Lang::Ru)]
#[case(Some("en-GB"), Lang::En)]
#[case(Some("rue"), Lang::En)]
#[case(Some("de"), Lang::En)]
#[case(Some(""), Lang::En)]
#[case(None, Lang::En)]
fn a_person_is_spoken_to_in_a_language_they_read(#[case] tag: Option<&str>, #[case] expected: Lang) {
    assert_eq!(Lang::of(tag), expected);
    assert_eq!(Lang::of(Some(expected.tag())), expected);
}

#[test]
fn what_is_missing_is_no_panic() {
    assert_eq!(text(Lang::Ru, "no-such-text", &[]), "no-such-text");
    assert_eq!(text(Lang::En, "history-deleted", &[]), "history-deleted");
    assert_eq!(text(Lang::Ru, "", &[("name", "Анна".into())]), "");
}
