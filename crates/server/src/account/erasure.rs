//! Erasing a person: running turns stopped, then everything gone in one transaction.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use uuid::Uuid;

use crate::{
    app::Shared,
    billing::renewal,
    db::{Conn, Ts, admins, dialect, users},
    staff::audit::{self, Entry},
    turn::stop,
};

/// How long running turns are waited for; a turn that is still open then finds nothing to settle.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long is waited for others who hold what is to be deleted, before it is tried again.
const PAUSE: Duration = Duration::from_millis(50);

/// Why nobody was erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// The service would be without an owner.
    #[error("the last owner cannot be erased")]
    LastOwner,
    /// The person is gone already.
    #[error("no such person")]
    NotFound,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Erases a person and every row that carries their id.
pub async fn erase(app: &Shared, user_id: Uuid) -> Result<(), EraseError> {
    erase_recorded(app, user_id, None).await
}

/// The same with what is recorded of it: who did it, if it was not the person.
pub async fn erase_recorded(app: &Shared, user_id: Uuid, entry: Option<Entry>) -> Result<(), EraseError> {
    if admins::is_last_owner(&mut app.db.read().await?.conn(), user_id).await? {
        return Err(EraseError::LastOwner);
    }
    let (begun, entry) = (Instant::now(), Arc::new(entry));
    loop {
        stop::stop_all(app, user_id, None, PATIENCE).await?;
        let now = app.clock.now();
        let entry = entry.clone();
        let deleted = app.db.write(move |tx| {
            let entry = entry.clone();
            Box::pin(async move { delete(tx, user_id, entry.as_ref().as_ref(), now).await })
        });
        match deleted.await {
            Ok(()) => break,
            // Something was just heard of the person, which is kept first.
            Err(EraseError::Database(error)) if dialect::gave_way(&error) && begun.elapsed() < PATIENCE => {
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(error),
        }
    }
    app.jobs.wake();
    app.people.forget(user_id);
    app.access.forget(move |access| access.user_id == user_id);
    Ok(())
}

/// The transaction.
async fn delete(tx: &mut Conn<'_>, user_id: Uuid, entry: Option<&Entry>, now: Ts) -> Result<(), EraseError> {
    dialect::lock_people(tx, user_id, user_id).await?;
    dialect::lock_owners(tx).await?;
    if admins::is_last_owner(tx, user_id).await? {
        return Err(EraseError::LastOwner);
    }
    // Nobody goes on paying for an account that is gone.
    renewal::end_all(tx, user_id, now).await?;
    if !users::delete(tx, user_id).await? {
        return Err(EraseError::NotFound);
    }
    if let Some(entry) = entry {
        audit::record(tx, entry, now).await?;
    }
    Ok(())
}
