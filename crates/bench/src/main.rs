//! `bench`: the service against a bare pass-through, in one run, as one table.
//!
//! One process generates the load on one thread; the fake model, the pass-through and the service
//! are processes of their own, so that the memory and the processor time of each can be told apart.
//! Everything listens on loopback, and everything started here ends with this process.

mod answer;
mod binary;
mod child;
mod cli;
mod client;
mod details;
mod first_token;
mod http;
mod load;
mod machine;
mod model;
mod pass_through;
mod plan;
mod quantiles;
mod report;
mod scratch;
mod service;
mod starts;
mod streams;
mod table;

use anyhow::{Context as _, Result, bail};
use clap::Parser as _;
use cli::{Cli, Role};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> Result<()> {
    let cli = Cli::parse();
    match cli.role {
        // The servers get what a server gets: a thread for each core.
        Some(Role::Model { listen }) => {
            let runtime = tokio::runtime::Runtime::new()?;
            runtime.block_on(child::while_parent_lives(model::serve(listen)))
        }
        Some(Role::PassThrough { listen, upstream }) => {
            let runtime = tokio::runtime::Runtime::new()?;
            runtime.block_on(child::while_parent_lives(pass_through::serve(listen, upstream)))
        }
        // The generator gets one thread: it shares the cores with what it measures.
        None => {
            machine::raise_file_limit(cli.options.file_descriptors())?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(measure(&cli.options))
        }
    }
}

/// Runs the plan and prints its table; an interruption ends it, and with it every child.
async fn measure(options: &cli::Options) -> Result<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    let report = tokio::select! {
        report = Box::pin(plan::run(options)) => report?,
        _ = tokio::signal::ctrl_c() => bail!("interrupted"),
        _ = terminated.recv() => bail!("terminated"),
    };
    report::print(&report.markdown());
    if let Some(file) = &options.json {
        std::fs::write(file, serde_json::to_vec_pretty(&report)?)
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    if !report.failures.is_empty() {
        bail!("{} part(s) of the run failed", report.failures.len());
    }
    Ok(())
}
