//! `access_tokens` and `refresh_tokens`: only hashes are stored.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, execute, fetch_one, fetch_optional};

/// Who an access token speaks for.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Access {
    /// The person.
    pub user_id: Uuid,
    /// The device it was given to.
    pub device_id: Uuid,
    /// When it ends.
    pub expires_at: Ts,
    /// When an operator blocked the person.
    pub blocked_at: Option<Ts>,
}

/// A row of `refresh_tokens`.
#[derive(Clone, Debug, FromRow)]
pub struct Refresh {
    /// The person.
    pub user_id: Uuid,
    /// The device whose family it belongs to.
    pub device_id: Uuid,
    /// When it ends.
    pub expires_at: Ts,
    /// When it was exchanged for its successor.
    pub rotated_at: Option<Ts>,
}

/// Adds an access token.
pub async fn insert_access(
    conn: &mut Conn<'_>,
    hash: &[u8],
    user_id: Uuid,
    device_id: Uuid,
    expires_at: Ts,
) -> Result<()> {
    let sql = "INSERT INTO access_tokens (token_hash, user_id, device_id, expires_at) VALUES ($1, $2, $3, $4)";
    execute!(conn, sql, hash, user_id, device_id, expires_at).map(drop)
}

/// Who the access token speaks for, ended or not.
pub async fn find_access(conn: &mut Conn<'_>, hash: &[u8]) -> Result<Option<Access>> {
    let sql = "SELECT t.user_id, t.device_id, t.expires_at, u.blocked_at FROM access_tokens t \
               JOIN users u ON u.id = t.user_id WHERE t.token_hash = $1";
    fetch_optional!(conn, Access, sql, hash)
}

/// Adds a refresh token; `parent` is the one it was exchanged for.
pub async fn insert_refresh(
    conn: &mut Conn<'_>,
    hash: &[u8],
    row: &Refresh,
    parent: Option<&[u8]>,
    now: Ts,
) -> Result<()> {
    let sql = "INSERT INTO refresh_tokens (token_hash, user_id, device_id, parent, created_at, expires_at) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    execute!(conn, sql, hash, row.user_id, row.device_id, parent, now, row.expires_at).map(drop)
}

/// The refresh token with this hash.
pub async fn find_refresh(conn: &mut Conn<'_>, hash: &[u8]) -> Result<Option<Refresh>> {
    let sql = "SELECT user_id, device_id, expires_at, rotated_at FROM refresh_tokens WHERE token_hash = $1";
    fetch_optional!(conn, Refresh, sql, hash)
}

/// Marks a refresh token as exchanged; the first time counts.
pub async fn mark_rotated(conn: &mut Conn<'_>, hash: &[u8], now: Ts) -> Result<()> {
    let sql = "UPDATE refresh_tokens SET rotated_at = $2 WHERE token_hash = $1 AND rotated_at IS NULL";
    execute!(conn, sql, hash, now).map(drop)
}

/// Whether a successor of this refresh token has itself been exchanged: then its holder had the answer.
pub async fn successor_used(conn: &mut Conn<'_>, hash: &[u8]) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM refresh_tokens WHERE parent = $1 AND rotated_at IS NOT NULL";
    let (used,): (i64,) = fetch_one!(conn, (i64,), sql, hash)?;
    Ok(used > 0)
}

/// Deletes up to `limit` tokens of each kind that ended before `before`.
pub async fn delete_expired(conn: &mut Conn<'_>, before: Ts, limit: i64) -> Result<u64> {
    let access = "DELETE FROM access_tokens WHERE token_hash IN \
                  (SELECT token_hash FROM access_tokens WHERE expires_at < $1 LIMIT $2)";
    let refresh = "DELETE FROM refresh_tokens WHERE token_hash IN \
                   (SELECT token_hash FROM refresh_tokens WHERE expires_at < $1 LIMIT $2)";
    Ok(execute!(&mut *conn, access, before, limit)? + execute!(conn, refresh, before, limit)?)
}
