//! The child process, and commands beside it.

use std::{
    collections::BTreeMap,
    fs::File,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use reqwest::Client;
use tokio::time::{sleep, timeout};

/// How long a start, a stop or a command may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(10);

pub(super) struct Process {
    binary: String,
    config: PathBuf,
    environment: BTreeMap<String, String>,
    log: PathBuf,
    child: Option<Child>,
}

/// A command that ran to its end.
#[derive(Debug)]
pub struct Ran {
    /// Whether it succeeded.
    pub success: bool,
    /// Its results.
    pub stdout: String,
    /// Its logs and its last words.
    pub stderr: String,
}

impl Process {
    pub(super) fn new(binary: String, config: PathBuf, environment: BTreeMap<String, String>, log: PathBuf) -> Self {
        Self { binary, config, environment, log, child: None }
    }

    /// The command with nothing of our own environment: no keys, no proxies.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command.env_clear().envs(&self.environment).arg("--config").arg(&self.config).stdin(Stdio::null());
        command
    }

    pub(super) fn start(&mut self) -> anyhow::Result<()> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = self.command();
        command.arg("serve").stdout(log.try_clone()?).stderr(log);
        self.child = Some(command.spawn().with_context(|| format!("{} cannot be started", self.binary))?);
        Ok(())
    }

    /// Waits until `/readyz` says yes.
    pub(super) async fn ready(&mut self, client: &Client, base_url: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.exited()? {
                bail!("the service ended with {status}:\n{}", self.log());
            }
            if let Ok(response) = client.get(format!("{base_url}/readyz")).send().await
                && response.status().is_success()
            {
                return Ok(());
            }
            sleep(LOOK).await;
        }
        bail!("the service did not become ready:\n{}", self.log())
    }

    pub(super) fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    pub(super) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // An error means that it has ended by itself.
            drop(child.kill());
            drop(child.wait());
        }
    }

    pub(super) async fn terminate(&mut self) -> anyhow::Result<ExitStatus> {
        let pid = self.pid().context("the service does not run")?;
        Command::new("kill").args(["-TERM", &pid.to_string()]).status()?;
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.exited()? {
                self.child = None;
                return Ok(status);
            }
            sleep(LOOK).await;
        }
        bail!("the service did not stop:\n{}", self.log())
    }

    fn exited(&mut self) -> std::io::Result<Option<ExitStatus>> {
        self.child.as_mut().map_or(Ok(None), Child::try_wait)
    }

    pub(super) async fn run(&self, arguments: &[&str], environment: &[(&str, &str)]) -> anyhow::Result<Ran> {
        let mut command = tokio::process::Command::from(self.command());
        command.args(arguments).envs(environment.iter().copied()).kill_on_drop(true);
        let output = timeout(PATIENCE, command.output()).await.context("the command did not end")??;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Ran { success: output.status.success(), stdout: text(&output.stdout), stderr: text(&output.stderr) })
    }

    pub(super) fn log(&self) -> String {
        std::fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
