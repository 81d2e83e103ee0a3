//! The service's own database, which tests look into: a file, or a database of its own on a PostgreSQL server.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    str::FromStr as _,
    time::{Duration, UNIX_EPOCH},
};

use anyhow::Context as _;
use sqlx::{
    AssertSqlSafe, Connection as _, FromRow, PgConnection, SqliteConnection,
    postgres::PgRow,
    sqlite::{SqliteConnectOptions, SqliteRow},
};
use tokio::sync::OnceCell;
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

    /// An empty database.
    pub(super) async fn create(kind: Database, name: &str, folder: &Path) -> anyhow::Result<Self> {
        if kind == Database::Sqlite {
            return Ok(Self { kind, url: sqlite_url(&folder.join("beseda.db")), own: None });
        }
        let admin = admin();
        postgres(&admin, &format!("CREATE DATABASE {name}")).await?;
        Ok(Self { kind, url: postgres_url(&admin, name), own: Some((admin, name.to_owned())) })
    }

    /// One with the schema of the program: a copy, as to make each anew would take longer.
    pub(super) async fn copy(kind: Database, name: &str, folder: &Path, binary: &str) -> anyhow::Result<Self> {
        if kind == Database::Sqlite {
            let file = folder.join("beseda.db");
            std::fs::copy(sqlite_template(binary).await?, &file)?;
            return Ok(Self { kind, url: sqlite_url(&file), own: None });
        }
        let (admin, template) = (admin(), postgres_template(binary).await?);
        postgres(&admin, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await?;
        Ok(Self { kind, url: postgres_url(&admin, name), own: Some((admin, name.to_owned())) })
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

/// The URL of the server's maintenance database.
#[expect(clippy::panic, reason = "a sentence for whoever runs the tests without a server")]
fn admin() -> String {
    env::var("BESEDA_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!("the tests need a PostgreSQL server: run ./test, or set BESEDA_TEST_POSTGRES");
    })
}

fn postgres_url(admin: &str, name: &str) -> String {
    let server = admin.rsplit_once('/').map_or(admin, |(server, _)| server);
    format!("{server}/{name}")
}

fn sqlite_url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

async fn postgres(admin: &str, sql: &str) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(admin).await.context("BESEDA_TEST_POSTGRES")?;
    sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.with_context(|| sql.to_owned())?;
    Ok(connection.close().await?)
}

/// What the databases of this build of the program are copied from is called so, in every process.
fn template_name(binary: &str) -> anyhow::Result<String> {
    let built = std::fs::metadata(binary)?.modified()?.duration_since(UNIX_EPOCH)?;
    Ok(format!("beseda_template_{}", built.as_nanos()))
}

fn migrate(binary: &str, url: &str) -> anyhow::Result<()> {
    let mut command = Command::new(binary);
    command.env_clear().env("BESEDA__DATABASE__URL", url).arg("migrate").stdout(Stdio::null());
    let ran = command.output()?;
    anyhow::ensure!(ran.status.success(), "migrate: {}", String::from_utf8_lossy(&ran.stderr));
    Ok(())
}

/// Made under a name of our own and renamed: another process may be about it too.
async fn postgres_template(binary: &str) -> anyhow::Result<&'static str> {
    static NAME: OnceCell<String> = OnceCell::const_new();
    let made = NAME.get_or_try_init(|| async {
        let (admin, name) = (admin(), template_name(binary)?);
        let own = format!("{name}_{}", std::process::id());
        postgres(&admin, &format!("CREATE DATABASE {own}")).await?;
        migrate(binary, &postgres_url(&admin, &own))?;
        if postgres(&admin, &format!("ALTER DATABASE {own} RENAME TO {name}")).await.is_err() {
            postgres(&admin, &format!("DROP DATABASE {own}")).await?;
        }
        anyhow::Ok(name)
    });
    Ok(made.await?)
}

/// The same.
async fn sqlite_template(binary: &str) -> anyhow::Result<&'static Path> {
    static FILE: OnceCell<PathBuf> = OnceCell::const_new();
    let made = FILE.get_or_try_init(|| async {
        let file = env::temp_dir().join(template_name(binary)?).with_extension("db");
        let own = file.with_extension(std::process::id().to_string());
        migrate(binary, &sqlite_url(&own))?;
        std::fs::rename(own, &file)?;
        anyhow::Ok(file)
    });
    Ok(made.await?)
}
