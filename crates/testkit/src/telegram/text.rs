//! Texts and their entities as Telegram takes and keeps them ("MessageEntity", "Formatting options").

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::rules;

/// The longest text of a message, in UTF-16 code units.
pub(super) const LONGEST_TEXT: usize = 4096;
/// The longest caption.
pub(super) const LONGEST_CAPTION: usize = 1024;
/// More are cut off in silence by the real server; here they are refused.
const MOST_ENTITIES: usize = 100;

/// "MessageEntity": a part of a text that is special. Offset and length count UTF-16 code units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// `bold`, `pre`, `bot_command` and so on.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it begins.
    pub offset: usize,
    /// How long it is.
    pub length: usize,
    /// `url`, `language`, `user` and so on.
    #[serde(flatten)]
    pub details: Map<String, Value>,
}

impl Entity {
    /// An entity without details.
    pub(super) fn new(kind: &str, offset: usize, length: usize) -> Self {
        Self { kind: kind.into(), offset, length, details: Map::new() }
    }

    /// Where it ends.
    pub fn end(&self) -> usize {
        self.offset + self.length
    }

    /// The part of `text` that it covers.
    pub fn of(&self, text: &str) -> String {
        let units: Vec<u16> = text.encode_utf16().skip(self.offset).take(self.length).collect();
        String::from_utf16_lossy(&units)
    }

    fn is_found_by_telegram(&self) -> bool {
        let found =
            ["mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"];
        found.contains(&self.kind.as_str())
    }

    fn is_style(&self) -> bool {
        ["bold", "italic", "underline", "strikethrough", "spoiler"].contains(&self.kind.as_str())
    }

    fn is_quote(&self) -> bool {
        ["blockquote", "expandable_blockquote"].contains(&self.kind.as_str())
    }

    fn is_code(&self) -> bool {
        ["pre", "code"].contains(&self.kind.as_str())
    }
}

/// A text with its entities.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Formatted {
    pub(super) text: String,
    pub(super) entities: Vec<Entity>,
}

/// A text as a chat shows it: control characters made spaces or taken out, spaces at its ends gone. A text that a
/// test expects must go through here, if it may hold such characters.
pub fn as_shown(text: &str) -> String {
    Formatted { text: text.into(), entities: Vec::new() }.cleaned().text
}

impl Formatted {
    /// The text and the entities of a call's parameters.
    ///
    /// # Errors
    ///
    /// What is wrong with them, in Telegram's words where it has some.
    pub(super) fn read(text: &str, entities: Option<&Value>, longest: usize) -> Result<Self, String> {
        let mut read = Vec::new();
        for value in entities.and_then(Value::as_array).into_iter().flatten() {
            let negative = |name: &str| value[name].as_i64().is_none_or(|number| number < 0);
            if negative("offset") || value["length"].as_i64().is_none_or(|length| length <= 0) {
                return Err("ENTITY_BOUNDS_INVALID".into());
            }
            let entity = Entity::deserialize(value).map_err(|error| format!("can't parse MessageEntity: {error}"))?;
            read.push(entity);
        }
        if read.len() > MOST_ENTITIES {
            return Err(format!("ENTITIES_TOO_LONG: {} entities, at most {MOST_ENTITIES} are kept", read.len()));
        }
        read.iter().try_for_each(known)?;
        within(text, &read)?;
        nested(&mut read)?;
        read.retain(|entity| !entity.is_found_by_telegram());
        let cleaned = Self { text: text.into(), entities: read }.cleaned();
        match cleaned.text.encode_utf16().count() {
            length if length > longest && longest == LONGEST_CAPTION => Err("message caption is too long".into()),
            length if length > longest => Err("message is too long".into()),
            _ => Ok(cleaned),
        }
    }

    /// Nothing that could be seen.
    pub(super) fn is_blank(&self) -> bool {
        let unseen = |character: char| {
            character.is_whitespace()
                || matches!(
                    character,
                    '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202E}' | '\u{2800}' | '\u{FEFF}' | '\u{FFFC}'
                )
        };
        self.text.chars().all(unseen)
    }

    /// The fields of "Message".
    pub(super) fn fields(&self, text: &str, entities: &str) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert(text.into(), self.text.as_str().into());
        if !self.entities.is_empty() {
            fields.insert(entities.into(), serde_json::to_value(&self.entities).unwrap_or_default());
        }
        fields
    }

    /// The text of a person, with what Telegram finds in it.
    pub(super) fn typed(text: &str) -> Self {
        let mut typed = Self { text: text.into(), entities: Vec::new() }.cleaned();
        typed.entities = found(&typed.text);
        typed
    }

    /// Cleans the text as tdlib does, moves the entities along, and trims both.
    fn cleaned(self) -> Self {
        let mut text = String::with_capacity(self.text.len());
        // Where each code unit of the old text stands in the new one.
        let (mut places, mut place) = (Vec::with_capacity(self.text.len() + 1), 0);
        let mark = |character: &char| matches!(character, '\u{200E}' | '\u{200F}');
        let mut characters = self.text.chars().peekable();
        while let Some(character) = characters.next() {
            places.resize(places.len() + character.len_utf16(), place);
            let kept = match character {
                '\n' => Some('\n'),
                // Of several marks of direction only the last stays one.
                _ if mark(&character) && characters.peek().is_some_and(mark) => Some('\u{200C}'),
                '\r' | '\u{2028}'..='\u{202E}' | '\u{0333}' | '\u{033F}' | '\u{030A}' => None,
                '\0'..=' ' => Some(' '),
                other => Some(other),
            };
            place += kept.map_or(0, char::len_utf16);
            text.extend(kept);
        }
        places.push(place);
        let spaces = [' ', '\n'];
        let moved = |entity: &Entity| (places[entity.offset], places[entity.end()]);
        let first = self.entities.iter().map(|entity| places[entity.offset]).min().unwrap_or(usize::MAX);
        // Spaces are one code unit and one byte each, so this counts both. Those in an entity at the start stay.
        let before = (text.len() - text.trim_start_matches(spaces).len()).min(first);
        let shown = text[before..].trim_end_matches(spaces).to_owned();
        let end = before + shown.encode_utf16().count();
        let mut entities = Vec::with_capacity(self.entities.len());
        for entity in self.entities {
            let (from, to) = moved(&entity);
            let (from, to) = (from.clamp(before, end) - before, to.clamp(before, end) - before);
            let entity = Entity { offset: from, length: to - from, ..entity };
            if !entity.of(&shown).trim_matches(spaces).is_empty() {
                entities.push(entity);
            }
        }
        Self { text: shown, entities }
    }
}

/// Whether Telegram knows such an entity, and its details.
fn known(entity: &Entity) -> Result<(), String> {
    let detail = |name: &str| entity.details.get(name);
    let needs = |name: &str| match detail(name) {
        Some(_) => Ok(()),
        None => Err(format!("can't parse MessageEntity: Can't find field \"{name}\"")),
    };
    match entity.kind.as_str() {
        "text_link" => {
            needs("url")?;
            let url = detail("url").and_then(Value::as_str).unwrap_or_default();
            rules::url(url).map_err(|why| format!("entity URL '{url}' is invalid: {why}"))
        }
        "text_mention" => needs("user"),
        "custom_emoji" => needs("custom_emoji_id"),
        "date_time" => needs("unix_time"),
        _ if entity.is_style() || entity.is_quote() || entity.is_code() || entity.is_found_by_telegram() => Ok(()),
        _ => Err("can't parse MessageEntity: Unsupported type specified".into()),
    }
}

/// Whether each begins and ends within the text, and at a character.
fn within(text: &str, entities: &[Entity]) -> Result<(), String> {
    let mut starts = Vec::with_capacity(text.len() + 1);
    for character in text.chars() {
        starts.push(true);
        starts.resize(starts.len() + character.len_utf16() - 1, false);
    }
    starts.push(true);
    for entity in entities {
        let (begin, end) = (entity.offset, entity.end());
        if begin >= starts.len() {
            return Err(format!("entity begins after the end of the text at UTF-16 offset {begin}"));
        }
        if end >= starts.len() {
            return Err(format!(
                "entity beginning at UTF-16 offset {begin} ends after the end of the text at UTF-16 offset {end}"
            ));
        }
        if !starts[begin] {
            return Err("entity begins in a middle of a UTF-16 symbol".into());
        }
        if !starts[end] {
            return Err(format!("entity beginning at UTF-16 offset {begin} ends in a middle of a UTF-16 symbol"));
        }
    }
    Ok(())
}

/// Whether they nest as the documentation allows. The real server mends some of this by cutting and dropping, so a
/// bot that relies on it shows something else than it meant.
///
/// Code in a quotation is allowed: the documentation is silent on it, the real server keeps it.
fn nested(entities: &mut [Entity]) -> Result<(), String> {
    entities.sort_by_key(|entity| (entity.offset, std::cmp::Reverse(entity.length), !entity.is_quote()));
    let refuse = |outer: &Entity, inner: &Entity, why: &str| {
        let Entity { kind, offset, length, .. } = inner;
        let (around, begin, end) = (&outer.kind, outer.offset, outer.end());
        Err(format!("can't parse entities: {kind} at {offset}, {length} long, {why} {around} at {begin}..{end}"))
    };
    let mut open: Vec<&Entity> = Vec::new();
    for inner in entities.iter() {
        open.retain(|outer| outer.end() > inner.offset);
        for outer in &open {
            if outer.end() < inner.end() {
                return refuse(outer, inner, "crosses");
            }
            if outer.is_quote() && inner.is_quote() {
                return refuse(outer, inner, "is nested in another quotation,");
            }
            if outer.is_code() || inner.is_code() && !outer.is_quote() {
                return refuse(outer, inner, "can't share characters with");
            }
            if outer.kind == inner.kind || !(outer.is_style() || inner.is_style() || outer.is_quote()) {
                return refuse(outer, inner, "can't be nested in");
            }
        }
        open.push(inner);
    }
    Ok(())
}

/// The commands, mentions and links that Telegram finds in what a person writes.
fn found(text: &str) -> Vec<Entity> {
    let (mut entities, mut offset, mut before) = (Vec::new(), 0, ' ');
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let at_start = !(before.is_alphanumeric() || matches!(before, '_' | '/' | '@' | '<'));
        let length = if at_start { special(rest) } else { None };
        if let Some((kind, bytes)) = length {
            let units = rest[..bytes].encode_utf16().count();
            entities.push(Entity::new(kind, offset, units));
            before = rest[..bytes].chars().next_back().unwrap_or(' ');
            offset += units;
            rest = &rest[bytes..];
        } else {
            before = character;
            offset += character.len_utf16();
            rest = &rest[character.len_utf8()..];
        }
    }
    entities
}

/// What the text begins with, if it is special, and its length in bytes.
fn special(text: &str) -> Option<(&'static str, usize)> {
    let word = |text: &str| text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let (kind, length) = match text.as_bytes() {
        [b'/', ..] => {
            let name = word(&text[1..]);
            let command = 1 + name;
            let addressed = text[command..].strip_prefix('@').map(word).filter(|name| *name >= 3);
            ("bot_command", if (1..=64).contains(&name) { command + addressed.map_or(0, |name| 1 + name) } else { 0 })
        }
        [b'@', ..] => {
            ("mention", Some(word(&text[1..])).filter(|name| (3..=32).contains(name)).map_or(0, |name| 1 + name))
        }
        _ if text.starts_with("https://") || text.starts_with("http://") => {
            ("url", text.find(char::is_whitespace).unwrap_or(text.len()))
        }
        _ => return None,
    };
    (length > 0).then_some((kind, length))
}

/// Cuts a text as a person's app does that sends more than a message holds: after a line or a word.
pub(super) fn cut(text: &str) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while rest.encode_utf16().count() > LONGEST_TEXT {
        let mut units = 0;
        let fits = rest.char_indices().take_while(|(_, character)| {
            units += character.len_utf16();
            units <= LONGEST_TEXT
        });
        let most = fits.last().map_or(rest.len(), |(index, character)| index + character.len_utf8());
        let end = rest[..most].rfind('\n').or_else(|| rest[..most].rfind(' ')).filter(|end| *end > 0).unwrap_or(most);
        parts.push(&rest[..end]);
        rest = &rest[end..];
    }
    parts.push(rest);
    parts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_cleaned_and_entities_move_along() {
        let entities = json!([{"type": "bold", "offset": 4, "length": 3}]);
        let read = Formatted::read("\n a\r🙂b\t", Some(&entities), LONGEST_TEXT).unwrap();
        assert_eq!(read.text, "a🙂b");
        assert_eq!(read.entities, [Entity::new("bold", 1, 3)]);
        assert_eq!(as_shown("  a\tb \n"), "a b");
    }

    #[test]
    fn what_a_person_writes_is_understood() {
        let kinds = |text: &str| {
            let typed = Formatted::typed(text);
            typed.entities.iter().map(|entity| format!("{} {}", entity.kind, entity.of(text))).collect::<Vec<_>>()
        };
        assert_eq!(kinds("/start abc"), ["bot_command /start"]);
        assert_eq!(kinds("🙂 /stop@beseda_bot"), ["bot_command /stop@beseda_bot"]);
        assert_eq!(kinds("эй, @beseda_bot: a/b, m@il.ru"), ["mention @beseda_bot"]);
        assert_eq!(kinds("см. https://a.b/c?d и"), ["url https://a.b/c?d"]);
    }

    #[test]
    fn long_texts_are_cut_without_a_loss() {
        let text = "слово ".repeat(2000);
        let parts = cut(&text);
        assert_eq!(parts.concat(), text);
        assert!(parts.len() > 1 && parts.iter().all(|part| part.encode_utf16().count() <= LONGEST_TEXT));
    }
}
