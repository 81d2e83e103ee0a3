//! Fields of forms.

use serde::{Deserialize, Deserializer, de::Error as _};
use uuid::Uuid;

use super::Failure;

/// The longest reason, in characters.
const MOST_REASON: usize = 500;

/// A field that may be left empty, as filters are. For `deserialize_with`, beside `default`.
pub fn blank<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: std::str::FromStr,
    D: Deserializer<'de>,
{
    let text: Option<String> = Option::deserialize(deserializer)?;
    match text.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| D::Error::custom("not of its kind")),
    }
}

/// Why somebody does what is recorded: what the part `reason` of a form sends.
#[derive(Debug, Deserialize)]
pub struct WithReason {
    reason: String,
}

impl WithReason {
    /// The reason, which must be said.
    pub fn checked(&self) -> Result<String, Failure> {
        reason(&self.reason)
    }
}

/// A reason that must be said.
pub fn reason(text: &str) -> Result<String, Failure> {
    let text = text.trim();
    let fits = (1..=MOST_REASON).contains(&text.chars().count());
    if fits { Ok(text.to_owned()) } else { Err(Failure::Invalid("invalid-reason")) }
}

/// One of a person's ids, as it is copied from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonId {
    /// The service's own.
    Own(Uuid),
    /// Telegram's.
    Telegram(i64),
}

impl PersonId {
    /// Reads either.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let text = text.trim();
        let own = text.parse().map(Self::Own).ok();
        own.or_else(|| text.parse().map(Self::Telegram).ok()).ok_or(Failure::Invalid("invalid-person"))
    }
}
