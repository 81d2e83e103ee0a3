//! One answer from whichever provider gives it.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep_until};

use crate::{
    attempt::{Attempt, Running},
    error::{Error, Fault},
    provider::Provider,
    request::Request,
    response::FinishReason,
    retry,
};

/// An answer in progress.
///
/// Providers are tried in order, each once; then those whose failure may pass are tried again,
/// each as often as its `retries` say. After the first text there is no other try.
///
/// Dropping it closes the connection, as [`finish`](Self::finish) does.
pub struct Chat {
    request: Request,
    began: Instant,
    candidates: Vec<Candidate>,
    running: Option<Box<Running>>,
    attempts: Vec<Attempt>,
    end: Option<End>,
    /// What to say when no candidate is left.
    verdict: Error,
}

/// A provider that may still answer.
struct Candidate {
    provider: Arc<Provider>,
    tries: u32,
    not_before: Instant,
}

/// What happened in a chat.
#[derive(Debug, Clone)]
pub struct Transcript {
    /// Every call that was made, in order.
    pub attempts: Vec<Attempt>,
    /// How the last one ended.
    pub end: End,
}

/// How a chat ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The model finished.
    Finished(FinishReason),
    /// Some text came, then it failed. The text stands.
    BrokeOff(Error),
    /// There was no text at all.
    Failed(Error),
    /// [`Chat::finish`] was called before the end.
    Cancelled,
}

impl Chat {
    pub(crate) fn new(providers: Vec<Arc<Provider>>, request: Request) -> Self {
        let began = Instant::now();
        let candidate = |provider| Candidate { provider, tries: 0, not_before: began };
        Self {
            verdict: if providers.is_empty() { Error::NoProvider } else { Error::AllResting },
            request,
            began,
            candidates: providers.into_iter().map(candidate).collect(),
            running: None,
            attempts: Vec::new(),
            end: None,
        }
    }

    /// The next piece of the answer's text, never empty; `None` when the chat has ended, well or
    /// badly. Cancel-safe: a piece is never lost when the future is dropped.
    pub async fn next(&mut self) -> Option<String> {
        while self.end.is_none() {
            let Some(running) = &mut self.running else {
                self.begin().await;
                continue;
            };
            match running.next().await {
                Ok(Some(text)) => return Some(text),
                Ok(None) => self.finished(),
                Err(fault) => self.failed(fault),
            }
        }
        None
    }

    /// What happened. Called before [`next`](Self::next) gave `None`, it closes the connection and
    /// records the running attempt as cancelled.
    pub fn finish(mut self) -> Transcript {
        self.attempts.extend(self.running.map(|running| running.cancelled()));
        Transcript { attempts: self.attempts, end: self.end.unwrap_or(End::Cancelled) }
    }

    /// Begins the next attempt, or ends the chat when there is none to make.
    async fn begin(&mut self) {
        // Of equals the first: the configured order.
        let next = self.candidates.iter().enumerate().min_by_key(|(_, it)| (it.tries, it.not_before));
        let Some((index, candidate)) = next else {
            self.end = Some(End::Failed(self.verdict.clone()));
            return;
        };
        // A first try waits for nothing: the timer would round even a moment that is past up to its next millisecond.
        if candidate.tries > 0 && !candidate.provider.breaker.is_resting() {
            sleep_until(candidate.not_before).await;
        }
        let provider = Arc::clone(&candidate.provider);
        let Some(permit) = provider.breaker.admit() else {
            self.candidates.remove(index);
            return;
        };
        let running = Running::new(provider, permit, &self.request, self.began.elapsed());
        self.running = Some(Box::new(running));
    }

    fn finished(&mut self) {
        if let Some(running) = self.running.take() {
            let (attempt, reason) = running.succeeded();
            self.attempts.push(attempt);
            self.end = Some(End::Finished(reason));
        }
    }

    fn failed(&mut self, fault: Fault) {
        let Some(running) = self.running.take() else {
            return;
        };
        let (provider, has_text) = (Arc::clone(&running.provider), running.has_text());
        let attempt = running.failed(&fault);
        let message = attempt.error.clone().unwrap_or_default();
        tracing::debug!(provider = attempt.provider, error = message, "an attempt at a model failed");
        let error = Error::Attempt { failure: fault.failure, message };
        self.attempts.push(attempt);
        if has_text {
            self.end = Some(End::BrokeOff(error));
        } else {
            self.verdict = error;
            self.reconsider(&provider, &fault);
        }
    }

    /// After a failure: when this provider may be tried again, if at all.
    fn reconsider(&mut self, provider: &Arc<Provider>, fault: &Fault) {
        let found = self.candidates.iter().position(|it| Arc::ptr_eq(&it.provider, provider));
        let Some(index) = found else { return };
        let candidate = &mut self.candidates[index];
        candidate.tries += 1;
        let left = provider.config.limits.total.saturating_sub(self.began.elapsed());
        let wish = fault.retry_after.unwrap_or(Duration::ZERO);
        let again = fault.failure.is_passing()
            && candidate.tries <= provider.config.retries
            && wish <= left.min(retry::PATIENCE);
        if again {
            candidate.not_before = Instant::now() + wish.max(retry::backoff(candidate.tries));
        } else {
            self.candidates.remove(index);
        }
    }
}
