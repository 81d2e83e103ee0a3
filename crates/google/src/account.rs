//! A service account: who asks Google.

use std::fmt;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, crypto};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::{error::ConfigError, http};

/// What an access token may be used for.
const SCOPE: &str = "https://www.googleapis.com/auth/androidpublisher";

/// How long an assertion is valid, in seconds: the longest that Google takes.
const ASSERTION: i64 = 3600;

/// The key of a service account, from the JSON file that Google Cloud gives for it.
#[derive(Clone)]
pub struct ServiceAccount {
    client_email: String,
    private_key_id: Option<String>,
    key: EncodingKey,
    token_uri: Url,
    /// As it was written: Google compares it so.
    audience: String,
}

/// The file, as far as it is needed.
#[derive(Deserialize)]
struct KeyFile {
    client_email: String,
    private_key: SecretString,
    #[serde(default)]
    private_key_id: Option<String>,
    token_uri: String,
}

/// The claims of an assertion (RFC 7523; <https://developers.google.com/identity/protocols/oauth2/service-account>).
#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    scope: &'static str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

impl ServiceAccount {
    /// Reads the text of a key file, and tries the key.
    ///
    /// # Errors
    ///
    /// [`ConfigError::ServiceAccount`] if it is no such file, [`ConfigError::PrivateKey`] if its key cannot sign,
    /// [`ConfigError::TokenUri`].
    pub fn parse(json: &str) -> Result<Self, ConfigError> {
        // What serde says may repeat the key.
        let file: KeyFile = serde_json::from_str(json).map_err(|_| ConfigError::ServiceAccount)?;
        if file.client_email.trim().is_empty() {
            return Err(ConfigError::ServiceAccount);
        }
        let key = EncodingKey::from_rsa_pem(file.private_key.expose_secret().as_bytes())
            .map_err(|_| ConfigError::PrivateKey)?;
        // That it is a private key, and a whole one, is seen only when it signs.
        crypto::sign(b"", &key, Algorithm::RS256).map_err(|_| ConfigError::PrivateKey)?;
        Ok(Self {
            client_email: file.client_email,
            private_key_id: file.private_key_id,
            key,
            token_uri: http::url(&file.token_uri).ok_or(ConfigError::TokenUri)?,
            audience: file.token_uri.trim().to_owned(),
        })
    }

    /// The account's name, `…@….iam.gserviceaccount.com`.
    pub fn client_email(&self) -> &str {
        &self.client_email
    }

    /// Where access tokens are had.
    pub(crate) fn token_uri(&self) -> &Url {
        &self.token_uri
    }

    /// A signed request for an access token. `None` if the key that signed at the start signs no more.
    pub(crate) fn assertion(&self, now: Timestamp) -> Option<SecretString> {
        let header = Header { kid: self.private_key_id.clone(), ..Header::new(Algorithm::RS256) };
        let iat = now.as_second();
        let claims =
            Assertion { iss: &self.client_email, scope: SCOPE, aud: &self.audience, iat, exp: iat + ASSERTION };
        Some(jsonwebtoken::encode(&header, &claims, &self.key).ok()?.into())
    }
}

/// The name only.
impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAccount").field("client_email", &self.client_email).finish_non_exhaustive()
    }
}
