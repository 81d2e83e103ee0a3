//! `used_proofs`: what a device was signed in by; only hashes are stored.

use super::{Conn, Result, Ts, execute};

/// Uses a proof up; false when it was used before.
pub async fn take(conn: &mut Conn<'_>, hash: &[u8], expires_at: Ts) -> Result<bool> {
    let sql = "INSERT INTO used_proofs (proof_hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    Ok(execute!(conn, sql, hash, expires_at)? == 1)
}

/// Deletes up to `limit` of those that ended before `before`.
pub async fn delete_expired(conn: &mut Conn<'_>, before: Ts, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM used_proofs WHERE proof_hash IN \
               (SELECT proof_hash FROM used_proofs WHERE expires_at < $1 LIMIT $2)";
    execute!(conn, sql, before, limit)
}
