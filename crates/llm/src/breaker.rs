//! A provider that keeps failing rests for a while, so that people need not wait for it to fail.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// When a provider rests, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct BreakerConfig {
    /// So many failures in a row, none of them the request's own fault. 0: it never rests.
    pub failures: u32,
    /// The length of the rest. One request goes through afterwards; its fate decides for all.
    pub rest: Duration,
}

impl Default for BreakerConfig {
    fn default() -> Self {
        Self { failures: 20, rest: Duration::from_secs(10) }
    }
}

/// One provider's state; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Breaker {
    config: BreakerConfig,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Working {
        failures: u32,
    },
    Resting {
        until: Instant,
    },
    /// It rested long enough, and one attempt is finding out whether that helped.
    OnTrial,
}

impl Breaker {
    pub(crate) fn new(config: BreakerConfig) -> Self {
        Self { config, state: Arc::new(Mutex::new(State::Working { failures: 0 })) }
    }

    /// Leave for one attempt; `None` while the provider rests or is on trial.
    pub(crate) fn admit(&self) -> Option<Permit> {
        let mut state = self.state();
        let trial = match *state {
            State::Working { .. } => false,
            State::Resting { until } if until <= Instant::now() => {
                *state = State::OnTrial;
                true
            }
            State::Resting { .. } | State::OnTrial => return None,
        };
        Some(Permit { breaker: self.clone(), trial })
    }

    /// Would [`admit`](Self::admit) refuse now?
    pub(crate) fn is_resting(&self) -> bool {
        match *self.state() {
            State::Working { .. } => false,
            State::Resting { until } => Instant::now() < until,
            State::OnTrial => true,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One attempt's leave. Dropped without a verdict (cancelled, or the request's own fault), it
/// leaves the count as it is and the trial to the next.
#[derive(Debug)]
pub(crate) struct Permit {
    breaker: Breaker,
    trial: bool,
}

impl Permit {
    /// The provider answers: a trial is passed at the first token, not minutes later at the last.
    pub(crate) fn answering(&mut self) {
        if std::mem::take(&mut self.trial) {
            *self.breaker.state() = State::Working { failures: 0 };
        }
    }

    pub(crate) fn succeeded(mut self) {
        self.answering();
        if let State::Working { failures } = &mut *self.breaker.state() {
            *failures = 0;
        }
    }

    /// Returns whether the provider rests from now on.
    pub(crate) fn failed(mut self) -> bool {
        let trial = std::mem::take(&mut self.trial);
        let BreakerConfig { failures: most, rest } = self.breaker.config;
        let mut state = self.breaker.state();
        if let State::Working { failures } = &mut *state {
            *failures = failures.saturating_add(1);
        }
        let spent = matches!(*state, State::Working { failures } if most > 0 && failures >= most);
        if trial || spent {
            *state = State::Resting { until: Instant::now() + rest };
        }
        trial || spent
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.trial {
            *self.breaker.state() = State::Resting { until: Instant::now() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker() -> Breaker {
        Breaker::new(BreakerConfig { failures: 2, rest: Duration::from_millis(20) })
    }

    async fn rested() -> Breaker {
        let breaker = breaker();
        assert!(!breaker.admit().unwrap().failed());
        assert!(breaker.admit().unwrap().failed());
        assert!(breaker.is_resting() && breaker.admit().is_none());
        tokio::time::sleep(Duration::from_millis(30)).await;
        breaker
    }

    #[tokio::test]
    async fn only_failures_in_a_row_count() {
        let breaker = breaker();
        for _ in 0..5 {
            breaker.admit().unwrap().failed();
            breaker.admit().unwrap().succeeded();
        }
        breaker.admit().unwrap().failed();
        drop(breaker.admit().unwrap());
        assert!(!breaker.is_resting());
    }

    #[tokio::test]
    async fn one_trial_after_the_rest_decides() {
        let breaker = rested().await;
        let mut trial = breaker.admit().unwrap();
        assert!(breaker.is_resting() && breaker.admit().is_none());
        trial.answering();
        assert!(breaker.admit().is_some());

        let breaker = rested().await;
        assert!(breaker.admit().unwrap().failed());
        assert!(breaker.admit().is_none());
    }

    #[tokio::test]
    async fn an_abandoned_trial_goes_to_the_next() {
        let breaker = rested().await;
        drop(breaker.admit().unwrap());
        assert!(breaker.admit().is_some());
    }
}
