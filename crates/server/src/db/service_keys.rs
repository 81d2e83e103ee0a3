//! `service_keys`: keys of the service itself.

use super::{Conn, Result, Ts, execute, fetch_optional};

/// The private key of this name.
pub async fn find(conn: &mut Conn<'_>, name: &str) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT private_key FROM service_keys WHERE name = $1";
    Ok(fetch_optional!(conn, (Vec<u8>,), sql, name)?.map(|(key,)| key))
}

/// Keeps a private key, unless there is one of this name.
pub async fn insert(conn: &mut Conn<'_>, name: &str, private_key: &[u8], now: Ts) -> Result<()> {
    let sql = "INSERT INTO service_keys (name, private_key, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    execute!(conn, sql, name, private_key, now).map(drop)
}
