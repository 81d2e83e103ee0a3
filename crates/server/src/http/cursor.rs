//! Opaque cursors: where the next page begins.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

use super::{Problem, Result};
use crate::problem::Kind;

/// The cursor of a place.
pub fn encode<T: Serialize>(place: &T) -> Option<String> {
    serde_json::to_vec(place).ok().map(|json| URL_SAFE_NO_PAD.encode(json))
}

/// The place of a cursor.
pub fn decode<T: DeserializeOwned>(cursor: &str) -> Result<T> {
    let json = URL_SAFE_NO_PAD.decode(cursor).ok();
    json.and_then(|json| serde_json::from_slice(&json).ok()).ok_or_else(|| Problem::new(Kind::InvalidCursor))
}
