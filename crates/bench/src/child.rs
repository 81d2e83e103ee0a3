//! Processes this run starts: killed when their handle goes, whatever the reason.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// A loopback address nobody listens on at the moment.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?)
}

/// One of this binary's own servers.
pub(crate) struct Helper {
    pub(crate) address: SocketAddr,
    pub(crate) pid: u32,
    _child: Child,
}

impl Helper {
    /// Starts the fake model.
    pub(crate) async fn model() -> Result<Self> {
        Self::start("model", &[]).await
    }

    /// Starts the pass-through in front of the model.
    pub(crate) async fn pass_through(upstream: SocketAddr) -> Result<Self> {
        Self::start("pass-through", &["--upstream", &upstream.to_string()]).await
    }

    async fn start(role: &str, more: &[&str]) -> Result<Self> {
        let address = free_address()?;
        let listen = address.to_string();
        let binary = std::env::current_exe()?;
        let arguments = [role, "--listen", &listen].into_iter().chain(more.iter().copied());
        // The pipe stays open as long as the handle: its end tells the helper to end.
        let child = command(&binary, arguments).stdin(Stdio::piped()).spawn()?;
        let pid = child.id().context("the helper ended at once")?;
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(address).await.is_err() {
            if Instant::now() > deadline {
                bail!("{role} does not listen after 10 s");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(Self { address, pid, _child: child })
    }
}

/// A command whose process dies with its handle and reads nothing.
pub(crate) fn command<A: AsRef<OsStr>>(program: &Path, arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Serves until the parent is gone, even if it was killed: then standard input ends.
pub(crate) async fn while_parent_lives(serve: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::select! {
        result = serve => result,
        _ = async { tokio::io::stdin().read_u8().await } => Ok(()),
    }
}
