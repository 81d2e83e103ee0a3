//! Storage: one SQL text for SQLite and PostgreSQL.
//!
//! [`Db`] is the database, [`Conn`] an open connection to it, inside a transaction ([`Db::write`]) or only reading
//! ([`Db::read`]). The files beside this one hold the SQL, one file a table; their functions take a `Conn` and never
//! open or commit anything. The few texts that differ between the databases stand in [`dialect`].

pub mod admin_links;
pub mod admin_sessions;
pub mod admins;
pub mod ai_requests;
pub mod attempts;
pub mod audit_log;
pub mod batches;
pub mod broadcasts;
pub mod copy;
pub mod deliveries;
pub mod devices;
pub mod dialect;
pub mod export;
pub mod figures;
pub mod identities;
pub mod jobs;
pub mod join;
pub mod link_codes;
pub mod messages;
pub mod nodes;
pub mod open;
pub mod openings;
pub mod passkey_challenges;
pub mod passkeys;
pub mod payments;
pub mod payments_page;
pub mod people;
pub mod plans;
pub mod positions;
pub mod purchases;
pub mod push_subscriptions;
mod readers;
pub mod reports;
pub mod roles;
pub mod service_keys;
pub mod sessions;
pub mod settings;
pub mod subscriptions;
pub mod subscriptions_page;
pub mod telegram_chats;
pub mod telegram_updates;
pub mod tokens;
pub mod turns;
pub mod types;
pub mod usage_logs;
pub mod used_proofs;
pub mod users;
mod writer;

use futures_util::future::BoxFuture;
use sqlx::{PgConnection, PgPool, Postgres, SqliteConnection, pool::PoolConnection};

pub(crate) use types::text_enum;
pub use types::{Day, JsonText, Ts};

/// What a database call gives.
pub type Result<T, E = sqlx::Error> = std::result::Result<T, E>;

/// The database: SQLite with its one writer, or a pool of PostgreSQL connections. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Db {
    /// A file with one writing connection behind a queue, and read-only connections.
    Sqlite {
        /// The queue of the one writer.
        writer: writer::Writer,
        /// Read-only connections.
        readers: readers::Readers,
    },
    /// A server, shared by any number of nodes.
    Postgres(PgPool),
}

/// An open connection, inside a transaction or only reading.
#[derive(Debug)]
pub enum Conn<'c> {
    /// SQLite.
    Sqlite(&'c mut SqliteConnection),
    /// PostgreSQL.
    Postgres(&'c mut PgConnection),
}

/// A connection for reading, given back to its pool when dropped.
#[derive(Debug)]
pub enum Reader {
    /// SQLite; refuses to write.
    Sqlite(readers::Loan),
    /// PostgreSQL.
    Postgres(PoolConnection<Postgres>),
}

impl Reader {
    /// The connection as the functions of the tables take it.
    pub fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(loan) => Conn::Sqlite(&mut loan.connection),
            Self::Postgres(c) => Conn::Postgres(c),
        }
    }
}

impl Db {
    /// A connection for reading.
    pub async fn read(&self) -> Result<Reader> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Reader::Sqlite(readers.acquire().await?),
            // Boxed: it takes 4 KB, which each future that reads would carry for as long as it lives.
            Self::Postgres(pool) => Reader::Postgres(Box::pin(pool.acquire()).await?),
        })
    }

    /// Runs `work` in a transaction: `Ok` commits it durably, `Err` rolls it back.
    ///
    /// On SQLite, works that wait together share one commit. One that errs makes the others of its group run again,
    /// so `work` must do nothing but database calls; a refusal that wrote nothing is better returned as `Ok`.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<sqlx::Error> + Send + 'static,
        F: for<'t, 'c> Fn(&'t mut Conn<'c>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    {
        match self {
            Self::Sqlite { writer, .. } => writer.run(work).await,
            Self::Postgres(pool) => {
                let mut tx = Box::pin(pool.begin()).await?;
                let value = work(&mut Conn::Postgres(&mut tx)).await?;
                tx.commit().await?;
                Ok(value)
            }
        }
    }

    /// Closes every connection; queued writes are finished first.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// Whether this is SQLite: one file, one node.
    pub const fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite { .. })
    }
}

/// Whether an error says that the database cannot be reached now, and may be later.
pub fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| match code.len() {
            // PostgreSQL's classes: connections, its resources (a full disk too), and its operator's intervention.
            5 => ["08", "53", "57P"].iter().any(|class| code.starts_with(class)),
            // SQLite's primary result codes: busy, locked, input and output, full, cannot be opened.
            _ => code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 10 | 13 | 14)),
        }),
        _ => false,
    }
}

/// Runs a query method on whichever connection it is.
macro_rules! on {
    ($conn:expr, $query:expr, $method:ident) => {
        match $conn {
            $crate::db::Conn::Sqlite(c) => $query.$method(&mut **c).await,
            $crate::db::Conn::Postgres(c) => $query.$method(&mut **c).await,
        }
    };
}

/// `execute!(conn, SQL, args…)`: the number of rows affected.
macro_rules! execute {
    ($conn:expr, $sql:expr $(, $arg:expr)* $(,)?) => {
        match $conn {
            $crate::db::Conn::Sqlite(c) => {
                sqlx::query($sql)$(.bind($arg))*.execute(&mut **c).await.map(|r| r.rows_affected())
            }
            $crate::db::Conn::Postgres(c) => {
                sqlx::query($sql)$(.bind($arg))*.execute(&mut **c).await.map(|r| r.rows_affected())
            }
        }
    };
}

/// `fetch_optional!(conn, Row, SQL, args…)`: the row, if there is one.
macro_rules! fetch_optional {
    ($conn:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::db::on!($conn, sqlx::query_as::<_, $row>($sql)$(.bind($arg))*, fetch_optional)
    };
}

/// `fetch_one!(conn, Row, SQL, args…)`: the one row.
macro_rules! fetch_one {
    ($conn:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::db::on!($conn, sqlx::query_as::<_, $row>($sql)$(.bind($arg))*, fetch_one)
    };
}

/// `fetch_all!(conn, Row, SQL, args…)`: all rows; the query must be bounded.
macro_rules! fetch_all {
    ($conn:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::db::on!($conn, sqlx::query_as::<_, $row>($sql)$(.bind($arg))*, fetch_all)
    };
}
/// `fetch_batch!(conn, Row, [name = SQL, …], last SQL, args…)`: several statements in one journey to the database; the
/// last one's row, if it gives one. All share the arguments' numbers, and none may see what another has done.
///
/// The list may end with `; name = SQL, once SQL locked`, and the last SQL be followed by `if_changed, more SQL`: a
/// condition that the statement of that name changed its one row. The row that `once` selects is locked before that
/// statement changes anything, so that it cannot deadlock with those who lock the two in the same order.
///
/// SQLite, which has one writer, is sent them one after the other; PostgreSQL as one statement with the others in its
/// WITH clause.
macro_rules! fetch_batch {
    ($conn:expr, $row:ty, [$($name:ident = $sql:literal),+; $changed:ident = $change:literal, once $lock:literal locked],
     $last:literal if_changed, $tail:literal $(, $arg:expr)* $(,)?) => {
        $crate::db::fetch_batch!(
            @ $conn, $row,
            concat!($($sql, ";\n",)+ $change, ";\n", $last, " changes() = 1 ", $tail),
            concat!(
                "WITH locked AS (", $lock, " FOR UPDATE),\n", $(stringify!($name), " AS (", $sql, " RETURNING 1),\n",)+
                stringify!($changed), " AS (", $change, " AND EXISTS (SELECT 1 FROM locked) RETURNING 1)\n",
                $last, " EXISTS (SELECT 1 FROM ", stringify!($changed), ") ", $tail
            )
            $(, $arg)*
        )
    };
    ($conn:expr, $row:ty, [$($name:ident = $sql:literal),+ $(,)?], $last:literal $(, $arg:expr)* $(,)?) => {
        $crate::db::fetch_batch!(
            @ $conn, $row,
            concat!($($sql, ";\n",)+ $last),
            concat!(
                "WITH ", $(stringify!($name), " AS (", $sql, " RETURNING 1),\n",)+ "others AS (SELECT 1)\n", $last
            )
            $(, $arg)*
        )
    };
    (@ $conn:expr, $row:ty, $sqlite:expr, $postgres:expr $(, $arg:expr)*) => {
        match $conn {
            $crate::db::Conn::Sqlite(c) => {
                const SQL: &str = $sqlite;
                sqlx::query_as::<_, $row>(SQL)$(.bind($arg))*.fetch_optional(&mut **c).await
            }
            $crate::db::Conn::Postgres(c) => {
                const SQL: &str = $postgres;
                sqlx::query_as::<_, $row>(SQL)$(.bind($arg))*.fetch_optional(&mut **c).await
            }
        }
    };
}
pub(crate) use {execute, fetch_all, fetch_batch, fetch_one, fetch_optional, on};
