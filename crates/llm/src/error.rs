//! What can go wrong: with a configuration, with one attempt, with a whole chat.

use std::{fmt, time::Duration};

/// Why a list of providers was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The list has no provider.
    #[error("no model provider is configured")]
    Empty,
    /// Two providers have one name.
    #[error("two model providers are named {0:?}")]
    Duplicate(String),
    /// The base URL is not an absolute http or https URL. (The URL itself may hold a password, so
    /// it is not repeated.)
    #[error("provider {0:?}: base_url must be an absolute http:// or https:// URL")]
    BaseUrl(String),
    /// The key cannot be sent in a header.
    #[error("provider {0:?}: api_key holds characters that a header cannot carry")]
    ApiKey(String),
    /// A parameter that this crate sets itself.
    #[error("provider {provider:?}: the parameter {parameter:?} is set by the client itself")]
    Reserved {
        /// The provider's name.
        provider: String,
        /// The parameter's name.
        parameter: String,
    },
    /// The HTTP client could not be made, for example for want of root certificates.
    #[error("the HTTP client could not be made")]
    Client(#[from] reqwest::Error),
}

/// Why a chat ended without an answer, or broke off.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Every provider that was asked for rests after repeated failures; nothing was sent.
    #[error("every model provider rests after repeated failures")]
    AllResting,
    /// The request names no provider that exists; nothing was sent.
    #[error("none of the requested model providers exists")]
    NoProvider,
    /// The last attempt failed.
    #[error("{message}")]
    Attempt {
        /// The kind.
        failure: Failure,
        /// A text for operators, never with a key in it.
        message: String,
    },
}

impl Error {
    /// The kind of the last attempt's failure, if there was an attempt.
    pub fn failure(&self) -> Option<Failure> {
        match self {
            Self::Attempt { failure, .. } => Some(*failure),
            Self::AllResting | Self::NoProvider => None,
        }
    }

    /// Did one of the time limits end it?
    pub fn is_timeout(&self) -> bool {
        self.failure().is_some_and(Failure::is_timeout)
    }

    /// Was the request itself refused, so that sending it again is of no use?
    pub fn is_own_fault(&self) -> bool {
        self.failure().is_some_and(Failure::is_own_fault)
    }
}

/// One of a provider's time limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Until the connection stood.
    Connect,
    /// Until the model's first token.
    FirstToken,
    /// Between two tokens.
    Silence,
    /// For the whole attempt.
    Total,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting",
            Self::FirstToken => "the first token",
            Self::Silence => "the next token",
            Self::Total => "the whole answer",
        })
    }
}

/// The kind of one attempt's failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// No connection: name not found, refused, TLS.
    Connect,
    /// A time limit ran out.
    Timeout(Limit),
    /// HTTP 429, or an error object with that code.
    RateLimited,
    /// Another HTTP status than 2xx, or the one that an error object names as its code.
    Status(u16),
    /// An error object that blames the request (`invalid_request_error`).
    Refused,
    /// Another error object, in an answer with HTTP 200 or in mid-stream.
    Reported,
    /// The provider's content filter held back the whole answer.
    Filtered,
    /// The answer was complete and without text.
    Empty,
    /// What came is not the protocol: HTML, invalid JSON.
    Protocol,
    /// The connection ended before the answer did.
    Cut,
    /// The answer, or one event of it, exceeds what this client takes.
    TooLarge,
}

impl Failure {
    /// The failure that an HTTP status other than 2xx is.
    pub(crate) fn of_status(status: u16) -> Self {
        if status == 429 { Self::RateLimited } else { Self::Status(status) }
    }

    /// Is it the request's own fault? Then the provider is as healthy as before. A wrong or unpaid
    /// key (401, 402, 403) is the provider's, and so are a conflict and a time-out (408, 409).
    pub fn is_own_fault(self) -> bool {
        match self {
            Self::Status(status) => (400..500).contains(&status) && !matches!(status, 401..=403 | 408 | 409),
            Self::Refused | Self::Filtered => true,
            _ => false,
        }
    }

    /// Did a time limit run out?
    pub fn is_timeout(self) -> bool {
        matches!(self, Self::Timeout(_))
    }

    /// May the same provider do better in a moment? (Asked before the first token only.)
    pub(crate) fn is_passing(self) -> bool {
        match self {
            Self::Connect | Self::RateLimited | Self::Reported | Self::Cut => true,
            Self::Timeout(limit) => matches!(limit, Limit::Connect | Limit::FirstToken),
            Self::Status(status) => matches!(status, 408 | 409 | 500..),
            _ => false,
        }
    }
}

/// How one attempt failed, with what the decision on the next needs.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) failure: Failure,
    pub(crate) message: String,
    /// The provider's own wish for the time of the next try.
    pub(crate) retry_after: Option<Duration>,
}

impl Fault {
    pub(crate) fn new(failure: Failure, message: impl Into<String>) -> Self {
        Self { failure, message: message.into(), retry_after: None }
    }

    pub(crate) fn timeout(limit: Limit) -> Self {
        Self::new(Failure::Timeout(limit), format!("out of time: the limit for {limit}"))
    }
}
