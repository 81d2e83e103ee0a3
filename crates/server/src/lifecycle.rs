//! Tasks that outlive their callers, and the order in which everything stops.

use std::{future::Future, time::Duration};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The service's background tasks.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    /// Cancelled first: no new turns.
    pub closing: CancellationToken,
    /// Cancelled when the patience with running turns is at its end: they settle as interrupted.
    pub interrupt: CancellationToken,
    /// Cancelled last: periodic work ends.
    pub ended: CancellationToken,
}

impl Tasks {
    /// Runs a task that the shutdown waits for.
    #[expect(clippy::disallowed_methods, reason = "this is where tasks are tracked")]
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(self.tracker.track_future(task));
    }

    /// Runs `work` every `period` until the service ends; a failure is logged, and tried again the next time.
    pub fn every<F, Fut, E>(&self, name: &'static str, period: Duration, mut work: F)
    where
        F: FnMut() -> Fut + Send + 'static,
        Fut: Future<Output = Result<(), E>> + Send,
        E: std::fmt::Display + Send,
    {
        let ended = self.ended.clone();
        self.spawn(async move {
            let mut ticks = tokio::time::interval(period);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    () = ended.cancelled() => break,
                    _ = ticks.tick() => {}
                }
                let outcome = work().await;
                let label = if outcome.is_ok() { "ok" } else { "failed" };
                metrics::counter!("beseda_jobs_total", "job" => name, "outcome" => label).increment(1);
                if let Err(error) = outcome {
                    tracing::warn!(job = name, %error, "periodic work failed");
                }
            }
        });
    }

    /// Whether the service has begun to stop.
    pub fn is_closing(&self) -> bool {
        self.closing.is_cancelled()
    }

    /// Waits until every task has ended, but no longer than `limit`; false when some had to be left.
    pub async fn wait(&self, limit: Duration) -> bool {
        self.tracker.close();
        tokio::time::timeout(limit, self.tracker.wait()).await.is_ok()
    }
}

/// Completes when the system asks the process to stop.
pub async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals cannot be listened to; stop the process by force");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
