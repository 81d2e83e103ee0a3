//! `push_subscriptions`: where browsers are told of answers.

use std::fmt;

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, execute, fetch_all, fetch_optional};

/// A row of `push_subscriptions`.
#[derive(Clone, FromRow)]
pub struct PushSubscription {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// The device whose browser it is.
    pub device_id: Uuid,
    /// Where the push service takes messages. A secret.
    pub endpoint: String,
    /// The browser's public key: a point of P-256.
    pub p256dh: Vec<u8>,
    /// What is shared with the browser. A secret.
    pub auth: Vec<u8>,
    /// When it was made, or last replaced.
    pub created_at: Ts,
}

impl fmt::Debug for PushSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushSubscription").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Keeps the subscription of a signed-in device in place of the one it had. An endpoint belongs to whoever named it last.
/// None: the device is not signed in any more.
pub async fn set(conn: &mut Conn<'_>, row: &PushSubscription) -> Result<Option<PushSubscription>> {
    let sql = "DELETE FROM push_subscriptions WHERE endpoint = $1 AND device_id <> $2";
    execute!(&mut *conn, sql, &row.endpoint, row.device_id)?;
    let sql = "INSERT INTO push_subscriptions (id, user_id, device_id, endpoint, p256dh, auth, created_at) \
               SELECT $1, user_id, id, $4, $5, $6, $7 FROM devices \
               WHERE user_id = $2 AND id = $3 AND revoked_at IS NULL \
               ON CONFLICT (device_id) DO UPDATE SET endpoint = excluded.endpoint, p256dh = excluded.p256dh, \
               auth = excluded.auth, created_at = excluded.created_at RETURNING *";
    fetch_optional!(
        conn,
        PushSubscription,
        sql,
        row.id,
        row.user_id,
        row.device_id,
        &row.endpoint,
        &row.p256dh,
        &row.auth,
        row.created_at
    )
}

/// Leaves the person their newest `most`.
pub async fn leave_newest(conn: &mut Conn<'_>, user_id: Uuid, most: i64) -> Result<()> {
    let sql = "DELETE FROM push_subscriptions WHERE id IN (SELECT id FROM push_subscriptions WHERE user_id = $1 \
               ORDER BY created_at DESC, id DESC LIMIT 1000 OFFSET $2)";
    execute!(conn, sql, user_id, most).map(drop)
}

/// The person's, by id.
pub async fn ids(conn: &mut Conn<'_>, user_id: Uuid) -> Result<Vec<Uuid>> {
    let sql = "SELECT id FROM push_subscriptions WHERE user_id = $1 ORDER BY id LIMIT 1000";
    Ok(fetch_all!(conn, (Uuid,), sql, user_id)?.into_iter().map(|(id,)| id).collect())
}

/// The subscription, if its person may be told: they are not blocked, and the device is signed in.
pub async fn open(conn: &mut Conn<'_>, id: Uuid, now: Ts) -> Result<Option<PushSubscription>> {
    let sql = "SELECT p.* FROM push_subscriptions p JOIN devices d ON d.id = p.device_id \
               JOIN users u ON u.id = p.user_id WHERE p.id = $1 AND d.revoked_at IS NULL AND u.blocked_at IS NULL \
               AND EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.device_id = p.device_id AND t.expires_at > $2)";
    fetch_optional!(conn, PushSubscription, sql, id, now)
}

/// Deletes one of the person's; false when there is no such one.
pub async fn delete(conn: &mut Conn<'_>, user_id: Uuid, id: Uuid) -> Result<bool> {
    Ok(execute!(conn, "DELETE FROM push_subscriptions WHERE user_id = $1 AND id = $2", user_id, id)? == 1)
}

/// Deletes one that is gone at its push service, unless another has taken its place meanwhile.
pub async fn delete_gone(conn: &mut Conn<'_>, id: Uuid, endpoint: &str) -> Result<()> {
    execute!(conn, "DELETE FROM push_subscriptions WHERE id = $1 AND endpoint = $2", id, endpoint).map(drop)
}
