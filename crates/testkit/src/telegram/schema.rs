//! The Bot API as data: which methods, fields and types there are, and whether a call fits them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    notation::{Limit, Type},
    rules,
};

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

    /// Whether there is such a method, spelt like this (the real server takes capitals or not).
    pub(super) fn has(&self, method: &str) -> bool {
        self.methods.contains_key(method)
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

    pub(super) fn fits_object(&self, value: &Value, name: &str, path: &str) -> Result<(), String> {
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

#[cfg(test)]
mod tests {
    use super::*;

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
