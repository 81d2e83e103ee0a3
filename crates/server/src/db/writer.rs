//! SQLite's one writer: works that wait together share one transaction, and so one fsync (group commit).

use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use super::{Conn, Result};

/// How many works may share a commit.
const GROUP: usize = 64;
/// How many works may wait before a caller is held back.
const QUEUE: usize = 4096;

/// A handle to the writing connection's task.
#[derive(Clone, Debug)]
pub struct Writer {
    queue: mpsc::Sender<Box<dyn Work>>,
    task: Arc<Mutex<Option<tokio::task::JoinHandle<()>>>>,
}

impl Writer {
    /// Takes the connection; the task ends when the last handle is gone or [`Writer::close`] is called.
    #[expect(clippy::disallowed_methods, reason = "the writer outlives every task that may still write")]
    pub(super) fn new(connection: SqliteConnection) -> Self {
        let (queue, works) = mpsc::channel(QUEUE);
        let task = tokio::spawn(write_all(connection, works));
        Self { queue, task: Arc::new(Mutex::new(Some(task))) }
    }

    pub(super) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<sqlx::Error> + Send + 'static,
        F: for<'t, 'c> Fn(&'t mut Conn<'c>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let queued = Queued { work, value: None, reply };
        if self.queue.send(Box::new(queued)).await.is_err() {
            return Err(sqlx::Error::PoolClosed.into());
        }
        answer.await.unwrap_or_else(|_| Err(sqlx::Error::PoolClosed.into()))
    }

    pub(super) async fn close(&self) {
        let task = self.task.lock().ok().and_then(|mut task| task.take());
        if let Some(task) = task
            && self.queue.send(Box::new(Close)).await.is_ok()
        {
            // A task that panicked has nothing left to finish.
            drop(task.await);
        }
    }
}

/// A unit of work that can be run, and run again after a roll-back, before its caller is told.
trait Work: Send {
    /// Runs it inside the open transaction; false asks for a roll-back.
    fn run<'t>(&'t mut self, conn: &'t mut Conn<'_>) -> BoxFuture<'t, bool>;
    /// Tells the caller, after the commit or roll-back that `outcome` reports.
    fn tell(self: Box<Self>, outcome: Result<()>);
    /// Whether it asks the writer to end.
    fn closes(&self) -> bool {
        false
    }
}

struct Queued<T, E, F> {
    work: F,
    value: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Work for Queued<T, E, F>
where
    T: Send,
    E: From<sqlx::Error> + Send,
    F: for<'t, 'c> Fn(&'t mut Conn<'c>) -> BoxFuture<'t, Result<T, E>> + Send + Sync,
{
    fn run<'t>(&'t mut self, conn: &'t mut Conn<'_>) -> BoxFuture<'t, bool> {
        Box::pin(async move {
            let value = (self.work)(conn).await;
            let keep = value.is_ok();
            self.value = Some(value);
            keep
        })
    }

    fn tell(self: Box<Self>, outcome: Result<()>) {
        let value = match (self.value, outcome) {
            (Some(Ok(_)) | None, Err(error)) => Err(error.into()),
            (Some(value), _) => value,
            (None, Ok(())) => Err(sqlx::Error::WorkerCrashed.into()),
        };
        // A caller who went away no longer asks; the commit stands.
        drop(self.reply.send(value));
    }
}

struct Close;

impl Work for Close {
    fn run<'t>(&'t mut self, _: &'t mut Conn<'_>) -> BoxFuture<'t, bool> {
        Box::pin(async { true })
    }

    fn tell(self: Box<Self>, _: Result<()>) {}

    fn closes(&self) -> bool {
        true
    }
}

async fn write_all(mut connection: SqliteConnection, mut works: mpsc::Receiver<Box<dyn Work>>) {
    let mut group = Vec::with_capacity(GROUP);
    while works.recv_many(&mut group, GROUP).await > 0 {
        let closes = group.iter().any(|work| work.closes());
        if matches!(commit(&mut connection, &mut group).await, Ok(true)) {
            group.drain(..).for_each(|work| work.tell(Ok(())));
        } else {
            // Somebody in the group asks for a roll-back, or the commit failed: each has its own transaction then.
            for work in group.drain(..) {
                let mut alone = [work];
                let outcome = commit(&mut connection, &mut alone).await;
                let [work] = alone;
                work.tell(outcome.map(|_| ()));
            }
        }
        if closes {
            works.close();
        }
    }
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "closing the database");
    }
}

/// Runs `works` in one transaction; `Ok(false)` when one of them asked for a roll-back.
async fn commit(connection: &mut SqliteConnection, works: &mut [Box<dyn Work>]) -> Result<bool> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    for work in works {
        if !work.run(&mut Conn::Sqlite(&mut tx)).await {
            tx.rollback().await?;
            return Ok(false);
        }
    }
    tx.commit().await?;
    Ok(true)
}
