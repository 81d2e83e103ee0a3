//! The service's binary.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use tokio::process::Command;

use crate::cli::Options;
use crate::report::note;

/// Builds the service by itself, as its users do, so that no feature of this crate's slips in.
pub(crate) async fn build(options: &Options) -> Result<PathBuf> {
    let beside = std::env::current_exe()?.with_file_name("beseda");
    if !options.no_build && options.service.is_none() {
        note("building the service");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
        let status = Command::new(cargo)
            .args(["build", "-p", "beseda", "--profile", profile])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .kill_on_drop(true)
            .status()
            .await
            .context("cannot run cargo")?;
        if !status.success() {
            bail!("the service does not build");
        }
    }
    let binary = options.service.clone().unwrap_or(beside);
    let found = std::path::absolute(&binary)?;
    if !found.is_file() {
        bail!("there is no service at {}", found.display());
    }
    Ok(found)
}
