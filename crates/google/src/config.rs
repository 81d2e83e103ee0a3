//! Where Google is, and for what app.

use std::{fmt, time::Duration};

use reqwest::Url;

use crate::{account::ServiceAccount, error::ConfigError, http};

/// The Play Developer API.
pub const API_URL: &str = "https://androidpublisher.googleapis.com";

/// The keys with which Google signs ID tokens, as a JSON Web Key Set.
pub const KEYS_URL: &str = "https://www.googleapis.com/oauth2/v3/certs";

/// The two names under which Google signs ID tokens.
pub const ISSUERS: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];

/// What a [`Play`](crate::Play) is made of.
#[derive(Clone)]
pub struct PlayConfig {
    /// Who asks. It needs the permissions "View financial data" and "Manage orders and subscriptions" in the Play
    /// Console.
    pub service_account: ServiceAccount,
    /// The app, for example `com.example.app`.
    pub package_name: String,
    /// The URL before `/androidpublisher/v3/…`; may have a path.
    pub api_url: String,
    /// Name look-up, TCP and TLS.
    pub connect: Duration,
    /// From the start of a request to the end of its answer. A call makes up to four requests: when its access token
    /// is refused it fetches another, and asks again.
    pub call: Duration,
}

impl PlayConfig {
    /// At Google's own server, with limits of 5 s and 30 s.
    pub fn new(service_account: ServiceAccount, package_name: impl Into<String>) -> Self {
        Self {
            service_account,
            package_name: package_name.into(),
            api_url: API_URL.to_owned(),
            connect: Duration::from_secs(5),
            call: Duration::from_secs(30),
        }
    }

    /// The parsed `api_url`.
    pub(crate) fn url(&self) -> Result<Url, ConfigError> {
        http::url(&self.api_url).ok_or(ConfigError::ApiUrl)
    }

    /// The package name, if it may stand in a path.
    pub(crate) fn package(&self) -> Result<&str, ConfigError> {
        let name = self.package_name.trim();
        let is_ok = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
        let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
        if begins && name.bytes().all(is_ok) { Ok(name) } else { Err(ConfigError::PackageName) }
    }
}

/// Without the URL, which may hold a password.
impl fmt::Debug for PlayConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlayConfig")
            .field("service_account", &self.service_account)
            .field("package_name", &self.package_name)
            .field("connect", &self.connect)
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}

/// What a [`Verifier`](crate::Verifier) is made of.
#[derive(Debug, Clone)]
pub struct VerifierConfig {
    /// Where the keys are, as a JSON Web Key Set.
    pub keys_url: String,
    /// The values of `iss` that are taken.
    pub issuers: Vec<String>,
    /// By how much the clocks may differ.
    pub leeway: Duration,
    /// Name look-up, TCP and TLS.
    pub connect: Duration,
    /// From the start of fetching the keys to its end.
    pub call: Duration,
}

/// Google's, with a leeway of 60 s and limits of 5 s and 10 s: somebody waits for the answer.
impl Default for VerifierConfig {
    fn default() -> Self {
        Self {
            keys_url: KEYS_URL.to_owned(),
            issuers: ISSUERS.map(str::to_owned).to_vec(),
            leeway: Duration::from_secs(60),
            connect: Duration::from_secs(5),
            call: Duration::from_secs(10),
        }
    }
}
