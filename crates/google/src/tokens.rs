//! ID tokens (OpenID Connect Core 1.0, sections 2 and 3.1.3.7): who signed them, for whom, and whether they hold now.

use std::{fmt, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, Validation, errors::ErrorKind};
use serde::{Deserialize, Deserializer};

use crate::{
    config::VerifierConfig,
    error::ConfigError,
    http,
    keys::{Keys, NoKey},
    lenient::lenient,
};

/// The longest token that is looked at, in bytes. Google's have about a thousand.
pub const MAX_TOKEN: usize = 16 * 1024;

/// Verifies ID tokens. Cheap to clone; clones share the keys that they know.
///
/// What a token is worth beyond its signature is the caller's to decide: for a push of Pub/Sub, that
/// [`email`](Claims::email) is verified and is the service account that may push; for a person, that
/// [`nonce`](Claims::nonce) is the one that was given out.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    keys: Keys,
    issuers: Vec<String>,
    leeway: SignedDuration,
}

/// What a token says, after it was verified.
#[derive(Clone, PartialEq, Eq)]
pub struct Claims {
    /// Who signed it: one of the issuers that are taken.
    pub iss: String,
    /// Who it is about: an account's id, which never changes.
    pub sub: String,
    /// Whom it was given to: one or several, each of them expected.
    pub aud: Vec<String>,
    /// The account's address.
    pub email: Option<String>,
    /// Whether the address was proved to be theirs.
    pub email_verified: bool,
    /// What was given out for this one sign-in, if anything was.
    pub nonce: Option<String>,
    /// The account's name, of a person.
    pub name: Option<String>,
    /// When it ends.
    pub exp: Timestamp,
    /// When it was made.
    pub iat: Timestamp,
}

/// Why a token is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is no good, and never will be (but for one that is not yet valid).
    #[error("the token is refused: {0}")]
    Invalid(Flaw),
    /// It cannot be told, as the keys cannot be had: the same token may be good later.
    #[error("the token cannot be verified: {0}")]
    Unavailable(String),
}

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// More than [`MAX_TOKEN`] bytes.
    #[error("too long")]
    TooLong,
    /// Not three parts of base64 with JSON in them, not RS256, or with extensions that must be understood.
    #[error("not a token signed with RS256")]
    Malformed,
    /// It names no key, or one that the issuer has not.
    #[error("signed with a key that the issuer has not")]
    Key,
    /// The signature is not that of its content.
    #[error("the signature is wrong")]
    Signature,
    /// A claim is missing that every ID token has, or is not what it must be.
    #[error("a claim is missing or odd")]
    Claims,
    /// `iss` is another.
    #[error("of another issuer")]
    Issuer,
    /// `aud` is another, or others beside.
    #[error("for another audience")]
    Audience,
    /// `exp` is past.
    #[error("expired")]
    Expired,
    /// `iat` or `nbf` is in the future.
    #[error("not yet valid")]
    NotYetValid,
}

impl Verifier {
    /// Checks the configuration; connects to nothing. Proxies and redirects are as in [`Play::new`](crate::Play::new).
    ///
    /// # Errors
    ///
    /// [`ConfigError::KeysUrl`], [`ConfigError::Client`].
    pub fn new(config: VerifierConfig) -> Result<Self, ConfigError> {
        let url = http::url(&config.keys_url).ok_or(ConfigError::KeysUrl)?;
        let keys = Keys::new(http::client(&url, config.connect)?, url, config.call);
        let leeway = SignedDuration::try_from(config.leeway).unwrap_or(SignedDuration::ZERO);
        Ok(Self(Arc::new(Inner { keys, issuers: config.issuers, leeway })))
    }

    /// Verifies a token that was given to one of these audiences, and gives what it says.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub async fn verify(&self, token: &str, audience: &[&str], now: Timestamp) -> Result<Claims, TokenError> {
        if token.len() > MAX_TOKEN {
            return Err(TokenError::Invalid(Flaw::TooLong));
        }
        let malformed = |_| TokenError::Invalid(Flaw::Malformed);
        // `none` is no algorithm that the library knows.
        let header = jsonwebtoken::decode_header(token).map_err(malformed)?;
        if header.alg != Algorithm::RS256 || header.crit.is_some() {
            return Err(TokenError::Invalid(Flaw::Malformed));
        }
        let name = header.kid.ok_or(TokenError::Invalid(Flaw::Key))?;
        let key = self.0.keys.find(&name, now).await.map_err(|no_key| match no_key {
            NoKey::Unknown => TokenError::Invalid(Flaw::Key),
            NoKey::Unavailable(message) => TokenError::Unavailable(message),
        })?;
        // Nothing but the signature: the library would ask the system for the time.
        let mut signature_only = Validation::new(Algorithm::RS256);
        signature_only.validate_exp = false;
        signature_only.validate_aud = false;
        signature_only.required_spec_claims.clear();
        let decoded = jsonwebtoken::decode::<Said>(token, &key, &signature_only);
        let said = decoded.map_err(|error| flaw(error.kind())).map_err(TokenError::Invalid)?.claims;
        self.0.check(said, audience, now).map_err(TokenError::Invalid)
    }
}

impl Inner {
    fn check(&self, said: Said, audience: &[&str], now: Timestamp) -> Result<Claims, Flaw> {
        let Said { iss, sub, aud: Audience(aud), exp: Seconds(exp), iat: Seconds(iat), .. } = said;
        if !self.issuers.contains(&iss) {
            return Err(Flaw::Issuer);
        }
        // One that was given to others as well, they could use here.
        if aud.is_empty() || !aud.iter().all(|aud| audience.contains(&aud.as_str())) {
            return Err(Flaw::Audience);
        }
        if now.duration_since(exp) >= self.leeway {
            return Err(Flaw::Expired);
        }
        let since = said.nbf.map_or(iat, |Seconds(nbf)| nbf.max(iat));
        if since.duration_since(now) > self.leeway {
            return Err(Flaw::NotYetValid);
        }
        let Said { email, email_verified, nonce, name, .. } = said;
        Ok(Claims { iss, sub, aud, email, email_verified, nonce, name, exp, iat })
    }
}

/// Which of the library's errors are those of a signature, and which of the claims.
fn flaw(kind: &ErrorKind) -> Flaw {
    match kind {
        ErrorKind::InvalidSignature => Flaw::Signature,
        ErrorKind::Json(error) if error.is_data() => Flaw::Claims,
        _ => Flaw::Malformed,
    }
}

/// The issuer only.
impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("issuers", &self.0.issuers).finish_non_exhaustive()
    }
}

/// Without what says who it is.
impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("iss", &self.iss)
            .field("aud", &self.aud)
            .field("exp", &self.exp)
            .field("iat", &self.iat)
            .finish_non_exhaustive()
    }
}

/// The claims as they come. Those by which a token is judged must be right; the rest is lenient.
#[derive(Deserialize)]
struct Said {
    iss: String,
    sub: String,
    aud: Audience,
    exp: Seconds,
    iat: Seconds,
    #[serde(default)]
    nbf: Option<Seconds>,
    #[serde(default, deserialize_with = "lenient")]
    email: Option<String>,
    #[serde(default, deserialize_with = "truth")]
    email_verified: bool,
    #[serde(default, deserialize_with = "lenient")]
    nonce: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
}

/// One, or a list.
struct Audience(Vec<String>);

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            One(String),
            Several(Vec<String>),
        }
        Ok(match Written::deserialize(from)? {
            Written::One(one) => Self(vec![one]),
            Written::Several(several) => Self(several),
        })
    }
}

/// `NumericDate`: seconds since 1970, perhaps with a fraction.
struct Seconds(Timestamp);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(from)?;
        let since = SignedDuration::try_from_secs_f64(seconds).ok();
        let time = since.and_then(|since| Timestamp::from_duration(since).ok());
        time.map(Self).ok_or_else(|| serde::de::Error::custom("no time"))
    }
}

/// `true`, or the same as text.
fn truth<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Truth(bool),
        Text(String),
    }
    Ok(match lenient(from)? {
        Some(Written::Truth(truth)) => truth,
        Some(Written::Text(text)) => text == "true",
        None => false,
    })
}
