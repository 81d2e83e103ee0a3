//! Sending a message (RFC 8030).

use std::{fmt, time::Duration};

use reqwest::{
    StatusCode,
    header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER},
    redirect,
};

use crate::{
    encryption::Keys,
    endpoint::{Endpoint, Names, Reach},
    vapid::KeyPair,
};

/// How long a push service may take.
const PATIENCE: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(5);
/// The longest pause that a push service may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be made: {0}")]
pub struct ConfigError(#[from] reqwest::Error);

/// How soon a message is to be shown (RFC 8030, 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// While the device has power or wireless anyway.
    Low,
    /// Whenever it is not saving power.
    Normal,
    /// At once.
    High,
}

impl Urgency {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}

/// A message.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// What the browser is told: at most [`crate::LONGEST`] bytes.
    pub body: &'a [u8],
    /// How long the push service keeps it for a browser that is away.
    pub ttl: Duration,
    /// How soon it is to be shown.
    pub urgency: Urgency,
    /// One that is still kept under the same topic is replaced: at most 32 characters of base64url. The push service
    /// sees it.
    pub topic: &'a str,
}

/// Why a message was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The browser is not subscribed any more (404, 410): it is to be forgotten.
    #[error("the subscription is gone ({0})")]
    Gone(u16),
    /// Refused, and it would be again.
    #[error("refused ({0})")]
    Refused(u16),
    /// Not now: too much (429), a failure of the push service, or it cannot be reached.
    #[error("{message}")]
    Later {
        /// What the push service asks for, if it does.
        after: Option<Duration>,
        /// For operators; without the endpoint.
        message: String,
    },
    /// It could not be encrypted or signed: it is too long, or the library failed.
    #[error("it cannot be encrypted")]
    Encryption,
}

/// Sends messages. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    subject: Option<String>,
}

impl Client {
    /// A client that calls what `reach` says, directly and not by a proxy, and follows no redirect. `subject` tells push
    /// services whom to turn to, `mailto:…` or `https://…`; some want one.
    ///
    /// # Errors
    ///
    /// [`ConfigError`], for example for want of root certificates.
    pub fn new(reach: Reach, subject: Option<String>) -> Result<Self, ConfigError> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("beseda/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Names(reach))
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(CONNECT)
            .timeout(PATIENCE)
            .build()?;
        Ok(Self { http, subject })
    }

    /// Sends a message as whoever has the pair of keys. `now` is in seconds since 1970.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn send(
        &self,
        pair: &KeyPair,
        endpoint: &Endpoint,
        keys: &Keys,
        message: Message<'_>,
        now: i64,
    ) -> Result<(), Error> {
        let body = keys.encrypt(message.body).map_err(|_| Error::Encryption)?;
        let authorization = pair.authorization(endpoint, self.subject.as_deref(), now).ok_or(Error::Encryption)?;
        let request = self
            .http
            .post(endpoint.url())
            .header(AUTHORIZATION, authorization)
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(CONTENT_TYPE, "application/octet-stream")
            .header("ttl", message.ttl.as_secs())
            .header("urgency", message.urgency.as_str())
            .header("topic", message.topic)
            .body(body);
        let host = endpoint.host();
        // Boxed, as its state is large. What the answer says besides its status is of no interest.
        let response = Box::pin(request.send()).await.map_err(|error| Error::Later {
            after: None,
            message: format!("{host} cannot be reached{}", if error.is_timeout() { " in time" } else { "" }),
        })?;
        let status = response.status();
        match status {
            status if status.is_success() => Ok(()),
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(Error::Gone(status.as_u16())),
            status if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() => {
                let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
                let seconds = header.and_then(|value| value.trim().parse().ok()).map(Duration::from_secs);
                let message = format!("{host} answers {}", status.as_u16());
                Err(Error::Later { after: seconds.map(|pause| pause.min(LONGEST_PAUSE)), message })
            }
            _ => Err(Error::Refused(status.as_u16())),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}
