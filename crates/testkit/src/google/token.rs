//! ID tokens, right ones and forged ones.

#![expect(clippy::expect_used, reason = "that a key signs is no question of a test")]

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Map, Value, json};

use super::{
    FakeGoogle, key,
    state::{self, Shared},
};

/// Who signs a token, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// Google, with the key that signs now.
    Right,
    /// Google, with the key that signed before, still published.
    Previous,
    /// Somebody, with a key that is not published, under a name that is not either.
    Unpublished,
    /// Somebody, with a key that is not published, under the name of the right one.
    Impostor,
    /// Google, naming no key.
    Nameless,
    /// Google, with another algorithm (RS384).
    Rs384,
    /// Somebody who has the public key, and takes it for a secret (HS256).
    Hs256,
    /// Nobody (`none`).
    None,
}

/// An ID token that is to be signed. Whatever is changed about it, it is signed as it is then.
#[derive(Debug, Clone)]
pub struct IdToken {
    /// The claims; numbers of seconds where they are times.
    pub claims: Map<String, Value>,
    /// What stands in the header besides `alg`, `kid` and `typ`.
    pub header: Map<String, Value>,
    /// Who signs it.
    pub signature: Signature,
}

impl IdToken {
    /// A right one of an hour, for this audience, about an account `sub`.
    pub fn new(audience: &str, sub: &str, issued: Timestamp) -> Self {
        let iat = issued.as_second();
        let claims = json!({
            "iss": "https://accounts.google.com", "azp": audience, "aud": audience, "sub": sub, "iat": iat,
            "exp": iat + 3600,
        });
        let claims = claims.as_object().cloned().unwrap_or_default();
        Self { claims, header: Map::new(), signature: Signature::Right }
    }

    /// With this address, proved.
    #[must_use]
    pub fn email(self, email: &str) -> Self {
        self.with("email", email).with("email_verified", true)
    }

    /// With another value of a claim.
    #[must_use]
    pub fn with(mut self, claim: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(claim.into(), value.into());
        self
    }

    /// Without a claim.
    #[must_use]
    pub fn without(mut self, claim: &str) -> Self {
        self.claims.remove(claim);
        self
    }

    /// Signed by somebody else, or otherwise.
    #[must_use]
    pub fn signed(self, signature: Signature) -> Self {
        Self { signature, ..self }
    }
}

impl IdToken {
    /// The token, signed by this Google as it is now.
    pub(super) fn sign(&self, shared: &Shared) -> String {
        let number = shared.lock().signing;
        let right = key::signing(number);
        let (alg, kid, signer) = match self.signature {
            Signature::Right => ("RS256", Some(right.kid.clone()), Some((right.encoding.clone(), Algorithm::RS256))),
            Signature::Previous => {
                let previous = key::signing(number.saturating_sub(1));
                ("RS256", Some(previous.kid.clone()), Some((previous.encoding.clone(), Algorithm::RS256)))
            }
            Signature::Unpublished => {
                let stranger = key::stranger();
                ("RS256", Some(stranger.kid.clone()), Some((stranger.encoding.clone(), Algorithm::RS256)))
            }
            Signature::Impostor => {
                ("RS256", Some(right.kid.clone()), Some((key::stranger().encoding.clone(), Algorithm::RS256)))
            }
            Signature::Nameless => ("RS256", None, Some((right.encoding.clone(), Algorithm::RS256))),
            Signature::Rs384 => ("RS384", Some(right.kid.clone()), Some((right.encoding.clone(), Algorithm::RS384))),
            Signature::Hs256 => {
                let secret = EncodingKey::from_secret(right.public_pem.as_bytes());
                ("HS256", Some(right.kid.clone()), Some((secret, Algorithm::HS256)))
            }
            Signature::None => ("none", Some(right.kid.clone()), None),
        };
        let mut header = self.header.clone();
        header.insert("alg".into(), alg.into());
        header.insert("typ".into(), "JWT".into());
        header.extend(kid.map(|kid| ("kid".to_owned(), kid.into())));
        let message = format!("{}.{}", encoded(&header), encoded(&self.claims));
        let signed = signer.map(|(key, alg)| crypto::sign(message.as_bytes(), &key, alg).expect("a key that signs"));
        format!("{message}.{}", signed.unwrap_or_default())
    }
}

impl FakeGoogle {
    /// Signs a token, of a push or of a person who signs in.
    pub fn id_token(&self, token: &IdToken) -> String {
        token.sign(&self.shared)
    }

    /// The token of a push to this URL, as it is now.
    pub fn push_token(&self, url: &str) -> IdToken {
        let audience = self.shared.lock().settings.audience.clone();
        let token = IdToken::new(audience.as_deref().unwrap_or(url), "113774264463038321964", state::now());
        token.email(state::PUSH_EMAIL)
    }
}

fn encoded(part: &Map<String, Value>) -> String {
    URL_SAFE_NO_PAD.encode(Value::from(part.clone()).to_string())
}
