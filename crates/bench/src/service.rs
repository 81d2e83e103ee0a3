//! The service itself, started as anybody would start it.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::process::Child;

use crate::child::{command, free_address};
use crate::http::{Connection, request};

/// Longest wait for the service to become ready or to stop.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longest wait for `demo-data`.
const FILLING: Duration = Duration::from_secs(4 * 60 * 60);

/// Where the service keeps its data.
#[derive(Clone, Debug)]
pub(crate) enum Database {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Database {
    fn url(&self) -> String {
        match self {
            Self::Sqlite(file) => format!("sqlite://{}", file.display()),
            Self::Postgres(url) => url.clone(),
        }
    }

    /// What it is called in the table.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }
}

/// What every start of the service has in common.
pub(crate) struct Setup {
    pub(crate) binary: PathBuf,
    pub(crate) directory: PathBuf,
    /// The fake model's address.
    pub(crate) model: SocketAddr,
}

impl Setup {
    /// The whole configuration: addresses, the model, and limits out of the way. Everything else
    /// stays as it is shipped: durability, journal, logs.
    fn environment(&self, listen: SocketAddr, database: &Database, model: &str) -> Vec<(&'static str, String)> {
        const UNLIMITED: &str = "1000000000";
        vec![
            ("BESEDA__HTTP__LISTEN", listen.to_string()),
            ("BESEDA__DATABASE__URL", database.url()),
            ("BESEDA__LLM__BASE_URL", format!("http://{}/v1", self.model)),
            ("BESEDA__LLM__API_KEY", "bench".to_owned()),
            ("BESEDA__LLM__MODEL", model.to_owned()),
            ("BESEDA__LIMITS__REGISTRATIONS_PER_MINUTE", UNLIMITED.to_owned()),
            ("BESEDA__LIMITS__CALLS_PER_MINUTE", UNLIMITED.to_owned()),
            ("BESEDA__LIMITS__CALLS_AT_ONCE", "100000".to_owned()),
            ("BESEDA__LIMITS__STREAMS", "100000".to_owned()),
            ("BESEDA__LIMITS__TURNS", "100000".to_owned()),
            ("BESEDA__PLANS__FREE__USAGE_LIMIT", UNLIMITED.to_owned()),
        ]
    }

    /// Where the service's words go, those of all starts one after another.
    pub(crate) fn log(&self) -> PathBuf {
        self.directory.join("service.log")
    }

    /// A command of the service's, with its words sent to the log.
    fn command(
        &self,
        arguments: &[&str],
        listen: SocketAddr,
        database: &Database,
        model: &str,
    ) -> Result<tokio::process::Command> {
        let log = File::options().create(true).append(true).open(self.log())?;
        let mut command = command(&self.binary, arguments);
        command
            .envs(self.environment(listen, database, model))
            .current_dir(&self.directory)
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(command)
    }

    /// Fills the database with invented people and messages.
    pub(crate) async fn fill(&self, database: &Database, users: u64, messages: u64) -> Result<()> {
        let (users, messages) = (users.to_string(), messages.to_string());
        let arguments = ["demo-data", "--users", &users, "--messages", &messages];
        let mut command = self.command(&arguments, free_address()?, database, "fast")?;
        let status = tokio::time::timeout(FILLING, command.status()).await.context("demo-data took too long")??;
        if !status.success() {
            bail!("demo-data: {status}");
        }
        Ok(())
    }
}

/// A running service; dropping it kills it.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    pub(crate) pid: u32,
    /// From the start of the process to the first answer that it is ready.
    pub(crate) ready: Duration,
    child: Child,
}

impl Service {
    /// Starts it and waits until it says that it is ready.
    pub(crate) async fn start(setup: &Setup, database: &Database, model: &str) -> Result<Self> {
        let address = free_address()?;
        let mut command = setup.command(&["serve"], address, database, model)?;
        let begun = Instant::now();
        let mut child = command.spawn().context("cannot start the service")?;
        while !is_ready(address).await {
            if let Some(status) = child.try_wait()? {
                bail!("the service ended: {status}");
            }
            if begun.elapsed() > PATIENCE {
                bail!("the service is not ready after {PATIENCE:?}");
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(Self { address, pid: child.id().context("the service ended")?, ready: begun.elapsed(), child })
    }

    /// Asks it to stop and waits until it has.
    pub(crate) async fn stop(mut self) -> Result<()> {
        let ask = ["-c", "kill -TERM \"$0\"", &self.pid.to_string()];
        command(Path::new("sh"), ask).status().await?;
        tokio::time::timeout(PATIENCE, self.child.wait()).await.context("the service does not stop")??;
        Ok(())
    }
}

async fn is_ready(address: SocketAddr) -> bool {
    let ask = async {
        let mut connection = Connection::open(address).await.ok()?;
        let call = request("GET", "/readyz", address, &[], "");
        connection.call(&call).await.ok()
    };
    ask.await.is_some_and(|(status, _)| status == 200)
}

/// The last lines of the log: why something failed.
pub(crate) fn last_words(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

/// Lines of the log that say `locked`, which must never happen.
pub(crate) fn locked(log: &Path) -> usize {
    let text = fs::read_to_string(log).unwrap_or_default();
    text.lines().filter(|line| line.contains("is locked")).count()
}
