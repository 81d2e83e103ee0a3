//! Where the Bot API is, and who the bot is.

use std::{fmt, time::Duration};

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use crate::{error::ConfigError, limits::MAX_SECRET_TOKEN};

/// Telegram's own server.
pub const API_URL: &str = "https://api.telegram.org";

/// What a [`Client`](crate::Client) is made of.
#[derive(Clone)]
pub struct Config {
    /// The URL before `/bot<token>/<method>`; may have a path. A user name and password become
    /// basic authentication.
    pub api_url: String,
    /// The bot's token, from @BotFather.
    pub token: SecretString,
    /// Name look-up, TCP and TLS.
    pub connect: Duration,
    /// From the start of a call to the end of its answer.
    pub call: Duration,
    /// The same, of a call that uploads a file.
    pub upload: Duration,
}

impl Config {
    /// At Telegram's own server, with limits of 5 s, 30 s and 2 min.
    pub fn new(token: SecretString) -> Self {
        Self {
            api_url: API_URL.to_owned(),
            token,
            connect: Duration::from_secs(5),
            call: Duration::from_secs(30),
            upload: Duration::from_secs(120),
        }
    }

    /// The parsed `api_url`.
    pub(crate) fn url(&self) -> Result<Url, ConfigError> {
        let url = Url::parse(self.api_url.trim()).map_err(|_| ConfigError::ApiUrl)?;
        let plain = matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none();
        if plain && !url.cannot_be_a_base() { Ok(url) } else { Err(ConfigError::ApiUrl) }
    }

    /// The token, if it may stand in a path.
    pub(crate) fn token(&self) -> Result<SecretString, ConfigError> {
        let token = self.token.expose_secret().trim();
        let is_ok = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-');
        if token.is_empty() || !token.bytes().all(is_ok) {
            return Err(ConfigError::Token);
        }
        Ok(token.into())
    }
}

/// Without the URL, which may hold a password.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("connect", &self.connect)
            .field("call", &self.call)
            .field("upload", &self.upload)
            .finish_non_exhaustive()
    }
}

/// `setWebhook.secret_token`: what Telegram repeats in the header
/// `X-Telegram-Bot-Api-Secret-Token`. Comparing them is the server's task.
#[derive(Debug, Clone)]
pub struct SecretToken(SecretString);

/// A secret token that is not 1 to 256 characters of A-Z, a-z, 0-9, `_` and `-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the webhook's secret token must be 1 to 256 characters of A-Z, a-z, 0-9, _ and -")]
pub struct BadSecretToken;

impl SecretToken {
    /// Checks the characters that Telegram takes.
    ///
    /// # Errors
    ///
    /// [`BadSecretToken`].
    pub fn new(token: SecretString) -> Result<Self, BadSecretToken> {
        let text = token.expose_secret();
        let is_ok = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if (1..=MAX_SECRET_TOKEN).contains(&text.len()) && text.bytes().all(is_ok) {
            Ok(Self(token))
        } else {
            Err(BadSecretToken)
        }
    }

    /// The token itself.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(api_url: &str, token: &str) -> Config {
        Config { api_url: api_url.to_owned(), ..Config::new(token.into()) }
    }

    #[test]
    fn an_api_url_is_absolute_and_bare() {
        for url in ["https://api.telegram.org", "http://127.0.0.1:8081/", " https://h/a/path ", "http://u:p@h"] {
            assert!(config(url, "1:a").url().is_ok(), "{url}");
        }
        for url in ["", "api.telegram.org", "file:///etc", "https://h/?a=1", "https://h/#a", "mailto:a@b"] {
            assert!(matches!(config(url, "1:a").url(), Err(ConfigError::ApiUrl)), "{url}");
        }
    }

    #[test]
    fn a_token_cannot_change_the_path() {
        assert!(config(API_URL, " 123:AbC-_9\n").token().is_ok());
        for token in ["", " ", "1:a/../b", "1:a?b", "1:a b", "1:ä", "1:a%2f"] {
            assert!(matches!(config(API_URL, token).token(), Err(ConfigError::Token)), "{token}");
        }
    }

    #[test]
    fn a_secret_token_has_telegrams_characters() {
        let long = "a".repeat(257);
        for (token, ok) in [("Az09_-", true), (&long[1..], true), (&long, false), ("", false), ("a b", false)] {
            assert_eq!(SecretToken::new(token.into()).is_ok(), ok, "{token}");
        }
        let token = SecretToken::new("hush-hush".into()).unwrap();
        assert_eq!(token.expose(), "hush-hush");
        assert!(!format!("{token:?}").contains("hush"));
    }
}
