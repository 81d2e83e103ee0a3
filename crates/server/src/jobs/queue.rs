//! Doing what was kept to be done: claimed by a lease, tried again when it may succeed later.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt as _;
use tokio::sync::Notify;
use tracing::Instrument as _;

use super::{
    BATCH,
    task::{Task, Tried},
};
use crate::{
    app::Shared,
    db::{
        Result, Ts,
        jobs::{self, Job, Lane, Outcome},
    },
};

/// How often is looked for what other nodes have kept, or what has become due.
const LOOK: Duration = Duration::from_secs(1);
/// How long a claim lasts: longer than any try.
const LEASE: Duration = Duration::from_secs(120);
/// The longest pause between tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// How long it is tried: afterwards somebody must look at it.
const PATIENCE: Duration = Duration::from_secs(7 * 86_400);
/// For how long an ended job is kept to be looked at.
const KEPT: Duration = Duration::from_secs(30 * 86_400);
/// The same of what told browsers.
const PUSH_KEPT: Duration = Duration::from_secs(86_400);

/// The queue, as the rest of the service knows it.
#[derive(Debug, Default)]
pub struct Queue {
    browsers: Notify,
    others: Notify,
}

impl Queue {
    /// Tells that something may be due: a job that was kept is done at once.
    pub fn wake(&self) {
        self.browsers.notify_one();
        self.others.notify_one();
    }

    fn of(&self, lane: Lane) -> &Notify {
        match lane {
            Lane::Browsers => &self.browsers,
            Lane::Others => &self.others,
        }
    }
}

/// How many are worked on at once.
const fn at_once(lane: Lane) -> i64 {
    match lane {
        Lane::Browsers => 64,
        Lane::Others => 16,
    }
}

/// Works until the service ends.
pub(super) fn start(app: &Shared) {
    for lane in [Lane::Others, Lane::Browsers] {
        work_on(app, lane);
    }
}

fn work_on(app: &Shared, lane: Lane) {
    let task = app.clone();
    app.tasks.spawn(async move {
        let app = &task;
        while !app.tasks.ended.is_cancelled() {
            match work(app, lane).await {
                // There may be more.
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "jobs cannot be read or noted yet"),
            }
            tokio::select! {
                () = app.tasks.ended.cancelled() => {}
                () = app.jobs.of(lane).notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    });
}

/// Does what is due; whether there was anything.
async fn work(app: &Shared, lane: Lane) -> Result<bool> {
    let now = app.clock.now();
    let due = jobs::any_due(&mut app.db.read().await?.conn(), lane, now).await?;
    if !due {
        return Ok(false);
    }
    let claim = app.db.write(move |tx| Box::pin(jobs::claim(tx, lane, now, now.after(LEASE), at_once(lane))));
    let claimed = claim.await?;
    let any = !claimed.is_empty();
    let tries = claimed.into_iter().map(|job| async move {
        let span = tracing::info_span!("job", job_id = %job.id, kind = job.kind);
        attempt(app, job).instrument(span).await
    });
    for noted in futures_util::future::join_all(tries).await {
        noted?;
    }
    Ok(any)
}

async fn attempt(app: &Shared, job: Job) -> Result<()> {
    let tried = match serde_json::from_str::<Task>(&job.payload.0) {
        Ok(task) => match AssertUnwindSafe(task.run(app)).catch_unwind().await {
            Ok(Ok(tried)) => tried,
            Ok(Err(error)) => Tried::Later(None, error.to_string()),
            // The panic itself was logged by the hook.
            Err(_) => Tried::Later(None, "it panicked".into()),
        },
        // A newer version of the service has kept it.
        Err(_) => Tried::Later(None, "this version does not know what it is".into()),
    };
    let now = app.clock.now();
    let label = match &tried {
        Tried::Done => "done",
        Tried::Later(..) => "later",
        Tried::Failed(_) => "failed",
    };
    metrics::counter!("beseda_queue_total", "kind" => job.kind.clone(), "outcome" => label).increment(1);
    note(app, job, tried, now).await
}

async fn note(app: &Shared, job: Job, tried: Tried, now: Ts) -> Result<()> {
    let tried = match tried {
        Tried::Later(_, why) if job.created_at.after(PATIENCE) <= now => Tried::Failed(why),
        tried => tried,
    };
    if let Tried::Failed(error) = &tried {
        tracing::error!(error, "a job is given up");
    }
    let (job, tried) = (std::sync::Arc::new(job), std::sync::Arc::new(tried));
    app.db
        .write(move |tx| {
            let (job, tried) = (job.clone(), tried.clone());
            Box::pin(async move {
                match &*tried {
                    Tried::Done => jobs::end(tx, &job, Outcome::Done, now, None).await,
                    Tried::Failed(error) => jobs::end(tx, &job, Outcome::Failed, now, Some(error)).await,
                    Tried::Later(pause, error) => {
                        let pause = pause.unwrap_or_else(|| pause_after(job.attempts));
                        tracing::warn!(error, "a job is to be tried again");
                        jobs::retry(tx, job.id, now.after(pause), error).await
                    }
                }
            })
        })
        .await
}

fn pause_after(attempts: i64) -> Duration {
    Duration::from_secs(1 << attempts.clamp(0, 12)).min(LONGEST_PAUSE)
}

/// Forgets what ended long ago.
pub(super) async fn forget(app: Shared) -> Result<()> {
    let now = app.clock.now();
    let (before, pushes_before) = (now.before(KEPT), now.before(PUSH_KEPT));
    loop {
        let forgotten = app.db.write(move |tx| {
            Box::pin(async move {
                let pushes = jobs::forget_pushes(tx, pushes_before, BATCH).await?;
                Ok::<_, sqlx::Error>(pushes + jobs::forget(tx, before, BATCH).await?)
            })
        });
        if forgotten.await? == 0 {
            return Ok(());
        }
    }
}
