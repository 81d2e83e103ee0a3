//! From an HTTP answer to a result or an error.

use std::time::Duration;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    error::{Doubt, Error, clean},
    lenient::lenient,
    refusal::{Refusal, classify},
};

/// What is waited after a 429 that does not say how long.
const DEFAULT_RETRY: Duration = Duration::from_secs(1);

/// Every answer of the Bot API has this form.
#[derive(Deserialize)]
struct Envelope {
    ok: bool,
    #[serde(default)]
    result: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "lenient")]
    error_code: Option<u16>,
    #[serde(default, deserialize_with = "lenient")]
    description: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    parameters: Option<Parameters>,
}

/// `ResponseParameters`.
#[derive(Default, Deserialize)]
struct Parameters {
    #[serde(default, deserialize_with = "lenient")]
    migrate_to_chat_id: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    retry_after: Option<u64>,
}

/// What the head of an answer says.
pub(crate) struct Head {
    pub(crate) status: u16,
    /// The header, in seconds.
    pub(crate) retry_after: Option<u64>,
}

/// Reads an answer to `method`. `body` may be cut short if the status is not 2xx.
pub(crate) fn read<R: DeserializeOwned>(method: &str, token: &str, head: &Head, body: &[u8]) -> Result<R, Error> {
    let Ok(envelope) = serde_json::from_slice::<Envelope>(body) else {
        return Err(of_status(method, head));
    };
    if envelope.ok {
        // Without a result: `null` is one for who expects none.
        let result = envelope.result.as_deref().map_or("null", RawValue::get);
        // What serde says may repeat what people wrote, so only where it stands is told.
        return serde_json::from_str(result).map_err(|error| Error::Unknown {
            doubt: Doubt::Unreadable,
            message: format!("{method}: unexpected result, at {}:{}", error.line(), error.column()),
        });
    }
    let code = [envelope.error_code, Some(head.status)].into_iter().flatten().find(|code| (400..600).contains(code));
    let Some(code) = code else {
        return Err(of_status(method, head));
    };
    let description = clean(&envelope.description.unwrap_or_default(), token);
    let parameters = envelope.parameters.unwrap_or_default();
    Err(match code {
        429 => {
            let seconds = parameters.retry_after.or_else(|| retry_after(&description)).or(head.retry_after);
            Error::TooManyRequests { retry_after: seconds.map_or(DEFAULT_RETRY, Duration::from_secs) }
        }
        408 | 500.. => Error::Unknown { doubt: Doubt::Server(code), message: format!("{method}: {description}") },
        _ => {
            let reason = classify(method, code, &description, parameters.migrate_to_chat_id);
            Error::Refused { code, description, reason }
        }
    })
}

/// The verdict on an answer that is not Telegram's own: HTML of a proxy, a cut one, a redirect.
///
/// A 4xx is still a definite refusal, by whoever stands in between.
pub(crate) fn of_status(method: &str, head: &Head) -> Error {
    let message = format!("{method}: HTTP {} without an answer of the Bot API", head.status);
    match head.status {
        429 => Error::TooManyRequests { retry_after: head.retry_after.map_or(DEFAULT_RETRY, Duration::from_secs) },
        408 | 500.. => Error::Unknown { doubt: Doubt::Server(head.status), message },
        code @ 400.. => {
            let reason = if code == 401 { Refusal::Unauthorized } else { Refusal::Other };
            Error::Refused { code, description: message, reason }
        }
        _ => Error::Unknown { doubt: Doubt::Unreadable, message },
    }
}

/// "Too Many Requests: retry after 7"
fn retry_after(description: &str) -> Option<u64> {
    let (_, rest) = description.rsplit_once("retry after ")?;
    rest.split(|char: char| !char.is_ascii_digit()).next()?.parse().ok()
}
