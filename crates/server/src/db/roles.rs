//! `roles`: work that one node does for all.

use uuid::Uuid;

use super::{Conn, Result, Ts, execute, fetch_all};

/// Takes a role, or keeps it: true when it is this node's now. Another's is taken only when its lease has run out.
pub async fn hold(conn: &mut Conn<'_>, name: &str, node_id: Uuid, now: Ts) -> Result<bool> {
    let sql = "INSERT INTO roles (name, node_id, since) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET \
               since = CASE WHEN roles.node_id = excluded.node_id THEN roles.since ELSE excluded.since END, \
               node_id = excluded.node_id WHERE roles.node_id = excluded.node_id OR NOT EXISTS \
               (SELECT 1 FROM nodes n WHERE n.id = roles.node_id AND n.lease_until > excluded.since)";
    Ok(execute!(conn, sql, name, node_id, now)? == 1)
}

/// Gives a role up.
pub async fn leave(conn: &mut Conn<'_>, name: &str, node_id: Uuid) -> Result<()> {
    execute!(conn, "DELETE FROM roles WHERE name = $1 AND node_id = $2", name, node_id).map(drop)
}

/// Who holds which role, and since when.
pub async fn list(conn: &mut Conn<'_>) -> Result<Vec<(String, Uuid, Ts)>> {
    fetch_all!(conn, (String, Uuid, Ts), "SELECT name, node_id, since FROM roles ORDER BY name LIMIT 100")
}
