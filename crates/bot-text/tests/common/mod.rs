//! What every part must be, and answers to try.

#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what goes wrong here fails the test")]

use bot_text::{Entity, Kind, Part, utf16_len};

/// Checks everything that Telegram asks of a message (Bot API: `sendMessage`, `MessageEntity`,
/// "Formatting options"; tdlib: `clean_input_string`, `fix_formatted_text`, `are_entities_valid`).
#[track_caller]
pub fn check(part: &Part) {
    let Part { text, entities } = part;
    let length = utf16_len(text);
    assert!((1..=4096).contains(&length), "{length} units: {text:?}");
    assert_eq!(text.trim(), text, "white space at the ends");
    assert!(text.chars().any(is_visible), "nothing to see: {text:?}");
    assert!(!text.chars().any(is_dropped), "characters that Telegram drops: {text:?}");
    let is_mark = |char| matches!(char, '\u{200E}' | '\u{200F}');
    assert!(!text.chars().zip(text.chars().skip(1)).any(|(a, b)| is_mark(a) && is_mark(b)), "marks: {text:?}");

    assert!(entities.len() <= 100, "{} entities", entities.len());
    let mut outer: Vec<&Entity> = Vec::new();
    let mut last = (0, 0);
    let units = units(text);
    for entity in entities {
        let place = (entity.offset, u32::MAX - entity.length);
        assert!(last <= place, "out of order: {entity:?}");
        last = place;
        outer.retain(|outer| end(outer) > entity.offset);
        check_one(cover(text, &units, entity), entity);
        outer.iter().for_each(|outer| check_pair(outer, entity));
        outer.push(entity);
    }
}

fn check_one(shown: &str, entity: &Entity) {
    assert!(!shown.trim().is_empty(), "only white space: {entity:?}");
    assert_eq!(shown, shown.trim_end(), "white space at the end: {entity:?}");
    match &entity.kind {
        Kind::Pre { language } => {
            assert!(!shown.starts_with('\n'), "an empty line at the beginning: {entity:?}");
            assert_ne!(language.as_deref(), Some(""));
        }
        Kind::TextLink { url } => {
            let (scheme, rest) = url.split_once("://").unwrap();
            assert!(["http", "https", "tg"].contains(&scheme.to_ascii_lowercase().as_str()), "{url}");
            assert!(scheme == "tg" || rest.split(['/', '?', '#']).next().unwrap().contains('.'), "{url}");
            assert!(!url.contains(|char: char| char.is_whitespace() || is_dropped(char)), "{url}");
        }
        _ => assert_eq!(shown, shown.trim_start(), "white space at the beginning: {entity:?}"),
    }
}

/// Two entities with common characters, the first of which begins no later.
fn check_pair(outer: &Entity, inner: &Entity) {
    let pair = || format!("{outer:?} and {inner:?}");
    assert!(end(inner) <= end(outer), "they cross: {}", pair());
    assert_ne!(std::mem::discriminant(&outer.kind), std::mem::discriminant(&inner.kind), "of one kind: {}", pair());
    assert!(!is_code(outer), "inside code: {}", pair());
    assert!(!is_code(inner) || is_quote(outer), "code inside something: {}", pair());
    assert!(!is_quote(inner), "a quotation inside something: {}", pair());
}

fn is_code(entity: &Entity) -> bool {
    matches!(entity.kind, Kind::Code | Kind::Pre { .. })
}

fn is_quote(entity: &Entity) -> bool {
    matches!(entity.kind, Kind::Blockquote | Kind::ExpandableBlockquote)
}

fn end(entity: &Entity) -> u32 {
    entity.offset + entity.length
}

/// What an entity covers.
pub fn slice<'a>(text: &'a str, entity: &Entity) -> &'a str {
    cover(text, &units(text), entity)
}

fn cover<'a>(text: &'a str, units: &[Option<usize>], entity: &Entity) -> &'a str {
    assert!(entity.length > 0, "empty: {entity:?}");
    let byte = |unit: u32| units.get(unit as usize).expect("outside the text").expect("within a surrogate pair");
    &text[byte(entity.offset)..byte(end(entity))]
}

/// Which byte each UTF-16 unit begins at, and the end; none is within a surrogate pair.
fn units(text: &str) -> Vec<Option<usize>> {
    let mut units = Vec::with_capacity(text.len() + 1);
    for (at, char) in text.char_indices() {
        units.push(Some(at));
        units.resize(units.len() + char.len_utf16() - 1, None);
    }
    units.push(Some(text.len()));
    units
}

fn is_dropped(char: char) -> bool {
    char != '\n' && char.is_control() || matches!(char, '\u{2028}'..='\u{202E}' | '\u{30A}' | '\u{333}' | '\u{33F}')
}

/// Can a character be seen? Telegram's own list (tdlib: `strip_empty_characters`).
pub fn is_visible(char: char) -> bool {
    !char.is_whitespace()
        && !matches!(char, '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202E}' | '\u{2800}' | '\u{FEFF}' | '\u{FFFC}')
        && !matches!(char, '\u{E0000}'..='\u{E007F}')
}

/// Checks that the parts are the text, cut: in order, with only white space between.
#[track_caller]
pub fn check_joined(parts: &[Part], text: &str) {
    let mut rest = text;
    for Part { text: part, .. } in parts {
        rest = rest.trim_start();
        rest = rest.strip_prefix(part.as_str()).unwrap_or_else(|| panic!("not next in the text: {part:?}"));
    }
    assert_eq!(rest.trim(), "", "lost at the end");
}

/// What a reader gets: the texts, with the URLs of links behind them.
pub fn shown(parts: &[Part]) -> String {
    let mut shown = String::new();
    for Part { text, entities } in parts {
        let units = units(text);
        let mut at = 0;
        for entity in entities {
            if let Kind::TextLink { url } = &entity.kind {
                let end = units[end(entity) as usize].unwrap();
                shown.push_str(&format!("{} {url} ", &text[at..end]));
                at = end;
            }
        }
        shown.push_str(&text[at..]);
        shown.push('\n');
    }
    shown
}

/// The alphanumeric words of a text.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// The first word of the source that is not shown after those before it.
pub fn first_lost<'a>(source: &'a str, mut shown: &str) -> Option<&'a str> {
    words(source).find(|word| match shown.find(word) {
        Some(at) => {
            shown = &shown[at + word.len()..];
            false
        }
        None => true,
    })
}

/// A part to be read: its text, and what is formatted, each with its text.
pub fn show(part: &Part) -> String {
    let entities = part.entities.iter().map(|entity| {
        let mut value = serde_json::to_value(entity).unwrap();
        let fields = value.as_object_mut().unwrap();
        let kind = fields.remove("type").unwrap();
        fields.remove("offset");
        fields.remove("length");
        let details = fields.values().map(|detail| format!(" {detail}")).collect::<String>();
        format!("\n{}{details}: {:?}", kind.as_str().unwrap(), slice(&part.text, entity))
    });
    let entities: String = entities.collect();
    if entities.is_empty() { part.text.clone() } else { format!("{}\n{entities}", part.text) }
}

/// The only message of an answer, to be read.
#[track_caller]
pub fn rendered(markdown: &str) -> String {
    let parts = bot_text::messages(markdown);
    parts.iter().for_each(check);
    assert_eq!(parts.len(), 1, "{markdown:?}");
    show(&parts[0])
}
