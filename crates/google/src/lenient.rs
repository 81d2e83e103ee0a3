//! Reading what may be different tomorrow.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::value::RawValue;

/// A field that becomes its default (`None`, `false`, an empty list) when it is `null` or not what it was, instead of
/// failing all that it stands in. With `#[serde(default)]`, also when absent.
pub(crate) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(from: D) -> Result<T, D::Error> {
    let raw = Box::<RawValue>::deserialize(from)?;
    Ok(serde_json::from_str(raw.get()).unwrap_or_default())
}

/// A whole number that may be written as text, as protobuf's JSON does with 64 bits; `None` for anything else.
pub(crate) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(i64),
        Text(String),
    }
    Ok(match lenient(from)? {
        Some(Written::Number(number)) => Some(number),
        Some(Written::Text(text)) => text.parse().ok(),
        None => None,
    })
}

/// A list without those elements that are not objects, or cannot be read.
pub(crate) fn readable<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    let all: Vec<Box<RawValue>> = lenient(from)?;
    Ok(all.iter().filter_map(|raw| object(raw.get().as_bytes())).collect())
}

/// An object, if it is one: serde would take a list of the fields' values for a struct as well.
pub(crate) fn object<'de, T: Deserialize<'de>>(json: &'de [u8]) -> Option<T> {
    if json.trim_ascii_start().starts_with(b"{") { serde_json::from_slice(json).ok() } else { None }
}
