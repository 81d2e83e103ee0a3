//! What can go wrong, told by what a deliverer must know: did the call act, may it be repeated?

use std::{borrow::Cow, fmt, time::Duration};

use crate::refusal::Refusal;

/// The longest text that an error carries, in bytes.
const LONGEST: usize = 300;

/// Why a client was refused its configuration. Says nothing of the values: they hold secrets.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not an absolute http or https URL, or one with a query or a fragment.
    #[error("telegram.api_url must be an absolute http:// or https:// URL without a query")]
    ApiUrl,
    /// Empty, or with characters that no token has: it would change the path of the URL.
    #[error("telegram.token is empty or holds characters that no token of a bot has")]
    Token,
    /// The HTTP client could not be made, for example for want of root certificates.
    #[error("the HTTP client could not be made")]
    Client(#[source] reqwest::Error),
}

/// Why a call has no result.
///
/// No variant carries the token, whoever repeats it, and no text in it is longer than 300 bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// HTTP 429: nothing was done; the same call may be made again after a while.
    #[error("too many requests: to be repeated after {} s", retry_after.as_secs())]
    TooManyRequests {
        /// `parameters.retry_after`, else what the description or the header says, else a second.
        retry_after: Duration,
    },
    /// Telegram refused: nothing was done, and the same call would be refused again.
    #[error("refused ({code}): {description}")]
    Refused {
        /// `error_code`, which is the HTTP status.
        code: u16,
        /// Telegram's own words.
        description: String,
        /// What they mean.
        reason: Refusal,
    },
    /// The request did not reach the server: name not found, connection refused, TLS, no
    /// connection in time. Nothing was done.
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
    /// Is it certain that the call did nothing?
    pub fn is_definite(&self) -> bool {
        !self.may_have_acted()
    }

    /// May the call have acted all the same? Who repeats it may send a message twice.
    pub fn may_have_acted(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }

    /// The reason of a refusal.
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Refused { reason, .. } => Some(*reason),
            _ => None,
        }
    }

    /// How long Telegram asks to wait before the same call.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooManyRequests { retry_after } => Some(*retry_after),
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
    /// HTTP 5xx, or 408.
    Server(u16),
    /// What came is no answer of the Bot API, or not the result that the method has.
    Unreadable,
    /// The answer exceeds what this client takes.
    TooLarge,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("no answer in time"),
            Self::Cut => f.write_str("the connection broke off"),
            Self::Server(code) => write!(f, "the server failed ({code})"),
            Self::Unreadable => f.write_str("the answer cannot be read"),
            Self::TooLarge => f.write_str("the answer is too large"),
        }
    }
}

/// `text` without the token, on one line, and cut.
pub(crate) fn clean(text: &str, token: &str) -> String {
    let mut text = Cow::Borrowed(text);
    // Percent-encoded, as some proxies repeat a path; and the secret half alone, as it is enough
    // for whoever knows the bot's id.
    let encoded = token.replace(':', "%3A");
    let secret = token.split_once(':').map_or(token, |(_, secret)| secret);
    for secret in [token, &encoded, &encoded.replace("%3A", "%3a"), secret] {
        if secret.len() >= 6 && text.contains(secret) {
            text = text.replace(secret, "[token]").into();
        }
    }
    let mut clean = String::with_capacity(text.len().min(LONGEST + 3));
    for char in text.chars().map(|char| if char.is_control() { ' ' } else { char }) {
        if clean.len() + char.len_utf8() > LONGEST {
            clean.push('…');
            break;
        }
        clean.push(char);
    }
    clean
}

/// An error of the transport with its causes, and without its URL, which carries the token.
pub(crate) fn chain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_freed_of_the_token_and_cut() {
        let token = "123456:ABC-def_ghi";
        for text in [
            "POST /bot123456:ABC-def_ghi/getMe",
            "POST /bot123456%3AABC-def_ghi/getMe",
            "POST /bot123456%3aABC-def_ghi/getMe",
            "wrong secret: ABC-def_ghi",
        ] {
            let clean = clean(text, token);
            assert!(clean.contains("[token]") && !clean.contains("def_ghi"), "{clean}");
        }
        assert_eq!(clean("two\nlines", token), "two lines");
        let long = clean(&"я".repeat(1000), token);
        assert_eq!((long.len(), long.chars().count()), (303, 151));
    }
}
