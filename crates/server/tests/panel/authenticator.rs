//! An authenticator of software: it makes a passkey and signs with it as WebAuthn (6) says, or not quite, where a test
//! wants to know what comes of that.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use beseda::ids::sha256;
use serde_json::{Value, json};

/// The domain that the passkeys are of, and where its pages are.
pub(crate) const DOMAIN: &str = "beseda.example";
pub(crate) const ORIGIN: &str = "https://beseda.example";

/// Flags of authenticator data (6.1).
const USER_PRESENT: u8 = 0x01;
pub(crate) const USER_VERIFIED: u8 = 0x04;
pub(crate) const BACKUP_ELIGIBLE: u8 = 0x08;
const ATTESTED: u8 = 0x40;

/// COSE's numbers of ES256 and of ES256K, as CBOR.
pub(crate) const ES256: &[u8] = &[0x26];
pub(crate) const ES256K: &[u8] = &[0x38, 0x2e];

/// A passkey as its keeper has it. What stands in it is what is told.
pub(crate) struct Key {
    pair: EcdsaKeyPair,
    pub(crate) id: Vec<u8>,
    pub(crate) algorithm: &'static [u8],
    /// As the service gave it, in base64url.
    pub(crate) user_handle: Option<String>,
    pub(crate) domain: &'static str,
    pub(crate) origin: &'static str,
    pub(crate) flags: u8,
    /// How often it has signed; 0 stays 0: it does not count.
    pub(crate) count: u32,
}

impl Key {
    pub(crate) fn new() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        Self {
            id: sha256(pair.public_key().as_ref()).into(),
            pair,
            algorithm: ES256,
            user_handle: None,
            domain: DOMAIN,
            origin: ORIGIN,
            flags: USER_PRESENT | USER_VERIFIED,
            count: 0,
        }
    }

    /// What comes of `navigator.credentials.create`: a `RegistrationResponseJSON` (5.1).
    pub(crate) fn made(&mut self, options: &Value) -> Value {
        self.user_handle = options["user"]["id"].as_str().map(str::to_owned);
        let mut data = self.data(self.flags | ATTESTED);
        // An authenticator that does not say which model it is.
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(self.public_key());
        let mut object = [&b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59"[..]].concat();
        object.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        object.extend(data);
        let told = self.client_data("webauthn.create", options);
        self.answer(json!({"clientDataJSON": encoded(&told), "attestationObject": encoded(&object)}))
    }

    /// What comes of `navigator.credentials.get`: an `AuthenticationResponseJSON` (5.1).
    pub(crate) fn shown(&mut self, options: &Value) -> Value {
        self.count += u32::from(self.count > 0);
        let (data, told) = (self.data(self.flags), self.client_data("webauthn.get", options));
        let signed = [&data[..], &sha256(&told)].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &signed).unwrap();
        self.answer(json!({
            "clientDataJSON": encoded(&told),
            "authenticatorData": encoded(&data),
            "signature": encoded(signature.as_ref()),
            "userHandle": self.user_handle,
        }))
    }

    fn answer(&self, response: Value) -> Value {
        let id = encoded(&self.id);
        json!({"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {}})
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let told =
            json!({"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false});
        told.to_string().into_bytes()
    }

    /// The beginning of authenticator data.
    fn data(&self, flags: u8) -> Vec<u8> {
        [&sha256(self.domain.as_bytes())[..], &[flags], &self.count.to_be_bytes()].concat()
    }

    /// A `COSE_Key` (RFC 9053, 7.1): kty EC2, alg, crv P-256, x, y.
    fn public_key(&self) -> Vec<u8> {
        let point = self.pair.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        [&b"\xa5\x01\x02\x03"[..], self.algorithm, b"\x20\x01\x21\x58\x20", x, b"\x22\x58\x20", y].concat()
    }
}

pub(crate) fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
