//! Ids (UUIDv7, RFC 9562) and secrets.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngExt as _;
use sha2::{Digest as _, Sha256};
use uuid::{NoContext, Timestamp, Uuid};

use crate::db::Ts;

/// A new id whose leading bits are `now`, so that ids sort by their making.
pub fn new_id(now: Ts) -> Uuid {
    let micros = u64::try_from(now.as_micros()).unwrap_or(0);
    let nanos = u32::try_from(micros % 1_000_000 * 1_000).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(NoContext, micros / 1_000_000, nanos))
}

/// 256 random bits behind a prefix that tells a reader (and a secret scanner) what leaked.
pub fn new_token(prefix: &str) -> String {
    let bytes: [u8; 32] = rand::rng().random();
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// SHA-256: how tokens are stored, and how bodies are compared.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
