//! `admin_links`: links that sign somebody in to the panel, once; only hashes are stored.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, execute, fetch_optional, text_enum};

text_enum! {
    /// Where a link was asked for.
    MadeBy {
        /// On the command line.
        Cli = "cli",
        /// In the bot.
        Bot = "bot",
        /// By a service without an owner, when it started.
        Start = "start",
        /// In the panel.
        Panel = "panel",
    }
}

/// A row of `admin_links`.
#[derive(Clone, Debug, FromRow)]
pub struct AdminLink {
    /// Whom it signs in; null: whoever uses it becomes the first owner.
    pub user_id: Option<Uuid>,
    /// Where it was asked for.
    pub made_by: MadeBy,
    /// Until when it can be used.
    pub expires_at: Ts,
    /// When it was used.
    pub used_at: Option<Ts>,
}

/// Adds a link.
pub async fn insert(
    conn: &mut Conn<'_>,
    hash: &[u8],
    user_id: Option<Uuid>,
    made_by: MadeBy,
    now: Ts,
    expires_at: Ts,
) -> Result<()> {
    let sql = "INSERT INTO admin_links (token_hash, user_id, made_by, created_at, expires_at) \
               VALUES ($1, $2, $3, $4, $5)";
    execute!(conn, sql, hash, user_id, made_by, now, expires_at).map(drop)
}

/// The link with this hash, used or expired or neither.
pub async fn find(conn: &mut Conn<'_>, hash: &[u8]) -> Result<Option<AdminLink>> {
    let sql = "SELECT user_id, made_by, expires_at, used_at FROM admin_links WHERE token_hash = $1";
    fetch_optional!(conn, AdminLink, sql, hash)
}

/// Uses a link up, once; false when it is used or expired.
pub async fn take(conn: &mut Conn<'_>, hash: &[u8], now: Ts) -> Result<bool> {
    let sql = "UPDATE admin_links SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
    Ok(execute!(conn, sql, hash, now)? == 1)
}

/// Uses up every link to a first owner: there will be one. Whoever comes second finds none left.
pub async fn take_first(conn: &mut Conn<'_>, now: Ts) -> Result<u64> {
    execute!(conn, "UPDATE admin_links SET used_at = $1 WHERE user_id IS NULL AND used_at IS NULL", now)
}

/// Deletes the person's links that were not used.
pub async fn delete_unused(conn: &mut Conn<'_>, user_id: Uuid) -> Result<()> {
    execute!(conn, "DELETE FROM admin_links WHERE user_id = $1 AND used_at IS NULL", user_id).map(drop)
}

/// Deletes up to `limit` links that ended before `before`.
pub async fn delete_expired(conn: &mut Conn<'_>, before: Ts, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM admin_links WHERE token_hash IN \
               (SELECT token_hash FROM admin_links WHERE expires_at < $1 LIMIT $2)";
    execute!(conn, sql, before, limit)
}
