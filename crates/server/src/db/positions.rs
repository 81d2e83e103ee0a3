//! `positions`: how far a list of somebody else's has been read.

use super::{Conn, Result, execute, fetch_optional};

/// How far; 0 at first.
pub async fn get(conn: &mut Conn<'_>, name: &str) -> Result<i64> {
    let sql = "SELECT position FROM positions WHERE name = $1";
    Ok(fetch_optional!(conn, (i64,), sql, name)?.map_or(0, |(position,)| position))
}

/// Notes how far.
pub async fn set(conn: &mut Conn<'_>, name: &str, position: i64) -> Result<()> {
    let sql = "INSERT INTO positions (name, position) VALUES ($1, $2) \
               ON CONFLICT (name) DO UPDATE SET position = excluded.position";
    execute!(conn, sql, name, position).map(drop)
}

/// Notes how far, unless somebody else has gone on from `from` meanwhile; false then.
pub async fn advance(conn: &mut Conn<'_>, name: &str, from: i64, to: i64) -> Result<bool> {
    let sql = "INSERT INTO positions (name, position) VALUES ($1, $3) \
               ON CONFLICT (name) DO UPDATE SET position = excluded.position WHERE positions.position = $2";
    Ok(execute!(conn, sql, name, from, to)? == 1)
}
