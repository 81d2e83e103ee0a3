//! Opening the database by its URL, and bringing its schema up to date.

use std::{fs::File, path::Path, time::Duration};

use log::LevelFilter;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{
    ConnectOptions, PgConnection, SqliteConnection,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::{Db, readers::Readers, writer::Writer};

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// How many prepared statements a connection keeps: more than there are texts.
const STATEMENTS: usize = 256;

/// Why a database could not be opened. No message carries the URL's password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL has another scheme, or cannot be read.
    #[error("database.url must start with sqlite:// or postgres:// and be well-formed ({0})")]
    Url(String),
    /// The folder of the file cannot be made.
    #[error("the folder of the database, {path}, cannot be made: {source}")]
    Folder {
        /// The folder.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The schema is newer than this program.
    #[error("the database has schema version {0}, which this version of beseda does not know: start a newer beseda")]
    Newer(i64),
    /// A migration failed.
    #[error("the database schema could not be brought up to date: {0}")]
    Migrate(MigrateError),
    /// The connection failed.
    #[error("the database cannot be opened: {0}")]
    Connect(#[from] sqlx::Error),
    /// Another process serves from this file.
    #[error("another beseda already serves from {0}: SQLite admits one (PostgreSQL admits several)")]
    Served(String),
    /// The lock file cannot be used.
    #[error("the lock file {path} cannot be used: {source}")]
    Lock {
        /// The lock file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl From<MigrateError> for OpenError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _) => Self::Newer(version),
            other => Self::Migrate(other),
        }
    }
}

/// The newest schema version this program knows.
pub fn schema_version() -> i64 {
    SQLITE.iter().map(|m| m.version).max().unwrap_or(0)
}

/// Opens the database, made if SQLite's file is missing, and migrates it. Safe when several nodes start at once.
pub async fn open(url: &SecretString, connections: u32) -> Result<Db, OpenError> {
    let url = url.expose_secret();
    if let Some(path) = sqlite_path(url) {
        open_sqlite(path, connections).await
    } else {
        let options = postgres_options(url)?;
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(10))
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        POSTGRES.run(&pool).await?;
        Ok(Db::Postgres(pool))
    }
}

fn postgres_options(url: &str) -> Result<PgConnectOptions, OpenError> {
    if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
        return Err(OpenError::Url("another scheme".into()));
    }
    let options: PgConnectOptions = url.parse().map_err(|_| OpenError::Url("it cannot be parsed".into()))?;
    Ok(logged(options.application_name("beseda").statement_cache_capacity(STATEMENTS)))
}

/// One migrated connection, for work that needs the database to itself.
#[derive(Debug)]
pub enum Single {
    /// SQLite.
    Sqlite(SqliteConnection),
    /// PostgreSQL.
    Postgres(PgConnection),
}

/// Opens one connection and migrates the database.
pub async fn connect(url: &SecretString) -> Result<Single, OpenError> {
    let text = url.expose_secret();
    match sqlite_path(text) {
        Some(path) => Ok(Single::Sqlite(connect_sqlite(path).await?)),
        None => {
            let mut connection = postgres_options(text)?.connect().await?;
            POSTGRES.run(&mut connection).await?;
            Ok(Single::Postgres(connection))
        }
    }
}

/// The file behind a `sqlite://` URL.
pub fn sqlite_path(url: &str) -> Option<&Path> {
    url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).filter(|p| !p.is_empty()).map(Path::new)
}

fn make_folder(path: &Path) -> Result<(), OpenError> {
    let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|source| OpenError::Folder { path: folder.display().to_string(), source })
}

fn sqlite_options(path: &Path) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .statement_cache_capacity(STATEMENTS)
        .optimize_on_close(true, None);
    logged(options)
}

/// Logs statements, without what is bound to them, at debug; which of them are slow is not judged.
fn logged<O: ConnectOptions>(options: O) -> O {
    options.log_statements(LevelFilter::Debug).log_slow_statements(LevelFilter::Off, Duration::MAX)
}

async fn connect_sqlite(path: &Path) -> Result<SqliteConnection, OpenError> {
    make_folder(path)?;
    let mut connection = sqlite_options(path).connect().await?;
    SQLITE.run(&mut connection).await?;
    Ok(connection)
}

async fn open_sqlite(path: &Path, connections: u32) -> Result<Db, OpenError> {
    let writer = connect_sqlite(path).await?;
    let options = sqlite_options(path);
    let options =
        options.optimize_on_close(false, None).read_only(true).create_if_missing(false).pragma("query_only", "on");
    // More readers than processors could use would only keep more caches cold.
    let useful = std::thread::available_parallelism().map_or(4, |n| u32::try_from(n.get() * 2).unwrap_or(4));
    let readers = Readers::new(options, connections.min(useful));
    Ok(Db::Sqlite { writer: Writer::new(writer), readers })
}

/// Takes the lock that admits one serving process to a SQLite file; it ends with the process. None on PostgreSQL.
pub fn serve_lock(url: &SecretString) -> Result<Option<File>, OpenError> {
    let Some(path) = sqlite_path(url.expose_secret()) else { return Ok(None) };
    make_folder(path)?;
    let shown = path.display().to_string();
    let lock_path = format!("{shown}.lock");
    let file = File::options().create(true).append(true).open(&lock_path);
    let file = file.map_err(|source| OpenError::Lock { path: lock_path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Err(OpenError::Served(shown)),
        Err(std::fs::TryLockError::Error(source)) => Err(OpenError::Lock { path: lock_path, source }),
    }
}
