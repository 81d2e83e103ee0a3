//! Ids (UUIDv7, RFC 9562) and secrets.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngExt as _;
use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

use crate::db::Ts;

/// A new id whose leading bits are `now`, so that ids sort by their making: by the millisecond, and within it by 4,096ths
/// (RFC 9562, 6.2, method 3).
pub fn new_id(now: Ts) -> Uuid {
    let micros = u64::try_from(now.as_micros()).unwrap_or(0);
    let [high, low] = u16::try_from(micros % 1_000 * 4_096 / 1_000).unwrap_or(0).to_be_bytes();
    let mut rest: [u8; 10] = rand::rng().random();
    (rest[0], rest[1]) = (high, low);
    Builder::from_unix_timestamp_millis(micros / 1_000, &rest).into_uuid()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_their_moments() {
        let ids: Vec<Uuid> = (0..5_000).map(|micros| new_id(Ts::from_micros(1_700_000_000_000_000 + micros))).collect();
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        assert_ne!(new_id(Ts::from_micros(1)), new_id(Ts::from_micros(1)));
    }
}
