//! A running service for tests: the real binary as a child process, on a database of its own.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use testkit::{app::{Database, TestApp}, model::FakeModel};
//!
//! let model = FakeModel::start().await?;
//! let app = TestApp::builder("target/debug/beseda", Database::Sqlite).model(&model).start().await?;
//! let anna = app.register("Анна").await;
//! let session = anna.session().await;
//! let (status, _headers, body) = anna.send(session, "Привет").await;
//! # Ok(()) }
//! ```
//!
//! This crate knows nothing of the service's own: it speaks HTTP, SQL and signals.

mod builder;
mod database;
mod person;
mod process;
mod sse;

use std::{path::PathBuf, process::ExitStatus};

use reqwest::{Client, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use uuid::Uuid;

pub use self::{
    builder::Builder,
    database::Database,
    person::{Person, answer, id_of},
    process::Ran,
    sse::{Event, Events, joined},
};
use self::{database::Store, process::Process};

/// What a call was answered: status, headers, and the body as JSON (null if empty, a string if it is no JSON).
pub type Answer = (StatusCode, HeaderMap, Value);

/// A service that runs. When it is dropped the process is killed, and its database and folder are removed; when the
/// test panics, its log is printed.
pub struct TestApp {
    process: Process,
    store: Store,
    client: Client,
    base_url: String,
    metrics_url: String,
    data_dir: PathBuf,
}

impl TestApp {
    /// A service to be started from `binary`.
    pub fn builder(binary: &str, database: Database) -> Builder {
        Builder::new(binary, database)
    }

    /// `http://127.0.0.1:PORT`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// `http://127.0.0.1:PORT/metrics`.
    pub fn metrics_url(&self) -> &str {
        &self.metrics_url
    }

    /// A client that has no account.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The folder of this service's files.
    pub fn data_dir(&self) -> &std::path::Path {
        &self.data_dir
    }

    /// The URL of its database.
    pub fn database_url(&self) -> &str {
        self.store.url()
    }

    /// Which database it has.
    pub fn database(&self) -> Database {
        self.store.kind()
    }

    /// Everything that it wrote to stdout and stderr, since the first start.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// The process id, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }

    /// Kills the process at once, as a crash does.
    pub async fn kill9(&mut self) {
        self.process.kill();
    }

    /// Asks the process to stop (SIGTERM), and waits until it has.
    ///
    /// # Errors
    ///
    /// When it does not run, or does not stop within a minute.
    pub async fn terminate(&mut self) -> anyhow::Result<ExitStatus> {
        self.process.terminate().await
    }

    /// Starts the process again (after killing it, if it still runs) at the same address, and waits until it is ready.
    ///
    /// # Errors
    ///
    /// When it does not become ready.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.process.kill();
        self.process.start()?;
        self.process.ready(&self.client, &self.base_url).await
    }

    /// Runs the binary with these arguments and this service's configuration to its end, beside the service.
    ///
    /// # Errors
    ///
    /// When it cannot be run, or does not end within a minute.
    pub async fn run(&self, arguments: &[&str]) -> anyhow::Result<Ran> {
        self.process.run(arguments, &[]).await
    }

    /// The same with more variables of the environment.
    ///
    /// # Errors
    ///
    /// When it cannot be run, or does not end within a minute.
    pub async fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> anyhow::Result<Ran> {
        self.process.run(arguments, environment).await
    }

    /// Registers {name, gender: female, age: 27}.
    pub async fn register(&self, name: &str) -> Person {
        self.register_as(json!({"name": name, "gender": "female", "age": 27})).await
    }

    /// Registers with any body of `POST /v1/users`.
    pub async fn register_as(&self, body: Value) -> Person {
        Person::register(&self.client, &self.base_url, &body).await
    }

    /// Who has these tokens: somebody who came by another door than [`register`](Self::register).
    pub async fn person_of(&self, access_token: &str, refresh_token: &str) -> Person {
        Person::signed_in(&self.client, &self.base_url, access_token, refresh_token).await
    }

    /// A call without a token.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = self.client.post(format!("{}{path}", self.base_url)).json(body);
        person::answer(request).await
    }

    /// A call without a token.
    pub async fn get(&self, path: &str) -> Answer {
        person::answer(self.client.get(format!("{}{path}", self.base_url))).await
    }

    /// One whole number from the service's own database; cast sums to BIGINT.
    ///
    /// # Errors
    ///
    /// Those of the database, and no row.
    pub async fn query_i64(&self, sql: &str) -> anyhow::Result<i64> {
        self.store.one(sql).await
    }

    /// One text from the service's own database.
    ///
    /// # Errors
    ///
    /// Those of the database, and no row.
    pub async fn query_text(&self, sql: &str) -> anyhow::Result<String> {
        self.store.one(sql).await
    }

    /// The first column of all rows, as texts.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn query_texts(&self, sql: &str) -> anyhow::Result<Vec<String>> {
        self.store.all(sql).await
    }

    /// Rows of any shape that both databases can be read into.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn sql<Row>(&self, sql: &str) -> anyhow::Result<Vec<Row>>
    where
        Row: database::AnyRow,
    {
        self.store.rows(sql).await
    }

    /// Changes the service's own database; gives the number of rows.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn execute(&self, sql: &str) -> anyhow::Result<u64> {
        self.store.execute(sql).await
    }

    /// An id as a literal of SQL.
    pub fn sql_id(&self, id: Uuid) -> String {
        self.store.kind().id(id)
    }

    /// A moment, in microseconds since 1970, as a literal of SQL.
    pub fn sql_time(&self, micros: i64) -> String {
        self.store.kind().time(micros)
    }
}

impl Drop for TestApp {
    #[expect(clippy::print_stderr, reason = "the log explains why a test failed")]
    fn drop(&mut self) {
        self.process.kill();
        if std::thread::panicking() {
            eprintln!("--- log of the service ---\n{}--- end of the log ---", self.process.log());
        }
        self.store.drop_own();
        drop(std::fs::remove_dir_all(&self.data_dir));
    }
}
