//! `admins`: who may use the panel, and as what.

use uuid::Uuid;

use super::{Conn, Result, fetch_one};

/// Whether the person is an owner and nobody else is.
pub async fn is_last_owner(conn: &mut Conn<'_>, user_id: Uuid) -> Result<bool> {
    let sql = "SELECT (SELECT COUNT(*) FROM admins WHERE role = 'owner' AND user_id = $1), \
               (SELECT COUNT(*) FROM admins WHERE role = 'owner' AND user_id <> $1)";
    let (own, others): (i64, i64) = fetch_one!(conn, (i64, i64), sql, user_id)?;
    Ok(own > 0 && others == 0)
}
