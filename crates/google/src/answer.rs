//! From an HTTP answer of the Play Developer API to a result or an error.

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    error::{Doubt, Error, clean},
    http::Head,
    lenient::{lenient, object, readable},
};

/// What is waited when Google does not say how long.
const DEFAULT_RETRY: Duration = Duration::from_secs(30);

/// The longest wait that is taken seriously.
const LONGEST_RETRY: Duration = Duration::from_secs(3600);

/// Reasons for which Google answers 403 where it means 429.
const QUOTAS: [&str; 5] =
    ["rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded", "servingLimitExceeded"];

/// `{"error": {…}}`, Google's form of an error.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    error: &'a RawValue,
}

#[derive(Deserialize)]
struct Failure {
    #[serde(default, deserialize_with = "lenient")]
    message: String,
    /// A name of google.rpc.Code, such as `NOT_FOUND`.
    #[serde(default, deserialize_with = "lenient")]
    status: String,
    #[serde(default, deserialize_with = "readable")]
    errors: Vec<Detail>,
}

#[derive(Deserialize)]
struct Detail {
    reason: String,
}

impl Failure {
    fn is_about(&self, reasons: &[&str]) -> bool {
        self.errors.iter().any(|detail| reasons.contains(&detail.reason.as_str()))
    }

    /// A quota that is used up; or somebody else changes the same purchase just now.
    fn is_passing(&self) -> bool {
        self.status == "RESOURCE_EXHAUSTED" || self.is_about(&QUOTAS) || self.is_about(&["concurrentUpdate"])
    }
}

/// The verdict on an answer to `method` that is not a success. `body` may be missing.
pub(crate) fn failure(method: &str, head: Head, body: &[u8], secrets: &[&str]) -> Error {
    let status = head.status;
    let failure = object::<Envelope<'_>>(body).and_then(|envelope| object::<Failure>(envelope.error.get().as_bytes()));
    let said = failure.as_ref().map_or("without an answer of the API", |failure| failure.message.as_str());
    let message = clean(&format!("{method}: {said}"), secrets);
    match (status, failure) {
        (429 | 503, _) => busy(head),
        (408 | 500.., _) => Error::Unknown { doubt: Doubt::Server(status), message },
        (403 | 409, Some(failure)) if failure.is_passing() => busy(head),
        (401 | 403, _) => Error::Forbidden { status, message },
        // It is the app that is not known.
        (404, Some(failure)) if failure.is_about(&["applicationNotFound"]) => Error::Forbidden { status, message },
        (404 | 410, Some(_)) => Error::NotFound { message },
        (400.., Some(_)) => Error::Refused { status, message },
        // Only Google's own word is taken for it: else a proxy, or a slip in a URL, would end everybody's subscription.
        (400.., None) => Error::Unknown { doubt: Doubt::Server(status), message },
        _ => Error::Unknown { doubt: Doubt::Unreadable, message },
    }
}

/// Google asks to be left alone.
pub(crate) fn busy(head: Head) -> Error {
    Error::Busy { retry_after: head.retry_after.unwrap_or(DEFAULT_RETRY).min(LONGEST_RETRY) }
}
