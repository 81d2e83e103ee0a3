//! The few texts and statements that differ between the databases.

use sqlx::SqliteConnection;
use uuid::Uuid;

use super::{Conn, Result, Ts, jobs::Job};

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

/// Locks two people's rows, so that nobody adds rows that carry their ids until the transaction ends. SQLite has one
/// writer, and needs no lock.
///
/// Others take their locks in another order, so from here on this transaction is the one that gives way: it fails
/// ([`gave_way`]) when it has to wait, long before PostgreSQL looks for a deadlock and ends either.
pub async fn lock_people(conn: &mut Conn<'_>, one: Uuid, other: Uuid) -> Result<()> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(c) => {
            sqlx::query("SET LOCAL lock_timeout = '200ms'").execute(&mut **c).await?;
            let sql = "SELECT 1 FROM users WHERE id IN ($1, $2) ORDER BY id FOR UPDATE";
            sqlx::query(sql).bind(one).bind(other).execute(&mut **c).await.map(drop)
        }
    }
}

/// Locks the owners' rows until the transaction ends, so that two of them can't remove each other at once. SQLite has
/// one writer, and needs no lock.
pub async fn lock_owners(conn: &mut Conn<'_>) -> Result<()> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(c) => {
            let sql = "SELECT 1 FROM admins WHERE role = 'owner' ORDER BY id FOR UPDATE";
            sqlx::query(sql).execute(&mut **c).await.map(drop)
        }
    }
}

/// Takes jobs that are due and that nobody works on. PostgreSQL passes over those that another node is just taking.
pub async fn claim_jobs(conn: &mut Conn<'_>, pushes: bool, now: Ts, lease_until: Ts, limit: i64) -> Result<Vec<Job>> {
    macro_rules! claim {
        ($lock:literal) => {
            concat!(
                "UPDATE jobs SET lease_until = $2, attempts = attempts + 1 WHERE id IN (SELECT id FROM jobs \
                 WHERE ended_at IS NULL AND run_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) \
                 AND (kind = 'push') = $4 \
                 ORDER BY run_at, id LIMIT $3 ",
                $lock,
                ") RETURNING *"
            )
        };
    }
    match conn {
        Conn::Sqlite(c) => {
            let query = sqlx::query_as(claim!("")).bind(now).bind(lease_until).bind(limit).bind(pushes);
            query.fetch_all(&mut **c).await
        }
        Conn::Postgres(c) => {
            let query = sqlx::query_as(claim!("FOR UPDATE SKIP LOCKED"));
            let query = query.bind(now).bind(lease_until).bind(limit).bind(pushes);
            query.fetch_all(&mut **c).await
        }
    }
}

/// Whether a transaction failed because it had to wait for another, and may simply be tried again.
pub fn gave_way(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    // PostgreSQL's "lock not available" and "deadlock detected".
    code.is_some_and(|code| matches!(&*code, "55P03" | "40P01"))
}
