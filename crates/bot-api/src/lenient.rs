//! Reading what may be different tomorrow.

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};
use serde_json::value::RawValue;

/// A field that becomes its default (`None`, `false`, an empty list) when it is `null` or not what
/// it was, instead of failing all that it stands in. With `#[serde(default)]`, also when absent.
pub(crate) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(from: D) -> Result<T, D::Error> {
    let raw = Box::<RawValue>::deserialize(from)?;
    Ok(serde_json::from_str(raw.get()).unwrap_or_default())
}

/// A number that may be written as text: Telegram's own server does so where a number is longer than JavaScript's.
pub(crate) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(i64),
        Text(String),
    }
    match Written::deserialize(from)? {
        Written::Number(number) => Ok(number),
        Written::Text(text) => text.parse().map_err(D::Error::custom),
    }
}

/// A list without those elements that cannot be read.
pub(crate) fn readable<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    let all: Vec<Box<RawValue>> = lenient(from)?;
    Ok(all.iter().filter_map(|raw| serde_json::from_str(raw.get()).ok()).collect())
}
