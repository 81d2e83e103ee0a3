//! What staff do with jobs and deliveries: try again, call off.

use uuid::Uuid;

use crate::{
    app::App,
    db::{Conn, Result, Ts, deliveries, jobs},
    staff::{
        Actor,
        audit::{self, Action, Entry},
    },
};

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// There is no such thing.
    #[error("there is no such thing")]
    Missing,
    /// It is over, somebody works on it, or another one of its kind is open.
    #[error("it can't be done as things are")]
    Conflict,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Try again at once.
    Retry,
    /// Call it off.
    Cancel,
}

/// Does it with a job.
pub async fn job(app: &App, actor: Actor, id: Uuid, act: Act, reason: String) -> Result<(), ActError> {
    let now = app.clock.now();
    let action = if act == Act::Retry { Action::JobRetried } else { Action::JobCancelled };
    let entry = Entry::new(actor, action).on(id).because(Some(reason));
    let done = app.db.write(move |tx| {
        let entry = entry.clone();
        Box::pin(async move { write_job(tx, id, act, entry, now).await })
    });
    done.await?;
    app.jobs.wake();
    Ok(())
}

async fn write_job(tx: &mut Conn<'_>, id: Uuid, act: Act, entry: Entry, now: Ts) -> Result<(), ActError> {
    let job = jobs::find(tx, id).await?.ok_or(ActError::Missing)?;
    let done = match act {
        Act::Retry => jobs::hasten(tx, id, now).await? || jobs::reopen(tx, id, now).await?,
        Act::Cancel => jobs::cancel(tx, id, now).await?,
    };
    if !done {
        return Err(ActError::Conflict);
    }
    let details = serde_json::json!({"kind": job.kind, "attempts": job.attempts, "outcome": job.outcome});
    Ok(audit::record(tx, &entry.with(details), now).await?)
}

/// Does it with a delivery.
pub async fn delivery(app: &App, actor: Actor, id: Uuid, act: Act, reason: String) -> Result<(), ActError> {
    let now = app.clock.now();
    let action = if act == Act::Retry { Action::DeliveryRetried } else { Action::DeliveryCancelled };
    let entry = Entry::new(actor, action).on(id).because(Some(reason));
    let done = app.db.write(move |tx| {
        let entry = entry.clone();
        Box::pin(async move { write_delivery(tx, id, act, entry, now).await })
    });
    done.await
}

async fn write_delivery(tx: &mut Conn<'_>, id: Uuid, act: Act, entry: Entry, now: Ts) -> Result<(), ActError> {
    let user_id = deliveries::owner(tx, id).await?.ok_or(ActError::Missing)?;
    let done = match act {
        Act::Retry => deliveries::hasten(tx, id, now).await?,
        Act::Cancel => deliveries::cancel(tx, id, now).await?,
    };
    if !done {
        return Err(ActError::Conflict);
    }
    Ok(audit::record(tx, &entry.to(user_id), now).await?)
}
