//! The service's own database, which tests look into: a file, or a database of its own on a PostgreSQL server.

use std::{env, path::Path, str::FromStr as _, time::Duration};

use anyhow::Context as _;
use sqlx::{
    AssertSqlSafe, Connection as _, FromRow, PgConnection, SqliteConnection,
    postgres::PgRow,
    sqlite::{SqliteConnectOptions, SqliteRow},
};
use uuid::Uuid;

/// Which database a service has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file in the service's folder.
    Sqlite,
    /// A new database on the server of `BESEDA_TEST_POSTGRES`.
    Postgres,
}

impl Database {
    pub(super) fn id(self, id: Uuid) -> String {
        match self {
            Self::Sqlite => format!("x'{}'", id.simple()),
            Self::Postgres => format!("'{id}'::uuid"),
        }
    }

    pub(super) fn time(self, micros: i64) -> String {
        match self {
            Self::Sqlite => micros.to_string(),
            Self::Postgres => format!("(timestamptz 'epoch' + {micros} * interval '1 microsecond')"),
        }
    }
}

/// A row that both databases can be read into, for instance a tuple of `i64` and `String`.
pub trait AnyRow: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

impl<T> AnyRow for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

pub(super) struct Store {
    kind: Database,
    url: String,
    /// The server's maintenance database and our name on it, if the database goes with us.
    own: Option<(String, String)>,
}

impl Store {
    pub(super) fn shared(kind: Database, url: String) -> Self {
        Self { kind, url, own: None }
    }

    #[expect(clippy::panic, reason = "a sentence for whoever runs the tests without a server")]
    pub(super) async fn create(kind: Database, name: &str, folder: &Path) -> anyhow::Result<Self> {
        if kind == Database::Sqlite {
            let url = format!("sqlite://{}", folder.join("beseda.db").display());
            return Ok(Self { kind, url, own: None });
        }
        let Ok(admin) = env::var("BESEDA_TEST_POSTGRES") else {
            panic!("the tests need a PostgreSQL server: run ./test, or set BESEDA_TEST_POSTGRES");
        };
        let mut connection = PgConnection::connect(&admin).await.context("BESEDA_TEST_POSTGRES")?;
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await?;
        connection.close().await?;
        let server = admin.rsplit_once('/').map_or(admin.as_str(), |(server, _)| server);
        Ok(Self { kind, url: format!("{server}/{name}"), own: Some((admin.clone(), name.to_owned())) })
    }

    pub(super) const fn kind(&self) -> Database {
        self.kind
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    async fn sqlite(&self) -> anyhow::Result<SqliteConnection> {
        let options = SqliteConnectOptions::from_str(&self.url)?.busy_timeout(Duration::from_secs(30));
        Ok(SqliteConnection::connect_with(&options).await?)
    }

    pub(super) async fn rows<Row: AnyRow>(&self, sql: &str) -> anyhow::Result<Vec<Row>> {
        let text = AssertSqlSafe(sql.to_owned());
        let rows = match self.kind {
            Database::Sqlite => {
                let mut connection = self.sqlite().await?;
                let rows = sqlx::query_as(text).fetch_all(&mut connection).await;
                connection.close().await?;
                rows
            }
            Database::Postgres => {
                let mut connection = PgConnection::connect(&self.url).await?;
                let rows = sqlx::query_as(text).fetch_all(&mut connection).await;
                connection.close().await?;
                rows
            }
        };
        rows.with_context(|| sql.to_owned())
    }

    pub(super) async fn all<T>(&self, sql: &str) -> anyhow::Result<Vec<T>>
    where
        (T,): AnyRow,
    {
        Ok(self.rows::<(T,)>(sql).await?.into_iter().map(|(value,)| value).collect())
    }

    pub(super) async fn one<T>(&self, sql: &str) -> anyhow::Result<T>
    where
        (T,): AnyRow,
    {
        self.all(sql).await?.into_iter().next().with_context(|| format!("no row: {sql}"))
    }

    pub(super) async fn execute(&self, sql: &str) -> anyhow::Result<u64> {
        let text = AssertSqlSafe(sql.to_owned());
        let rows = match self.kind {
            Database::Sqlite => {
                let mut connection = self.sqlite().await?;
                let done = sqlx::query(text).execute(&mut connection).await.map(|done| done.rows_affected());
                connection.close().await?;
                done
            }
            Database::Postgres => {
                let mut connection = PgConnection::connect(&self.url).await?;
                let done = sqlx::query(text).execute(&mut connection).await.map(|done| done.rows_affected());
                connection.close().await?;
                done
            }
        };
        rows.with_context(|| sql.to_owned())
    }

    /// Drops the database, if it is our own: on a thread, as this is called while a test's runtime ends.
    pub(super) fn drop_own(&mut self) {
        let Some((admin, name)) = self.own.take() else { return };
        let dropping = std::thread::spawn(move || -> anyhow::Result<()> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut connection = PgConnection::connect(&admin).await?;
                let sql = format!("DROP DATABASE {name} WITH (FORCE)");
                sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await?;
                Ok(connection.close().await?)
            })
        });
        // The server is thrown away after the tests: a database that stays does no harm.
        drop(dropping.join());
    }
}
