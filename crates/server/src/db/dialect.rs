//! The few texts and statements that differ between the databases.

use sqlx::SqliteConnection;

use super::{Conn, Result};

/// The newest migration that the database has seen.
pub async fn schema_version(conn: &mut Conn<'_>) -> Result<i64> {
    let sql = "SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) FROM _sqlx_migrations";
    super::fetch_one!(conn, (i64,), sql).map(|(version,): (i64,)| version)
}

/// Lets the rest of the transaction add rows in any order; references are checked at its end.
pub async fn defer_references(conn: &mut Conn<'_>) -> Result<()> {
    match conn {
        Conn::Sqlite(c) => sqlx::query("PRAGMA defer_foreign_keys = ON").execute(&mut **c).await.map(drop),
        Conn::Postgres(c) => sqlx::query("SET CONSTRAINTS ALL DEFERRED").execute(&mut **c).await.map(drop),
    }
}

/// Writes a consistent copy of a SQLite database to `file`, which must not exist.
pub async fn vacuum_into(connection: &mut SqliteConnection, file: &str) -> Result<()> {
    sqlx::query("VACUUM INTO $1").bind(file).execute(connection).await.map(drop)
}
