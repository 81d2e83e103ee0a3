//! `passkey_challenges`: what passkeys were asked to sign, each for a few minutes and one try.

use uuid::Uuid;

use super::{Conn, JsonText, Result, Ts, execute, fetch_optional};

/// Adds a challenge in place of the one that the session may have asked for before.
pub async fn put(
    conn: &mut Conn<'_>,
    hash: &[u8],
    admin_session_id: Option<Uuid>,
    state: &JsonText,
    now: Ts,
    expires_at: Ts,
) -> Result<()> {
    let before = "DELETE FROM passkey_challenges WHERE admin_session_id = $1";
    execute!(&mut *conn, before, admin_session_id)?;
    let sql = "INSERT INTO passkey_challenges (token_hash, admin_session_id, state, created_at, expires_at) \
               VALUES ($1, $2, $3, $4, $5)";
    execute!(conn, sql, hash, admin_session_id, state, now, expires_at).map(drop)
}

/// Uses a challenge up, once, in the session it was made for, or in none; gives what was kept of it.
pub async fn take(
    conn: &mut Conn<'_>,
    hash: &[u8],
    admin_session_id: Option<Uuid>,
    now: Ts,
) -> Result<Option<JsonText>> {
    let sql = "DELETE FROM passkey_challenges WHERE token_hash = $1 AND admin_session_id IS NOT DISTINCT FROM $2 \
               AND expires_at > $3 RETURNING state";
    Ok(fetch_optional!(conn, (JsonText,), sql, hash, admin_session_id, now)?.map(|(state,)| state))
}

/// Deletes up to `limit` challenges that ended before `before`.
pub async fn delete_expired(conn: &mut Conn<'_>, before: Ts, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM passkey_challenges WHERE token_hash IN \
               (SELECT token_hash FROM passkey_challenges WHERE expires_at < $1 LIMIT $2)";
    execute!(conn, sql, before, limit)
}
