//! Giving roles and taking them away.

use std::{sync::Arc, time::Duration};

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{
    Actor, Office,
    audit::{self, Action, Entry},
    role::{Permission, Role},
};
use crate::{
    account::registration,
    db::{
        Conn, Result, Ts, admin_links, admin_sessions, admins, dialect, passkeys,
        users::{self, User},
    },
    ids,
};

/// How often a change that had to wait for another is tried.
const TRIES: usize = 10;
/// How long is waited before it is tried again.
const PAUSE: Duration = Duration::from_millis(50);

/// Why a role stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum AppointError {
    /// There is no such person.
    #[error("there is no such person")]
    Nobody,
    /// The person has no role.
    #[error("the person has no role")]
    NoRole,
    /// The person is blocked: a role would be of no use.
    #[error("the person is blocked")]
    Blocked,
    /// The service would be without an owner.
    #[error("the last owner cannot be removed or demoted")]
    LastOwner,
    /// Somebody tried to raise themselves.
    #[error("nobody raises their own role")]
    OwnRole,
    /// Whoever acts may not, or not any more.
    #[error("the role does not allow it")]
    Refused,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// A change of a person's role.
#[derive(Clone, Debug)]
pub struct Change {
    /// Who acts.
    pub actor: Actor,
    /// Whose role.
    pub user_id: Uuid,
    /// The new one; none: it is taken away.
    pub role: Option<Role>,
    /// Why.
    pub reason: Option<String>,
}

/// Makes the change. Who loses the role, or gets another, is signed out everywhere, and their links are void: nothing
/// that was begun with the old role goes on. Who loses it loses their passkeys too.
pub async fn change(office: Office<'_>, change: Change) -> Result<(), AppointError> {
    let (change, now) = (Arc::new(change), office.now());
    let mut tries = 1;
    loop {
        let change = change.clone();
        let done = office.db.write(move |tx| {
            let change = change.clone();
            Box::pin(async move { write(tx, &change, now).await })
        });
        match done.await {
            Err(AppointError::Database(error)) if dialect::gave_way(&error) && tries < TRIES => {
                tries += 1;
                tokio::time::sleep(PAUSE).await;
            }
            done => return done,
        }
    }
}

/// The transaction. Who may what is looked up in it, as roles may just have changed.
async fn write(tx: &mut Conn<'_>, change: &Change, now: Ts) -> Result<(), AppointError> {
    let Change { actor, user_id, role, reason } = change;
    dialect::lock_people(tx, *user_id, *user_id).await?;
    dialect::lock_owners(tx).await?;
    let user = users::find(tx, *user_id).await?.ok_or(AppointError::Nobody)?;
    let before = admins::find(tx, *user_id).await?.map(|admin| admin.role);
    if let Some(actor_id) = actor.id {
        let own = admins::find(tx, actor_id).await?.map(|admin| admin.role);
        if !own.is_some_and(|own| own.may(Permission::Appoint)) {
            return Err(AppointError::Refused);
        }
        if actor_id == *user_id && role.zip(before).is_some_and(|(new, old)| new.is_above(old)) {
            return Err(AppointError::OwnRole);
        }
    }
    if role != &Some(Role::Owner) && admins::is_last_owner(tx, *user_id).await? {
        return Err(AppointError::LastOwner);
    }
    let action = match (before, role) {
        (None, None) => return Err(AppointError::NoRole),
        (_, Some(_)) if user.blocked_at.is_some() => return Err(AppointError::Blocked),
        (Some(before), Some(role)) if before == *role => return Ok(()),
        (None, Some(_)) => Action::Appointed,
        (Some(_), Some(_)) => Action::RoleChanged,
        (Some(_), None) => Action::RoleRemoved,
    };
    if before.is_some() {
        let kept = actor.session_id.filter(|_| role.is_some());
        admin_sessions::revoke_all(tx, *user_id, kept, now).await?;
        admin_links::delete_unused(tx, *user_id).await?;
    }
    match role {
        Some(role) => admins::put(tx, ids::new_id(now), *user_id, *role, actor.id, now).await?,
        None => {
            passkeys::remove_all(tx, *user_id).await?;
            admins::remove(tx, *user_id).await?;
        }
    }
    let details = serde_json::json!({"before": before, "after": role});
    let entry = Entry::new(actor.clone(), action).to(*user_id).because(reason.clone()).with(details);
    Ok(audit::record(tx, &entry, now).await?)
}

/// A person who comes as staff, without having talked to anybody here.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// Their id.
    pub id: Uuid,
    /// What they are called.
    pub name: String,
    /// Their language, a BCP 47 tag.
    pub language: Option<String>,
}

/// Adds a newcomer, with a free plan like everybody's.
pub async fn add_person(tx: &mut Conn<'_>, newcomer: &Newcomer, now: Ts, zone: &TimeZone) -> Result<()> {
    let (name, language) = (Some(newcomer.name.clone()), newcomer.language.clone());
    let user = User { name, language, ..User::new(newcomer.id, now) };
    registration::add(tx, &user, zone).await
}

/// Makes the newcomer the first owner.
pub(super) async fn first_owner(tx: &mut Conn<'_>, newcomer: &Newcomer, now: Ts, zone: &TimeZone) -> Result<Uuid> {
    add_person(tx, newcomer, now, zone).await?;
    admins::put(tx, ids::new_id(now), newcomer.id, Role::Owner, None, now).await?;
    let details = serde_json::json!({"before": null, "after": Role::Owner});
    let entry = Entry::new(Actor::system(), Action::Appointed).to(newcomer.id).with(details);
    audit::record(tx, &entry, now).await?;
    Ok(newcomer.id)
}
