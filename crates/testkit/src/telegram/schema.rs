//! The Bot API as data: which methods, fields and types there are, and whether a call fits them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::rules;

/// The methods and types of `botapi.json`.
pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let raw: Raw = serde_json::from_str(include_str!("botapi.json")).unwrap_or_default();
    Schema::read(raw)
});

/// What a call may say.
pub(super) struct Schema {
    methods: HashMap<String, BTreeMap<String, Field>>,
    types: HashMap<String, BTreeMap<String, Type>>,
}

struct Field {
    kind: Type,
    required: bool,
    limit: Option<Limit>,
}

/// `1-4096 characters`, `1-128 bytes`.
struct Limit {
    least: usize,
    most: usize,
    bytes: bool,
}

#[derive(Debug, PartialEq)]
enum Type {
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

#[derive(Deserialize, Default)]
struct Raw {
    methods: HashMap<String, RawMethod>,
    types: HashMap<String, HashMap<String, String>>,
}

#[derive(Deserialize)]
struct RawMethod {
    fields: HashMap<String, RawField>,
}

#[derive(Deserialize)]
struct RawField {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    required: bool,
    limit: Option<String>,
}

impl Schema {
    fn read(raw: Raw) -> Self {
        let field = |field: RawField| Field {
            kind: Type::read(&field.kind),
            required: field.required,
            limit: field.limit.as_deref().and_then(Limit::read),
        };
        let fields = |method: RawMethod| {
            method.fields.into_iter().map(|(name, raw)| (name, field(raw))).collect::<BTreeMap<_, _>>()
        };
        let types = |fields: HashMap<String, String>| {
            fields.into_iter().map(|(name, kind)| (name, Type::read(&kind))).collect()
        };
        Self {
            methods: raw.methods.into_iter().map(|(name, method)| (name, fields(method))).collect(),
            types: raw.types.into_iter().map(|(name, type_fields)| (name, types(type_fields))).collect(),
        }
    }

    /// The method's name as the documentation spells it: the real server reads names in any case.
    pub(super) fn method(&self, name: &str) -> Option<&str> {
        self.methods.get_key_value(name).map(|(name, _)| name.as_str())
    }

    /// Parameters that came as text, from a query or a form, as the values that they stand for.
    pub(super) fn typed(&self, method: &str, params: Vec<(String, String)>) -> Map<String, Value> {
        let fields = self.methods.get(method);
        let value = |name: &str, text: String| match fields.and_then(|fields| fields.get(name)) {
            Some(field) => field.kind.value_of(&text).unwrap_or(Value::String(text)),
            None => Value::String(text),
        };
        params.into_iter().map(|(name, text)| (name.clone(), value(&name, text))).collect()
    }

    /// Whether the call is well-formed, whoever it is for.
    ///
    /// # Errors
    ///
    /// What is wrong, in Telegram's words where it has some.
    pub(super) fn check(&self, method: &str, params: &Map<String, Value>) -> Result<(), String> {
        let Some(fields) = self.methods.get(method) else { return Err(format!("there is no method {method}")) };
        for (name, value) in params {
            let Some(field) = fields.get(name) else {
                return Err(format!("Bad Request: {method} has no field \"{name}\""));
            };
            self.fits(value, &field.kind, name).map_err(|flaw| format!("Bad Request: {flaw}"))?;
            if let (Some(limit), Some(text)) = (&field.limit, value.as_str()) {
                limit.check(name, text).map_err(|flaw| format!("Bad Request: {flaw}"))?;
            }
        }
        let missing = fields.iter().find(|(name, field)| field.required && !params.contains_key(*name));
        match missing.map(|(name, _)| name.as_str()) {
            Some("chat_id") => return Err("Bad Request: chat_id is empty".into()),
            Some("text") => return Err("Bad Request: message text is empty".into()),
            Some(name) => return Err(format!("Bad Request: {method} needs the field \"{name}\"")),
            None => {}
        }
        rules::call(method, params).map_err(|flaw| format!("Bad Request: {flaw}"))
    }

    fn fits(&self, value: &Value, kind: &Type, path: &str) -> Result<(), String> {
        let fits = match kind {
            Type::Any => true,
            Type::Null => false,
            Type::Int => value.is_i64() || value.is_u64(),
            Type::Float => value.is_number(),
            Type::Bool => value.is_boolean(),
            Type::Text | Type::File => value.is_string(),
            Type::Literal(words) => match value {
                Value::String(word) => words.contains(word),
                Value::Bool(_) => words.iter().any(|word| *word == "True") && *value == Value::Bool(true),
                other => words.contains(&other.to_string()),
            },
            Type::List(item) => {
                let Some(items) = value.as_array() else { return Err(wrong(path, kind)) };
                let fits = |(index, value)| self.fits(value, item, &format!("{path}[{index}]"));
                return items.iter().enumerate().try_for_each(fits);
            }
            Type::Object(name) => return self.fits_object(value, name, path),
            Type::OneOf(kinds) => return self.fits_one(value, kinds, path),
        };
        if fits { Ok(()) } else { Err(wrong(path, kind)) }
    }

    fn fits_object(&self, value: &Value, name: &str, path: &str) -> Result<(), String> {
        let Some(object) = value.as_object() else { return Err(format!("{path} must be an object {name}")) };
        let Some(fields) = self.types.get(name) else { return Ok(()) };
        for (field, value) in object {
            let path = format!("{path}.{field}");
            let Some(kind) = fields.get(field) else { return Err(format!("{path}: {name} has no such field")) };
            self.fits(value, kind, &path)?;
        }
        match fields.iter().find(|(field, kind)| !kind.is_optional() && !object.contains_key(*field)) {
            Some((field, _)) => Err(format!("{path}: can't find field \"{field}\" of {name}")),
            None => rules::object(name, object),
        }
    }

    /// Fits one of several; else says why it doesn't fit the one that was most likely meant.
    fn fits_one(&self, value: &Value, kinds: &[Type], path: &str) -> Result<(), String> {
        let knows = |kind: &&Type| match (kind, value) {
            (Type::Object(name), Value::Object(object)) => {
                let fields = self.types.get(name);
                object.iter().all(|(field, value)| match fields.and_then(|fields| fields.get(field)) {
                    Some(kind @ Type::Literal(_)) => self.fits(value, kind, path).is_ok(),
                    field => field.is_some(),
                })
            }
            (Type::List(_), Value::Array(_)) => true,
            _ => false,
        };
        if kinds.iter().any(|kind| self.fits(value, kind, path).is_ok()) {
            return Ok(());
        }
        let structured = |kind: &&Type| matches!(kind, Type::Object(_) | Type::List(_));
        let likely = kinds.iter().find(knows).or_else(|| kinds.iter().find(structured)).or(kinds.first());
        likely.map_or(Ok(()), |kind| self.fits(value, kind, path))
    }
}

fn wrong(path: &str, kind: &Type) -> String {
    format!("{path} must be {kind:?}")
}

impl Type {
    /// Reads the notation of `botapi.json`, which is Python's.
    fn read(notation: &str) -> Self {
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

    fn is_optional(&self) -> bool {
        matches!(self, Self::OneOf(kinds) if kinds.contains(&Self::Null))
    }

    /// The value that a text of a query or a form stands for.
    fn value_of(&self, text: &str) -> Option<Value> {
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
    fn read(notation: &str) -> Option<Self> {
        let (range, unit) = notation.split_once(' ')?;
        let (least, most) = range.split_once('-')?;
        Some(Self { least: least.parse().ok()?, most: most.parse().ok()?, bytes: unit == "bytes" })
    }

    /// The text of a message is measured later, after it has been cleaned.
    fn check(&self, name: &str, text: &str) -> Result<(), String> {
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

    #[test]
    fn every_type_that_is_named_is_there() {
        assert_eq!(SCHEMA.methods.len(), 185);
        fn named<'a>(kind: &'a Type, names: &mut Vec<&'a str>) {
            match kind {
                Type::Object(name) => names.push(name),
                Type::List(item) => named(item, names),
                Type::OneOf(kinds) => kinds.iter().for_each(|kind| named(kind, names)),
                _ => {}
            }
        }
        let mut names = Vec::new();
        SCHEMA.types.values().flat_map(BTreeMap::values).for_each(|kind| named(kind, &mut names));
        SCHEMA.methods.values().flat_map(BTreeMap::values).for_each(|field| named(&field.kind, &mut names));
        names.retain(|name| !SCHEMA.types.contains_key(*name));
        assert_eq!(names, Vec::<&str>::new());
    }
}
