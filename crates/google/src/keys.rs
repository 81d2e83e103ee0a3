//! The keys with which an issuer signs: fetched when they are needed, and kept (RFC 7517).

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::DecodingKey;
use reqwest::{
    Client, Response, Url,
    header::{ACCEPT, CACHE_CONTROL},
};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::{
    error::clean,
    http::{self, Broken},
    lenient::{lenient, object, readable},
};

/// The shortest time for which keys are kept, whatever the answer says; also where it says nothing.
const SHORTEST: u64 = 5 * 60;
/// The longest.
const LONGEST: u64 = 24 * 3600;

/// Between two fetches: whoever sends tokens with keys that there are not must not make us ask for them all the time.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// Fetches keys, and keeps them.
pub(crate) struct Keys {
    http: Client,
    url: Url,
    call: Duration,
    /// Never held over an await.
    known: RwLock<Option<Arc<Known>>>,
    /// The newest fetch. Locked as long as one is under way.
    newest: Mutex<Option<Fetch>>,
}

/// A set of keys.
struct Known {
    keys: HashMap<String, Arc<DecodingKey>>,
    since: Timestamp,
    fresh_for: SignedDuration,
}

struct Fetch {
    begun: Timestamp,
    /// Why it failed, if it did. So it begins: it may be dropped half-way.
    failure: Option<String>,
}

/// Why there is no key.
pub(crate) enum NoKey {
    /// The issuer has none of this name.
    Unknown,
    /// That cannot be known now. For operators.
    Unavailable(String),
}

impl Known {
    /// Whichever way the clock was moved meanwhile.
    fn is_fresh(&self, now: Timestamp) -> bool {
        now.duration_since(self.since).abs() < self.fresh_for
    }
}

impl Keys {
    pub(crate) fn new(http: Client, url: Url, call: Duration) -> Self {
        Self { http, url, call, known: RwLock::default(), newest: Mutex::default() }
    }

    /// The key of this name. Keys that could not be fetched anew go on being used.
    pub(crate) async fn find(&self, name: &str, now: Timestamp) -> Result<Arc<DecodingKey>, NoKey> {
        let (key, fresh) = self.known_key(name, now);
        let mut newest = match key {
            Some(key) if fresh => return Ok(key),
            // Somebody else fetches them anew: no reason to wait.
            Some(key) => match self.newest.try_lock() {
                Ok(newest) => newest,
                Err(_) => return Ok(key),
            },
            None => self.newest.lock().await,
        };
        // Somebody else's fetch that this has waited for is the newest, so that it is not made again.
        let is_due = newest.as_ref().is_none_or(|fetch| now.duration_since(fetch.begun).abs() >= PAUSE);
        if is_due {
            let interrupted = "fetching the keys was interrupted".to_owned();
            *newest = Some(Fetch { begun: now, failure: Some(interrupted) });
            let failure = self.fetch(now).await.err();
            *newest = Some(Fetch { begun: now, failure });
        }
        match (self.known_key(name, now).0, newest.as_ref().and_then(|fetch| fetch.failure.as_ref())) {
            (Some(key), _) => Ok(key),
            (None, Some(failure)) => Err(NoKey::Unavailable(failure.clone())),
            (None, None) => Err(NoKey::Unknown),
        }
    }

    fn known_key(&self, name: &str, now: Timestamp) -> (Option<Arc<DecodingKey>>, bool) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let key = known.as_ref().and_then(|known| known.keys.get(name)).map(Arc::clone);
        (key, known.as_ref().is_some_and(|known| known.is_fresh(now)))
    }

    async fn fetch(&self, now: Timestamp) -> Result<(), String> {
        let request = self.http.get(self.url.clone()).timeout(self.call).header(ACCEPT, "application/json");
        let mut fresh_for = Duration::from_secs(SHORTEST);
        // Boxed, as its state is large.
        let answer = match Box::pin(request.send()).await {
            Ok(response) => {
                fresh_for = max_age(&response);
                http::read(response).await
            }
            Err(error) => Err(http::unsent(error)),
        };
        let failed = |message: &str| Err(clean(&format!("the keys: {message}"), &[]));
        let keys = match answer {
            Ok((head, body)) if (200..300).contains(&head.status) => read(&body),
            Ok((head, _)) => return failed(&format!("HTTP {}", head.status)),
            Err(Broken::Unsent(message)) => return failed(&message),
            Err(Broken::Lost(doubt, message)) => return failed(&format!("{doubt}: {message}")),
        };
        // An empty set would refuse everybody; the real one never is.
        if keys.is_empty() {
            return failed("there are none in the answer");
        }
        let fresh_for = SignedDuration::try_from(fresh_for).unwrap_or(SignedDuration::ZERO);
        let known = Arc::new(Known { keys, since: now, fresh_for });
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok(())
    }
}

/// How long an answer may be kept, within our bounds.
fn max_age(response: &Response) -> Duration {
    let values = response.headers().get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let mut directives = values.flat_map(|value| value.split(',')).map(str::trim);
    let seconds = directives.find_map(|directive| {
        let (name, value) = directive.split_once('=')?;
        name.eq_ignore_ascii_case("max-age").then(|| value.trim_matches('"').parse::<u64>().ok())?
    });
    Duration::from_secs(seconds.unwrap_or(0).clamp(SHORTEST, LONGEST))
}

/// A JSON Web Key Set.
#[derive(Deserialize)]
struct Set {
    #[serde(default, deserialize_with = "readable")]
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kid: String,
    kty: String,
    n: String,
    e: String,
    #[serde(default, rename = "use", deserialize_with = "lenient")]
    usage: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    alg: Option<String>,
}

/// Those that sign with RS256; others are left out.
fn read(body: &[u8]) -> HashMap<String, Arc<DecodingKey>> {
    let set = object(body).unwrap_or(Set { keys: Vec::new() });
    let fits = |key: &Key| {
        key.kty == "RSA"
            && key.usage.as_deref().is_none_or(|usage| usage == "sig")
            && key.alg.as_deref().is_none_or(|alg| alg == "RS256")
    };
    let fitting = set.keys.into_iter().filter(fits);
    fitting
        .filter_map(|key| Some((key.kid, Arc::new(DecodingKey::from_rsa_components(&key.n, &key.e).ok()?))))
        .collect()
}
