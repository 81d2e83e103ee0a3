//! `devices`: where a person is signed in.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, execute, fetch_all, fetch_optional};

/// A row of `devices`.
#[derive(Clone, Debug, FromRow)]
pub struct Device {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// What the person calls it.
    pub name: Option<String>,
    /// When it signed in.
    pub created_at: Ts,
    /// When it last asked for tokens.
    pub last_seen_at: Ts,
    /// When it was signed out.
    pub revoked_at: Option<Ts>,
}

/// Signs a device in.
pub async fn insert(conn: &mut Conn<'_>, device: &Device) -> Result<()> {
    let sql = "INSERT INTO devices (id, user_id, name, created_at, last_seen_at) VALUES ($1, $2, $3, $4, $5)";
    execute!(conn, sql, device.id, device.user_id, &device.name, device.created_at, device.last_seen_at).map(drop)
}

/// Marks the device as seen, which also locks its row until the transaction ends.
pub async fn touch(conn: &mut Conn<'_>, id: Uuid, now: Ts) -> Result<Option<Device>> {
    fetch_optional!(conn, Device, "UPDATE devices SET last_seen_at = $2 WHERE id = $1 RETURNING *", id, now)
}

/// The person's signed-in devices, oldest first.
pub async fn list(conn: &mut Conn<'_>, user_id: Uuid) -> Result<Vec<Device>> {
    let sql = "SELECT * FROM devices WHERE user_id = $1 AND revoked_at IS NULL ORDER BY id LIMIT 1000";
    fetch_all!(conn, Device, sql, user_id)
}

/// Signs one of the person's devices out, and forgets where its browser is told of answers; false when there is no such signed-in device.
pub async fn revoke(conn: &mut Conn<'_>, user_id: Uuid, id: Uuid, now: Ts) -> Result<bool> {
    let sql = "UPDATE devices SET revoked_at = $3 WHERE user_id = $1 AND id = $2 AND revoked_at IS NULL";
    let revoked = execute!(conn, sql, user_id, id, now)? == 1;
    if revoked {
        execute!(&mut *conn, "DELETE FROM access_tokens WHERE device_id = $1", id)?;
        execute!(conn, "DELETE FROM push_subscriptions WHERE device_id = $1", id)?;
    }
    Ok(revoked)
}
