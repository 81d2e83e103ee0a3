//! What is special in a text ("MessageEntity"): which entities are taken, and which Telegram finds by itself.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::rules;

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

    pub(super) fn is_found_by_telegram(&self) -> bool {
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

/// Whether Telegram knows such an entity, and its details.
pub(super) fn known(entity: &Entity) -> Result<(), String> {
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
pub(super) fn within(text: &str, entities: &[Entity]) -> Result<(), String> {
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
pub(super) fn nested(entities: &mut [Entity]) -> Result<(), String> {
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
pub(super) fn found(text: &str) -> Vec<Entity> {
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
