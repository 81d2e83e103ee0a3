//! RSA keys of 2048 bits, made when they are needed, and kept as long as the process lives: making one is slow.

#![expect(clippy::expect_used, reason = "that a key can be made is no question of a test")]

use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, jwk::Jwk};
use serde_json::{Value, json};

/// A key and its other half.
pub(super) struct Key {
    /// Its name.
    pub(super) kid: String,
    pub(super) private_pem: String,
    pub(super) public_pem: String,
    pub(super) encoding: EncodingKey,
    pub(super) decoding: DecodingKey,
    /// "JSON Web Key"
    pub(super) jwk: Value,
}

/// The key of the service account.
pub(super) fn account() -> Arc<Key> {
    key(0)
}

/// One that is never published.
pub(super) fn stranger() -> Arc<Key> {
    key(1)
}

/// One of those that sign ID tokens.
pub(super) fn signing(number: usize) -> Arc<Key> {
    key(number + 2)
}

fn key(number: usize) -> Arc<Key> {
    static KEYS: Mutex<Vec<Option<Arc<Key>>>> = Mutex::new(Vec::new());
    let mut keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
    if keys.len() <= number {
        keys.resize(number + 1, None);
    }
    Arc::clone(keys[number].get_or_insert_with(|| Arc::new(Key::new(number))))
}

impl Key {
    fn new(number: usize) -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let private: Pkcs8V1Der<'_> = pair.as_der().expect("PKCS #8");
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("X.509");
        let private_pem = pem("PRIVATE KEY", private.as_ref());
        let public_pem = pem("PUBLIC KEY", public.as_ref());
        let encoding = EncodingKey::from_rsa_pem(private_pem.as_bytes()).expect("what was just written");
        let decoding = DecodingKey::from_rsa_pem(public_pem.as_bytes()).expect("what was just written");
        // As long as Google's.
        let kid = format!("fa6e{number:036x}");
        let jwk = Jwk::from_encoding_key(&encoding, Algorithm::RS256).expect("a public half");
        let mut jwk = serde_json::to_value(jwk).expect("JSON");
        jwk["kid"] = json!(kid);
        jwk["use"] = json!("sig");
        Self { kid, private_pem, public_pem, encoding, decoding, jwk }
    }
}

/// RFC 7468
fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut lines = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        lines.push_str(&String::from_utf8_lossy(line));
        lines.push('\n');
    }
    lines + &format!("-----END {label}-----\n")
}
