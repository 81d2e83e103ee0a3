//! Erasing a person: running turns stopped, then everything gone in one transaction.

use std::time::Duration;

use uuid::Uuid;

use crate::{
    app::Shared,
    billing::renewal,
    db::{admins, users},
    turn::stop,
};

/// How long running turns are waited for; a turn that is still open then finds nothing to settle.
const PATIENCE: Duration = Duration::from_secs(5);

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
    if admins::is_last_owner(&mut app.db.read().await?.conn(), user_id).await? {
        return Err(EraseError::LastOwner);
    }
    stop::stop_all(app, user_id, None, PATIENCE).await?;
    let now = app.clock.now();
    let erased = app.db.write(move |tx| {
        Box::pin(async move {
            if admins::is_last_owner(tx, user_id).await? {
                return Err(EraseError::LastOwner);
            }
            // Nobody goes on paying for an account that is gone.
            renewal::end_all(tx, user_id, now).await?;
            if users::delete(tx, user_id).await? { Ok(()) } else { Err(EraseError::NotFound) }
        })
    });
    erased.await?;
    app.jobs.wake();
    app.people.forget(user_id);
    app.access.forget(move |access| access.user_id == user_id);
    Ok(())
}
