//! `openings`: what a session of the panel may read, and until when.

use uuid::Uuid;

use super::{Conn, Result, Ts, execute, fetch_optional};

/// Opens a thing for a session of the panel.
pub async fn put(
    conn: &mut Conn<'_>,
    admin_session_id: Uuid,
    target_id: Uuid,
    opened_at: Ts,
    expires_at: Ts,
) -> Result<()> {
    let sql = "INSERT INTO openings (admin_session_id, target_id, opened_at, expires_at) \
               VALUES ($1, $2, $3, $4) ON CONFLICT (admin_session_id, target_id) \
               DO UPDATE SET opened_at = excluded.opened_at, expires_at = excluded.expires_at";
    execute!(conn, sql, admin_session_id, target_id, opened_at, expires_at).map(drop)
}

/// Until when a session of the panel may read a thing; none: it may not.
pub async fn until(conn: &mut Conn<'_>, admin_session_id: Uuid, target_id: Uuid, now: Ts) -> Result<Option<Ts>> {
    let sql = "SELECT expires_at FROM openings \
               WHERE admin_session_id = $1 AND target_id = $2 AND expires_at > $3";
    let row = fetch_optional!(conn, (Ts,), sql, admin_session_id, target_id, now)?;
    Ok(row.map(|(expires_at,)| expires_at))
}
