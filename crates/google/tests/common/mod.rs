//! What the tests have in common. Time is theirs: nothing here looks at a clock.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![expect(clippy::unwrap_used, reason = "what goes wrong here fails the test")]

use std::time::Duration;

use google::{Doubt, Error, Play, PlayConfig, ServiceAccount, Verifier, VerifierConfig};
use jiff::{SignedDuration, Timestamp};
use testkit::google::{Buy, FakeGoogle};

/// A limit that a test never meets.
pub(crate) const AMPLE: Duration = Duration::from_secs(30);

/// A moment of the day on which everything happens.
pub(crate) fn at(time: &str) -> Timestamp {
    format!("2026-03-01T{time}Z").parse().unwrap()
}

/// When it is now.
pub(crate) fn now() -> Timestamp {
    at("12:00:00")
}

/// So many seconds later, or earlier.
pub(crate) fn later(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

/// A month that has begun an hour ago.
pub(crate) fn plus() -> Buy {
    Buy::new("plus", at("11:00:00"), "2026-04-01T11:00:00Z".parse().unwrap())
}

pub(crate) fn play_config(google: &FakeGoogle) -> PlayConfig {
    let account = ServiceAccount::parse(&google.service_account_json()).unwrap();
    let config = PlayConfig::new(account, google.package_name());
    PlayConfig { api_url: google.url(), connect: AMPLE, call: AMPLE, ..config }
}

pub(crate) fn play(google: &FakeGoogle) -> Play {
    Play::new(&play_config(google)).unwrap()
}

pub(crate) fn verifier_config(google: &FakeGoogle) -> VerifierConfig {
    VerifierConfig { keys_url: google.keys_url(), connect: AMPLE, call: AMPLE, ..VerifierConfig::default() }
}

pub(crate) fn verifier(google: &FakeGoogle) -> Verifier {
    Verifier::new(verifier_config(google)).unwrap()
}

/// An error in a word or two, for tables.
pub(crate) fn verdict(error: &Error) -> String {
    match error {
        Error::BadArgument(_) => "BadArgument".into(),
        Error::NotFound { .. } => "NotFound".into(),
        Error::Refused { status, .. } => format!("Refused {status}"),
        Error::Forbidden { status, .. } => format!("Forbidden {status}"),
        Error::Busy { retry_after } => format!("Busy {}", retry_after.as_secs()),
        Error::NotSent { .. } => "NotSent".into(),
        Error::Unknown { doubt: Doubt::Server(status), .. } => format!("Unknown {status}"),
        Error::Unknown { doubt, .. } => format!("Unknown {doubt:?}"),
    }
}
