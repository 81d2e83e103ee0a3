//! Access and refresh tokens: opaque, stored as hashes, refreshed by rotation.

use std::{sync::Arc, time::Duration};

use moka::sync::Cache;
use uuid::Uuid;

use crate::{
    app::App,
    config::seconds,
    db::{
        Conn, Result, Ts,
        devices::{self, Device},
        tokens::{self, Access, Refresh},
    },
    ids,
    staff::audit::{self, Entry},
};

/// How long another node may go on taking a token after it was revoked.
const CACHED: Duration = Duration::from_secs(5);
const ACCESS_PREFIX: &str = "ba_";
const REFRESH_PREFIX: &str = "br_";

/// Access tokens seen a moment ago, by hash: a call need not ask the database again.
#[derive(Debug)]
pub struct AccessCache(Cache<[u8; 32], Access>);

impl Default for AccessCache {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(100_000).time_to_live(CACHED).support_invalidation_closures().build())
    }
}

impl AccessCache {
    /// Forgets every token of a person or device.
    pub fn forget(&self, matches: impl Fn(&Access) -> bool + Send + Sync + 'static) {
        // The only error is a cache without support for closures.
        drop(self.0.invalidate_entries_if(move |_, access| matches(access)));
    }
}

/// A new pair of tokens, shown once.
#[derive(Debug)]
pub struct Pair {
    /// For calls.
    pub access_token: String,
    /// For the next pair.
    pub refresh_token: String,
    /// Seconds until the access token ends.
    pub expires_in: u64,
}

/// What a pair is made of, before and besides the transaction that stores it.
#[derive(Clone, Debug)]
struct Issue {
    access: String,
    refresh: String,
    now: Ts,
    access_until: Ts,
    refresh_until: Ts,
    expires_in: u64,
}

impl Issue {
    /// Makes a pair that counts from now.
    pub fn new(app: &App) -> Self {
        let now = app.clock.now();
        let expires_in = app.config.auth.access_token_minutes * 60;
        Self {
            access: ids::new_token(ACCESS_PREFIX),
            refresh: ids::new_token(REFRESH_PREFIX),
            now,
            access_until: now.after(seconds(expires_in)),
            refresh_until: now.after(seconds(app.config.auth.refresh_token_days * 86_400)),
            expires_in,
        }
    }

    /// Stores the pair's hashes.
    pub async fn store(
        &self,
        conn: &mut Conn<'_>,
        user_id: Uuid,
        device_id: Uuid,
        parent: Option<&[u8]>,
    ) -> Result<()> {
        let access = ids::sha256(self.access.as_bytes());
        let refresh = ids::sha256(self.refresh.as_bytes());
        tokens::insert_access(conn, &access, user_id, device_id, self.access_until).await?;
        let row = Refresh { user_id, device_id, expires_at: self.refresh_until, rotated_at: None };
        tokens::insert_refresh(conn, &refresh, &row, parent, self.now).await
    }

    /// The pair, to be shown once.
    pub fn pair(self) -> Pair {
        Pair { access_token: self.access, refresh_token: self.refresh, expires_in: self.expires_in }
    }
}

/// A device that is to be signed in, with its first pair of tokens.
#[derive(Clone, Debug)]
pub struct NewDevice {
    id: Uuid,
    name: Option<String>,
    issue: Issue,
}

impl NewDevice {
    /// Makes one that is signed in from now on.
    pub fn new(app: &App, name: Option<String>) -> Self {
        Self { id: app.new_id(), name, issue: Issue::new(app) }
    }

    /// Signs it in to the person's account.
    pub async fn sign_in(&self, conn: &mut Conn<'_>, user_id: Uuid) -> Result<()> {
        let now = self.issue.now;
        let device = Device {
            id: self.id,
            user_id,
            name: self.name.clone(),
            created_at: now,
            last_seen_at: now,
            revoked_at: None,
        };
        devices::insert(conn, &device).await?;
        self.issue.store(conn, user_id, self.id, None).await
    }

    /// The pair, to be shown once.
    pub fn pair(self) -> Pair {
        self.issue.pair()
    }
}

/// Who an access token speaks for, if it is one of ours and has not ended.
pub async fn authenticate(app: &App, token: &str) -> Result<Option<Access>> {
    let hash = ids::sha256(token.as_bytes());
    let access = match app.access.0.get(&hash) {
        Some(access) => Some(access),
        None => {
            let found = tokens::find_access(&mut app.db.read().await?.conn(), &hash).await?;
            if let Some(access) = found {
                app.access.0.insert(hash, access);
            }
            found
        }
    };
    let now = app.clock.now();
    Ok(access.filter(|access| access.expires_at > now))
}

/// What came of a refresh.
#[derive(Debug)]
pub enum Refreshed {
    /// A new pair.
    Pair(Pair),
    /// Not a refresh token of ours, ended, or of a device that was signed out.
    Unknown,
    /// It was used before: the device is signed out now.
    Reused,
}

/// Exchanges a refresh token. Each is exchanged once; within a short grace once more, as the first answer may have been
/// lost. Any other use of an exchanged token means that two hold it: the whole family is revoked.
pub async fn refresh(app: &App, token: &str) -> Result<Refreshed> {
    enum Found {
        Issued,
        Unknown,
        Reused(Uuid),
    }
    let issue = Arc::new(Issue::new(app));
    let hash = ids::sha256(token.as_bytes());
    let grace = seconds(app.config.auth.refresh_grace_seconds);
    let stored = issue.clone();
    let found = app.db.write(move |tx| {
        let issue = stored.clone();
        Box::pin(async move {
            let now = issue.now;
            let Some(first_look) = tokens::find_refresh(tx, &hash).await? else { return Ok(Found::Unknown) };
            // The device's row is the lock of the family: whoever comes second sees what the first did.
            let device = devices::touch(tx, first_look.device_id, now).await?;
            let row = tokens::find_refresh(tx, &hash).await?;
            let (Some(device), Some(row)) = (device, row) else { return Ok(Found::Unknown) };
            if device.revoked_at.is_some() || row.expires_at <= now {
                return Ok(Found::Unknown);
            }
            if let Some(rotated_at) = row.rotated_at {
                let late = rotated_at.after(grace) <= now;
                if late || tokens::successor_used(tx, &hash).await? {
                    devices::revoke(tx, row.user_id, row.device_id, now).await?;
                    return Ok(Found::Reused(row.device_id));
                }
            }
            tokens::mark_rotated(tx, &hash, now).await?;
            issue.store(tx, row.user_id, row.device_id, Some(&hash)).await?;
            Ok::<_, sqlx::Error>(Found::Issued)
        })
    });
    Ok(match found.await? {
        Found::Issued => Refreshed::Pair(Arc::unwrap_or_clone(issue).pair()),
        Found::Unknown => Refreshed::Unknown,
        Found::Reused(device_id) => {
            app.access.forget(move |access| access.device_id == device_id);
            Refreshed::Reused
        }
    })
}

/// Signs one of the person's devices out; false when there is no such signed-in device.
pub async fn revoke(app: &App, user_id: Uuid, device_id: Uuid) -> Result<bool> {
    revoke_recorded(app, user_id, device_id, None).await
}

/// The same with what is recorded of it: who did it, if it was not the person.
pub async fn revoke_recorded(app: &App, user_id: Uuid, device_id: Uuid, entry: Option<Entry>) -> Result<bool> {
    let now = app.clock.now();
    let revoke = app.db.write(move |tx| {
        let entry = entry.clone();
        Box::pin(async move {
            let revoked = devices::revoke(tx, user_id, device_id, now).await?;
            if let Some(entry) = entry.filter(|_| revoked) {
                audit::record(tx, &entry, now).await?;
            }
            Ok::<_, sqlx::Error>(revoked)
        })
    });
    let revoked = revoke.await?;
    app.access.forget(move |access| access.device_id == device_id);
    Ok(revoked)
}
