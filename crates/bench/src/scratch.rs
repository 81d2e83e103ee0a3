//! Where a run keeps its databases and logs.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::cli::Options;
use crate::report::note;

/// The directory of databases and logs, gone with the run unless it is kept.
pub(crate) struct Scratch {
    pub(crate) directory: PathBuf,
    keep: bool,
}

impl Scratch {
    /// Makes it, under a name of this process's own.
    pub(crate) fn create(options: &Options) -> Result<Self> {
        let beside = std::env::current_exe()?;
        let beside = beside.parent().unwrap_or(Path::new("."));
        let parent = options.data.clone().unwrap_or_else(|| beside.to_owned());
        let directory = std::path::absolute(parent)?.join(format!("bench-{}", std::process::id()));
        std::fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
        Ok(Self { directory, keep: options.keep })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.keep {
            note(&format!("kept: {}", self.directory.display()));
        } else {
            // It lies beside the build and is no harm if it stays.
            let _ = std::fs::remove_dir_all(&self.directory);
        }
    }
}
