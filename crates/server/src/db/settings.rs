//! `settings`: what was changed over the configuration.

use super::{Conn, Result, Ts, execute, fetch_all};

/// Everything that was changed: names and values.
pub async fn list(conn: &mut Conn<'_>) -> Result<Vec<(String, String)>> {
    fetch_all!(conn, (String, String), "SELECT name, value FROM settings ORDER BY name LIMIT 100")
}

/// Changes one.
pub async fn put(conn: &mut Conn<'_>, name: &str, value: &str, now: Ts) -> Result<()> {
    let sql = "INSERT INTO settings (name, value, changed_at) VALUES ($1, $2, $3) \
               ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at";
    execute!(conn, sql, name, value, now).map(drop)
}

/// Lets the configuration count again.
pub async fn delete(conn: &mut Conn<'_>, name: &str) -> Result<()> {
    execute!(conn, "DELETE FROM settings WHERE name = $1", name).map(drop)
}
