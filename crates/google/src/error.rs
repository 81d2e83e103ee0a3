//! What can go wrong, told by what a caller must know: has asking again a point, and may the call have acted?

use std::{fmt, time::Duration};

/// The longest text that an error carries, in bytes; with what is written around it, an error is at most 300.
const LONGEST: usize = 240;

/// How long to leave Google alone when the configuration is wrong: somebody has to mend it.
const MENDING: Duration = Duration::from_secs(600);

/// Why a client was refused its configuration. Says nothing of the values: they hold secrets.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The key file is not what Google gives.
    #[error("the service account's key is not a JSON object with client_email, private_key and token_uri")]
    ServiceAccount,
    /// Its private key cannot sign.
    #[error("the service account's private_key is not an RSA key in PEM that can sign")]
    PrivateKey,
    /// Not an absolute http or https URL.
    #[error("the service account's token_uri must be an absolute http:// or https:// URL without a query")]
    TokenUri,
    /// Not an absolute http or https URL, or one with a query or a fragment.
    #[error("the URL of the Play Developer API must be an absolute http:// or https:// URL without a query")]
    ApiUrl,
    /// The same, of the keys.
    #[error("the URL of the keys must be an absolute http:// or https:// URL without a query")]
    KeysUrl,
    /// Not the name of an Android app.
    #[error("the package name must be letters, digits, underscores and dots")]
    PackageName,
    /// The HTTP client could not be made, for example for want of root certificates.
    #[error("the HTTP client could not be made")]
    Client(#[source] reqwest::Error),
}

/// Why a call of the Play Developer API has no result.
///
/// None of them shows a key or a token of any kind, whoever repeats it. Each is one line of at most 300 bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing was asked: the purchase token or the product's id cannot be one.
    #[error("not asked: {0}")]
    BadArgument(&'static str),
    /// Google says that there is no such purchase (HTTP 404), or that it knows no more of it (410): its owner is gone,
    /// or it ended more than 60 days ago.
    #[error("no such purchase: {message}")]
    NotFound {
        /// Google's own words.
        message: String,
    },
    /// Refused for another reason (another HTTP 4xx): nothing was done, and the same call would be refused again.
    #[error("refused ({status}): {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Google's own words.
        message: String,
    },
    /// This service account may not do that, the app is not known, or the key is no good (HTTP 401 and 403, or whatever
    /// the token's endpoint refuses). Nothing was done. Somebody must mend the configuration, so it says nothing of the
    /// purchase.
    #[error("not allowed ({status}): {message}")]
    Forbidden {
        /// The HTTP status.
        status: u16,
        /// Google's own words.
        message: String,
    },
    /// Google asks to be left alone for a while (HTTP 429 and 503, a quota that is used up, or somebody else who
    /// changes the same purchase just now). As far as it tells, nothing was done.
    #[error("busy: to be repeated after {} s", retry_after.as_secs())]
    Busy {
        /// The header `Retry-After`, else half a minute.
        retry_after: Duration,
    },
    /// The request did not reach Google, or there was no access token to make it with. Nothing was done.
    #[error("not sent: {message}")]
    NotSent {
        /// For operators.
        message: String,
    },
    /// The request was perhaps sent, and there is no answer to rely on: the call may have acted.
    #[error("{doubt}: {message}")]
    Unknown {
        /// Why it is not known.
        doubt: Doubt,
        /// For operators.
        message: String,
    },
}

impl Error {
    /// Has asking again no point? Then the same call would get the same answer.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::BadArgument(_) | Self::NotFound { .. } | Self::Refused { .. })
    }

    /// May the call have acted all the same?
    pub fn may_have_acted(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }

    /// How long to wait at least before the same call, where that is known: what Google asks for, and long where
    /// somebody must mend the configuration.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after } => Some(*retry_after),
            Self::Forbidden { .. } => Some(MENDING),
            _ => None,
        }
    }
}

/// Why it is not known whether a call acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// No whole answer in time.
    Timeout,
    /// The connection ended before the answer did.
    Cut,
    /// HTTP 5xx but 503, or 408; or another error that is not in the API's words, as of a proxy.
    Server(u16),
    /// What came is not what the method gives.
    Unreadable,
    /// The answer exceeds what this client takes.
    TooLarge,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("no answer in time"),
            Self::Cut => f.write_str("the connection broke off"),
            Self::Server(status) => write!(f, "the server failed ({status})"),
            Self::Unreadable => f.write_str("the answer cannot be read"),
            Self::TooLarge => f.write_str("the answer is too large"),
        }
    }
}

/// `text` without these secrets, on one line, and cut.
pub(crate) fn clean(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        // One that is shorter is no secret, and might be part of any word.
        if secret.len() >= 6 && text.contains(secret) {
            text = text.replace(secret, "[token]");
        }
    }
    let mut clean = String::with_capacity(text.len().min(LONGEST));
    for char in text.chars().map(|char| if char.is_control() || is_line_end(char) { ' ' } else { char }) {
        if clean.len() + char.len_utf8() + '…'.len_utf8() > LONGEST {
            clean.push('…');
            break;
        }
        clean.push(char);
    }
    clean
}

/// What ends a line without being a control character.
fn is_line_end(char: char) -> bool {
    matches!(char, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_freed_of_secrets_and_cut() {
        let secrets = ["purchase/token", "purchase%2Ftoken", "ya29.access", "two"];
        let text = "GET purchase%2Ftoken by ya29.access: purchase/token\r\nis unknown in two\u{2028}ways";
        assert_eq!(clean(text, &secrets), "GET [token] by [token]: [token]  is unknown in two ways");
        let long = clean(&"я".repeat(1000), &secrets);
        assert!(long.len() <= LONGEST && long.ends_with("я…"), "{long}");
    }

    #[test]
    fn every_error_is_short() {
        let message = clean(&"x".repeat(1000), &[]);
        for error in [
            Error::NotFound { message: message.clone() },
            Error::Refused { status: 400, message: message.clone() },
            Error::Forbidden { status: 403, message: message.clone() },
            Error::NotSent { message: message.clone() },
            Error::Unknown { doubt: Doubt::Server(500), message },
        ] {
            assert!(error.to_string().len() <= 300, "{error}");
        }
    }
}
