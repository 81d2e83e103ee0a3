//! VAPID (RFC 8292): a key pair of our own, by which push services know who sends, and browsers who may.

use std::fmt;

use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    encoding::{AsBigEndian as _, AsDer as _, EcPrivateKeyBin, Pkcs8V1Der},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};

use crate::endpoint::Endpoint;

/// How long a token is good for, in seconds; at most a day is allowed.
const LIFE: i64 = 12 * 3600;

/// Why a key pair cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not 32 bytes that are a private key of P-256.
    #[error("not a private key of P-256: 32 bytes, as base64url")]
    Private,
    /// The library failed.
    #[error("the cryptographic library failed")]
    Library,
}

/// A key pair of P-256.
#[derive(Clone)]
pub struct KeyPair {
    private: [u8; 32],
    /// As base64url: the uncompressed point, as browsers take it (`applicationServerKey`).
    public: String,
    signing: EncodingKey,
}

impl KeyPair {
    /// A new one.
    ///
    /// # Errors
    ///
    /// [`KeyError::Library`].
    pub fn generate() -> Result<Self, KeyError> {
        let key = PrivateKey::generate(&ECDH_P256).map_err(|_| KeyError::Library)?;
        let private: EcPrivateKeyBin<'_> = key.as_be_bytes().map_err(|_| KeyError::Library)?;
        Self::new(private.as_ref())
    }

    /// That of a private key, as bytes.
    ///
    /// # Errors
    ///
    /// See [`KeyError`].
    pub fn new(private: &[u8]) -> Result<Self, KeyError> {
        let key = PrivateKey::from_private_key(&ECDH_P256, private).map_err(|_| KeyError::Private)?;
        let public = key.compute_public_key().map_err(|_| KeyError::Library)?;
        let der: Pkcs8V1Der<'_> = key.as_der().map_err(|_| KeyError::Library)?;
        Ok(Self {
            private: private.try_into().map_err(|_| KeyError::Private)?,
            public: URL_SAFE_NO_PAD.encode(public.as_ref()),
            signing: EncodingKey::from_ec_der(der.as_ref()),
        })
    }

    /// That of a private key as the usual tools write it: base64url.
    ///
    /// # Errors
    ///
    /// See [`KeyError`].
    pub fn parse(private: &str) -> Result<Self, KeyError> {
        let bytes = URL_SAFE_NO_PAD.decode(private.trim().trim_end_matches('=')).map_err(|_| KeyError::Private)?;
        Self::new(&bytes)
    }

    /// The private key. A secret.
    pub fn private(&self) -> &[u8; 32] {
        &self.private
    }

    /// The public key, as browsers take it: the uncompressed point as base64url.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The value of `Authorization` for a push service. `now` is in seconds since 1970; `subject` is how the service's
    /// operator is reached, `mailto:…` or `https://…`.
    pub(crate) fn authorization(&self, endpoint: &Endpoint, subject: Option<&str>, now: i64) -> Option<String> {
        let mut claims = serde_json::json!({"aud": endpoint.origin(), "exp": now + LIFE});
        if let Some(subject) = subject {
            claims["sub"] = subject.into();
        }
        let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.signing).ok()?;
        Some(format!("vapid t={token}, k={}", self.public))
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair").field("public", &self.public).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_known_again_by_its_private_key() {
        let pair = KeyPair::generate().unwrap();
        assert_eq!(pair.public().len(), 87);
        let text = URL_SAFE_NO_PAD.encode(pair.private());
        assert_eq!(KeyPair::parse(&format!("{text}=")).unwrap().public(), pair.public());
        assert!(!format!("{pair:?}").contains(&text));
        for wrong in ["", "AAAA", "not base64!", &"A".repeat(43), &"_".repeat(43)] {
            assert_eq!(KeyPair::parse(wrong).unwrap_err(), KeyError::Private, "{wrong}");
        }
    }
}
