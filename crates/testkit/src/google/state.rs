//! Everything that the server knows. One mutex guards it, and is never held over an await.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use jiff::Timestamp;

use super::{call::Call, faults::Plan, purchase::Purchase, sign_in::Visitor};

/// The app.
pub(super) const PACKAGE: &str = "com.example.beseda";
/// The service account that asks.
pub(super) const ACCOUNT: &str = "beseda-play@fake-project.iam.gserviceaccount.com";
/// The service account that pushes.
pub(super) const PUSH_EMAIL: &str = "beseda-push@fake-project.iam.gserviceaccount.com";

/// What the tasks of the server and the hands of the tests share.
pub(super) struct Shared {
    /// Of the server, without a slash at its end.
    pub(super) url: String,
    state: Mutex<State>,
}

impl Shared {
    pub(super) fn new(url: String) -> Arc<Self> {
        Arc::new(Self { url, state: Mutex::new(State::new()) })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn token_uri(&self) -> String {
        format!("{}/token", self.url)
    }
}

pub(super) struct State {
    /// By purchase token.
    pub(super) purchases: HashMap<String, Purchase>,
    /// Access tokens that are valid.
    pub(super) valid: HashSet<String>,
    /// All that were ever given.
    pub(super) issued: Vec<String>,
    /// All for which one was asked.
    pub(super) assertions: Vec<String>,
    pub(super) calls: Vec<Call>,
    pub(super) violations: Vec<String>,
    pub(super) faults: Plan,
    /// Which of the keys signs; the one before it is still published.
    pub(super) signing: usize,
    pub(super) key_fetches: usize,
    /// Who is at the browser.
    pub(super) visitor: Option<Visitor>,
    pub(super) settings: Settings,
    next_id: u64,
}

/// What tests can set.
pub(super) struct Settings {
    /// `expires_in` of an access token.
    pub(super) token_seconds: Option<i64>,
    /// `Cache-Control` of the keys.
    pub(super) keys_cache: Option<String>,
    /// `aud` of a push; without it, the URL that is pushed to.
    pub(super) audience: Option<String>,
}

impl State {
    fn new() -> Self {
        Self {
            purchases: HashMap::new(),
            valid: HashSet::new(),
            issued: Vec::new(),
            assertions: Vec::new(),
            calls: Vec::new(),
            violations: Vec::new(),
            faults: Plan::default(),
            signing: 0,
            key_fetches: 0,
            visitor: None,
            settings: Settings {
                token_seconds: Some(3599),
                keys_cache: Some("public, max-age=20000, must-revalidate, no-transform".into()),
                audience: None,
            },
            next_id: 0,
        }
    }

    /// A number that was not given before.
    pub(super) fn fresh(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }
}

/// The real time.
#[expect(clippy::disallowed_methods, reason = "the outside world has the real time")]
pub(super) fn now() -> Timestamp {
    Timestamp::try_from(SystemTime::now()).unwrap_or_default()
}
