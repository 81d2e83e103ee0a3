//! What staff do to people: blocking, letting in again, signing a device out, erasing.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;

use super::{
    Actor,
    audit::{self, Action, Entry},
    role::{Permission, Role},
};
use crate::{
    account::{
        erasure::{self, EraseError},
        tokens,
    },
    app::Shared,
    db::{Conn, Result, Ts, admin_links, admin_sessions, admins, dialect, users},
    turn::stop,
};

/// How often a change that had to wait for another is tried.
const TRIES: usize = 10;
/// How long is waited before it is tried again.
const PAUSE: Duration = Duration::from_millis(50);
/// How long the running turns of somebody who was blocked are waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// There is no such person, or device.
    #[error("there is no such person")]
    Nobody,
    /// Staff do this to others only.
    #[error("nobody does this to themselves")]
    Own,
    /// The person has a role that must be taken away first.
    #[error("the person has a role")]
    HasRole,
    /// It was so already.
    #[error("it was so already")]
    Already,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl From<EraseError> for ActError {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::LastOwner => Self::HasRole,
            EraseError::NotFound => Self::Nobody,
            EraseError::Database(error) => Self::Database(error),
        }
    }
}

/// Blocks a person: they are refused everywhere from now on, and what is being answered is stopped. Other nodes may go on
/// taking their tokens for a few seconds.
pub async fn block(app: &Shared, actor: Actor, user_id: Uuid, reason: String) -> Result<(), ActError> {
    let now = app.clock.now();
    set(app, Entry::new(actor, Action::Blocked).to(user_id).because(Some(reason)), user_id, Some(now)).await?;
    Ok(stop::stop_all(app, user_id, None, PATIENCE).await?)
}

/// Lets a blocked person in again.
pub async fn unblock(app: &Shared, actor: Actor, user_id: Uuid, reason: String) -> Result<(), ActError> {
    set(app, Entry::new(actor, Action::Unblocked).to(user_id).because(Some(reason)), user_id, None).await
}

async fn set(app: &Shared, entry: Entry, user_id: Uuid, blocked_at: Option<Ts>) -> Result<(), ActError> {
    let (entry, now) = (Arc::new(entry), app.clock.now());
    let mut tries = 1;
    loop {
        let entry = entry.clone();
        let done = app.db.write(move |tx| {
            let entry = entry.clone();
            Box::pin(async move { write(tx, &entry, user_id, blocked_at, now).await })
        });
        match done.await {
            Err(ActError::Database(error)) if dialect::gave_way(&error) && tries < TRIES => {
                tries += 1;
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(error),
            Ok(()) => break,
        }
    }
    app.people.forget(user_id);
    app.access.forget(move |access| access.user_id == user_id);
    Ok(())
}

/// The transaction. Their role is looked up in it, as it may just have been given.
async fn write(
    tx: &mut Conn<'_>,
    entry: &Entry,
    user_id: Uuid,
    blocked_at: Option<Ts>,
    now: Ts,
) -> Result<(), ActError> {
    dialect::lock_people(tx, user_id, user_id).await?;
    users::find(tx, user_id).await?.ok_or(ActError::Nobody)?;
    let is_staff = may_act(tx, &entry.actor, user_id).await?;
    if !users::set_blocked(tx, user_id, blocked_at).await? {
        return Err(ActError::Already);
    }
    if is_staff && blocked_at.is_some() {
        admin_sessions::revoke_all(tx, user_id, None, now).await?;
        admin_links::delete_unused(tx, user_id).await?;
    }
    Ok(audit::record(tx, entry, now).await?)
}

/// Refuses what nobody may do to this person: to themselves, to an owner, or, without being one, to anybody with a role.
/// Gives whether they have one.
async fn may_act(conn: &mut Conn<'_>, actor: &Actor, user_id: Uuid) -> Result<bool, ActError> {
    if actor.id == Some(user_id) {
        return Err(ActError::Own);
    }
    match admins::find(conn, user_id).await?.map(|admin| admin.role) {
        None => Ok(false),
        Some(Role::Owner) => Err(ActError::HasRole),
        Some(_) if actor.role.is_some_and(|role| !role.may(Permission::Appoint)) => Err(ActError::HasRole),
        Some(_) => Ok(true),
    }
}

/// Erases a person and everything on them.
pub async fn erase(app: &Shared, actor: Actor, user_id: Uuid, reason: String) -> Result<(), ActError> {
    may_act(&mut app.db.read().await?.conn(), &actor, user_id).await?;
    let entry = Entry::new(actor, Action::Erased).to(user_id).because(Some(reason));
    Ok(erasure::erase_recorded(app, user_id, Some(entry)).await?)
}

/// Signs one of a person's devices out.
pub async fn revoke_device(
    app: &Shared,
    actor: Actor,
    user_id: Uuid,
    device_id: Uuid,
    reason: String,
) -> Result<(), ActError> {
    let entry = Entry::new(actor, Action::DeviceRevoked).to(user_id).on(device_id).because(Some(reason));
    let revoked = tokens::revoke_recorded(app, user_id, device_id, Some(entry)).await?;
    if revoked { Ok(()) } else { Err(ActError::Nobody) }
}
