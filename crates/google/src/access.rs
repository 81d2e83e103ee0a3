//! Access tokens: one is fetched at a time, and serves all until shortly before its end.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use reqwest::{
    Client,
    header::{ACCEPT, CONTENT_TYPE},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::{
    account::ServiceAccount,
    answer,
    error::{Error, clean},
    http::{self, Broken, Head},
    lenient::{lenient, number, object},
};

/// How long before its end a token is no longer used: it must outlive the call.
const MARGIN: i64 = 60;

/// The longest that a token is kept, whatever the answer says, in seconds. Google's live an hour.
const LONGEST: i64 = 24 * 3600;

/// The grant, percent-encoded; an assertion needs no encoding.
const GRANT: &str = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";

/// Fetches access tokens, and keeps the newest.
pub(crate) struct Access {
    http: Client,
    account: ServiceAccount,
    call: Duration,
    current: Mutex<Current>,
    /// How many fetches have ended.
    ended: AtomicU64,
}

#[derive(Default)]
struct Current {
    token: Option<Token>,
    /// Why the newest fetch failed, if it did.
    failure: Option<Error>,
}

struct Token {
    text: SecretString,
    /// From when it is not used any more.
    until: Timestamp,
}

/// What the endpoint gives.
#[derive(Deserialize)]
struct Grant {
    access_token: SecretString,
    /// Seconds.
    #[serde(default, deserialize_with = "number")]
    expires_in: Option<i64>,
}

/// What it says when it refuses (RFC 6749, section 5.2).
#[derive(Default, Deserialize)]
struct Refusal {
    #[serde(default, deserialize_with = "lenient")]
    error: String,
    #[serde(default, deserialize_with = "lenient")]
    error_description: String,
}

impl Access {
    pub(crate) fn new(http: Client, account: ServiceAccount, call: Duration) -> Self {
        Self { http, account, call, current: Mutex::default(), ended: AtomicU64::new(0) }
    }

    /// A token that may be used now. Whoever comes while one is being fetched waits for it, and shares its failure too:
    /// else many callers would wait for as many failures, one after the other.
    pub(crate) async fn token(&self, now: Timestamp) -> Result<SecretString, Error> {
        let seen = self.ended.load(Ordering::Acquire);
        let mut current = self.current.lock().await;
        if let Some(token) = current.token.as_ref().filter(|token| now < token.until) {
            return Ok(token.text.clone());
        }
        if self.ended.load(Ordering::Acquire) != seen
            && let Some(failure) = &current.failure
        {
            return Err(failure.clone());
        }
        let fetched = self.fetch(now).await;
        self.ended.fetch_add(1, Ordering::AcqRel);
        match fetched {
            Ok(token) => {
                let text = token.text.clone();
                *current = Current { token: Some(token), failure: None };
                Ok(text)
            }
            Err(failure) => {
                *current = Current { token: None, failure: Some(failure.clone()) };
                Err(failure)
            }
        }
    }

    /// Forgets a token that was refused, unless it is another one by now.
    pub(crate) async fn drop_token(&self, refused: &SecretString) {
        let mut current = self.current.lock().await;
        if current.token.as_ref().is_some_and(|token| token.text.expose_secret() == refused.expose_secret()) {
            current.token = None;
        }
    }

    /// Asks for a token. As the call itself is not made then, no failure is in doubt.
    async fn fetch(&self, now: Timestamp) -> Result<Token, Error> {
        let Some(assertion) = self.account.assertion(now) else {
            return Err(not_sent("the key of the service account does not sign", ""));
        };
        let assertion = assertion.expose_secret();
        let request = self
            .http
            .post(self.account.token_uri().clone())
            .timeout(self.call)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .body(Bytes::from(format!("{GRANT}{assertion}")));
        let answer = match Box::pin(request.send()).await {
            Ok(response) => http::read(response).await,
            Err(error) => Err(http::unsent(error)),
        };
        match answer {
            Ok((head, body)) => read(now, head, &body, assertion),
            Err(Broken::Unsent(message)) => Err(not_sent(&message, assertion)),
            Err(Broken::Lost(doubt, message)) => Err(not_sent(&format!("{doubt}: {message}"), assertion)),
        }
    }
}

fn read(now: Timestamp, head: Head, body: &[u8], assertion: &str) -> Result<Token, Error> {
    let Head { status, .. } = head;
    match status {
        200..300 => {
            let Some(grant) = object::<Grant>(body) else {
                return Err(not_sent("the answer cannot be read", assertion));
            };
            // Without a word, or with an odd one, it serves this call only.
            let seconds = grant.expires_in.unwrap_or(0).clamp(0, LONGEST) - MARGIN;
            let until = now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
            Ok(Token { text: grant.access_token, until })
        }
        429 | 503 => Err(answer::busy(head)),
        408 | 500.. => Err(not_sent(&format!("HTTP {status}"), assertion)),
        400.. => {
            let Refusal { error, error_description } = object(body).unwrap_or_default();
            let message = format!("no access token: {error} {error_description}");
            Err(Error::Forbidden { status, message: clean(message.trim_end(), &[assertion]) })
        }
        _ => Err(not_sent(&format!("HTTP {status} without an access token"), assertion)),
    }
}

fn not_sent(message: &str, assertion: &str) -> Error {
    Error::NotSent { message: clean(&format!("no access token: {message}"), &[assertion]) }
}
