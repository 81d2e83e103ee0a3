//! How `botapi.json` writes types and limits: Python's notation, and `1-4096 characters`.

use serde_json::Value;

/// The type of a field.
#[derive(Debug, PartialEq)]
pub(super) enum Type {
    Int,
    Float,
    Bool,
    Text,
    /// An upload: `attach://NAME`, or a part of a multipart body.
    File,
    Any,
    Null,
    /// One of these words; none: any value.
    Literal(Vec<String>),
    List(Box<Type>),
    Object(String),
    OneOf(Vec<Type>),
}

/// `1-4096 characters`, `1-128 bytes`.
pub(super) struct Limit {
    least: usize,
    most: usize,
    bytes: bool,
}

impl Type {
    /// Reads the notation of `botapi.json`, which is Python's.
    pub(super) fn read(notation: &str) -> Self {
        let notation = notation.trim();
        let alternatives = split(notation, " | ");
        if alternatives.len() > 1 {
            return Self::OneOf(alternatives.into_iter().map(Self::read).collect());
        }
        let inside = |name: &str| notation.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']');
        if let Some(inner) = inside("Optional") {
            return Self::OneOf(vec![Self::read(inner), Self::Null]);
        }
        if let Some(inner) = inside("Annotated") {
            return split(inner, ", ").first().map_or(Self::Any, |kind| Self::read(kind));
        }
        if let Some(inner) = inside("list") {
            return Self::List(Box::new(Self::read(inner)));
        }
        if let Some(inner) = inside("Literal") {
            let word = |part: &str| part.rsplit(": ").next().unwrap_or(part).trim_matches(['<', '>', '\'']).to_owned();
            return Self::Literal(split(inner, ", ").into_iter().map(word).collect());
        }
        match notation {
            "int" | "datetime.datetime" | "datetime.timedelta" => Self::Int,
            "float" => Self::Float,
            "bool" => Self::Bool,
            "str" => Self::Text,
            "None" => Self::Null,
            "input_file.InputFile" => Self::File,
            name => name.rsplit_once('.').map_or(Self::Any, |(_, name)| Self::Object(name.into())),
        }
    }

    pub(super) fn is_optional(&self) -> bool {
        matches!(self, Self::OneOf(kinds) if kinds.contains(&Self::Null))
    }

    /// The value that a text of a query or a form stands for.
    pub(super) fn value_of(&self, text: &str) -> Option<Value> {
        match self {
            Self::Int => text.parse::<i64>().ok().map(Value::from),
            Self::Float => text.parse::<f64>().ok().map(Value::from),
            Self::Bool => match text {
                "true" | "True" | "1" | "yes" => Some(true.into()),
                "false" | "False" | "0" | "no" => Some(false.into()),
                _ => None,
            },
            Self::List(_) | Self::Object(_) | Self::Any => serde_json::from_str(text).ok(),
            Self::Text | Self::File | Self::Literal(_) => Some(text.into()),
            Self::Null => None,
            Self::OneOf(kinds) => kinds.iter().find_map(|kind| kind.value_of(text)),
        }
    }
}

/// Splits where no bracket is open.
fn split<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let (mut parts, mut depth, mut begin) = (Vec::new(), 0_usize, 0);
    for (index, character) in text.char_indices() {
        match character {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 && index >= begin && text[index..].starts_with(separator) => {
                parts.push(&text[begin..index]);
                begin = index + separator.len();
            }
            _ => {}
        }
    }
    parts.push(&text[begin..]);
    parts
}

impl Limit {
    pub(super) fn read(notation: &str) -> Option<Self> {
        let (range, unit) = notation.split_once(' ')?;
        let (least, most) = range.split_once('-')?;
        Some(Self { least: least.parse().ok()?, most: most.parse().ok()?, bytes: unit == "bytes" })
    }

    /// The text of a message is measured later, after it has been cleaned.
    pub(super) fn check(&self, name: &str, text: &str) -> Result<(), String> {
        let length = if self.bytes { text.len() } else { text.encode_utf16().count() };
        match name {
            "text" if self.most == 4096 => Ok(()),
            "caption" => Ok(()),
            _ if length > self.most => Err(format!("{name} is too long: at most {}", self.most)),
            _ if length < self.least => Err(format!("{name} must be non-empty")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notation_is_read() {
        assert_eq!(Type::read("int | None"), Type::OneOf(vec![Type::Int, Type::Null]));
        assert_eq!(
            Type::read("list[message_entity.MessageEntity]"),
            Type::List(Box::new(Type::Object("MessageEntity".into())))
        );
        assert_eq!(Type::read("Literal[<BotCommandScopeType.CHAT: 'chat]"), Type::Literal(vec!["chat".into()]));
        assert_eq!(
            Type::read("Optional[Annotated[datetime.datetime, Serializer(func=<f at 0x1>, when='unless-none')]]"),
            Type::OneOf(vec![Type::Int, Type::Null])
        );
        let union = "Optional[Annotated[a.A | b.B, FieldInfo(annotation=NoneType, discriminator='type')]]";
        let objects = Type::OneOf(vec![Type::Object("A".into()), Type::Object("B".into())]);
        assert_eq!(Type::read(union), Type::OneOf(vec![objects, Type::Null]));
    }
}
