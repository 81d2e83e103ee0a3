//! Until when one attempt waits for what comes next.

use std::time::Duration;

use tokio::time::Instant;

use crate::{error::Limit, provider::Limits};

/// How long usage and `[DONE]` are waited for after the finish reason.
const USAGE_WAIT: Duration = Duration::from_secs(2);

/// How long the response's end is waited for after `[DONE]`, so that the connection can be reused.
const END_WAIT: Duration = Duration::from_millis(20);

/// How long the rest of an error's body is waited for: the status has been seen.
const ERROR_WAIT: Duration = Duration::from_secs(2);

/// The times of one attempt that its limits depend on.
#[derive(Debug)]
pub(crate) struct Timer {
    limits: Limits,
    began: Instant,
    /// Tokens come one by one, so their limits apply.
    streams: bool,
    /// The last token, of text or reasoning.
    last_token: Option<Instant>,
    /// Nothing that matters comes later than this.
    end_by: Option<Instant>,
}

impl Timer {
    /// Begins now.
    pub(crate) fn new(limits: Limits, streams: bool) -> Self {
        Self { limits, began: Instant::now(), streams, last_token: None, end_by: None }
    }

    /// A token came.
    pub(crate) fn token(&mut self) {
        self.last_token = Some(Instant::now());
    }

    /// The answer will come whole.
    pub(crate) fn comes_whole(&mut self) {
        self.streams = false;
    }

    /// The answer is an error: only its explanation is missing.
    pub(crate) fn is_error(&mut self) {
        self.end_by = Some(Instant::now() + ERROR_WAIT);
    }

    /// The model gave a finish reason.
    pub(crate) fn finished(&mut self) {
        self.end_by.get_or_insert_with(|| Instant::now() + USAGE_WAIT);
    }

    /// The server said `[DONE]`.
    pub(crate) fn done(&mut self) {
        self.end_by = Some(Instant::now() + END_WAIT);
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// When waiting ends, and by which limit.
    pub(crate) fn deadline(&self) -> (Instant, Limit) {
        let total = (later(self.began, self.limits.total), Limit::Total);
        let token = match self.last_token {
            _ if !self.streams => None,
            Some(last) => Some((later(last, self.limits.silence), Limit::Silence)),
            None => Some((later(self.began, self.limits.first_token), Limit::FirstToken)),
        };
        let end = self.end_by.map(|end| (end, Limit::Total));
        let others = [token, end].into_iter().flatten();
        others.fold(total, |first, other| if other.0 < first.0 { other } else { first })
    }
}

/// `instant + duration`, or never if that is out of reach.
fn later(instant: Instant, duration: Duration) -> Instant {
    const NEVER: Duration = Duration::from_secs(365 * 24 * 3600);
    instant + duration.min(NEVER)
}
