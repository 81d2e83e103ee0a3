//! Texts as Telegram takes and keeps them ("Formatting options").

use serde::Deserialize as _;
use serde_json::{Map, Value};

use super::entities::{self, Entity};

/// The longest text of a message, in UTF-16 code units.
pub(super) const LONGEST_TEXT: usize = 4096;
/// The longest caption.
pub(super) const LONGEST_CAPTION: usize = 1024;
/// More are cut off in silence by the real server; here they are refused.
const MOST_ENTITIES: usize = 100;

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
    pub(super) fn read(text: &str, given: Option<&Value>, longest: usize) -> Result<Self, String> {
        let mut read = Vec::new();
        for value in given.and_then(Value::as_array).into_iter().flatten() {
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
        read.iter().try_for_each(entities::known)?;
        entities::within(text, &read)?;
        entities::nested(&mut read)?;
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
        typed.entities = entities::found(&typed.text);
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
