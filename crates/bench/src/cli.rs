//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Loads the service and a bare pass-through in turn and prints the figures side by side.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) role: Option<Role>,
}

/// What the same binary becomes when the run starts it again.
#[derive(Debug, Subcommand)]
pub(crate) enum Role {
    /// The fast fake model.
    #[command(hide = true)]
    Model {
        #[arg(long)]
        listen: SocketAddr,
    },
    /// The bare axum and reqwest pass-through.
    #[command(hide = true)]
    PassThrough {
        #[arg(long)]
        listen: SocketAddr,
        #[arg(long)]
        upstream: SocketAddr,
    },
}

/// A part of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Start to ready, idle memory, size of the binary.
    Idle,
    /// Added time to first token, one client.
    FirstToken,
    /// Complete turns a second, many clients.
    Turns,
    /// Slow streams, all open at once.
    Streams,
}

/// What to measure, and how much of it.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only these parts
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) only: Vec<Part>,
    /// Seconds of load for turns a second
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
    /// Requests to each party for the time to first token
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) requests: u32,
    /// Clients at once for turns a second
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) clients: u32,
    /// Turns before a client opens a new dialogue
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub(crate) turns_per_session: u32,
    /// Open streams of the service (the pass-through gets at most 1,000)
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=25_000))]
    pub(crate) streams: u32,
    /// Tokens of a slow stream
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) slow_tokens: u32,
    /// Milliseconds between the tokens of a slow stream
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) slow_ms: u64,
    /// Starts on an existing database
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) starts: u32,
    /// Also in one dialogue of this many messages (half of them the model's)
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub(crate) dialogue: u32,
    /// Also on a database of this many messages, by `beseda demo-data`
    #[arg(long, default_value_t = 0)]
    pub(crate) messages: u64,
    /// People among whom those messages are spread
    #[arg(long, default_value_t = 10_000)]
    pub(crate) users: u64,
    /// Also on PostgreSQL: the URL of an empty database, which is left filled
    #[arg(long)]
    pub(crate) postgres: Option<String>,
    /// Not on SQLite
    #[arg(long)]
    pub(crate) skip_sqlite: bool,
    /// Write every figure to this file, too
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
    /// Take the service's binary as it is
    #[arg(long)]
    pub(crate) no_build: bool,
    /// The service's binary (default: `beseda` beside this one)
    #[arg(long)]
    pub(crate) service: Option<PathBuf>,
    /// Where databases and logs are made (default: beside this binary, on the real disk)
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
    /// Keep databases and logs
    #[arg(long)]
    pub(crate) keep: bool,
}

impl Options {
    /// Whether this part was asked for.
    pub(crate) fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    /// Slow streams through the pass-through.
    pub(crate) fn bare_streams(&self) -> u32 {
        self.streams.min(1_000)
    }

    /// The fake model's name for a slow answer.
    pub(crate) fn slow_model(&self) -> String {
        format!("slow:{}:{}", self.slow_ms, self.slow_tokens)
    }

    /// How long a slow answer takes at least.
    pub(crate) fn slow_answer(&self) -> Duration {
        Duration::from_millis(self.slow_ms * u64::from(self.slow_tokens))
    }

    /// Open files the busiest party needs: two sockets a stream, and some to live on.
    pub(crate) fn file_descriptors(&self) -> u64 {
        u64::from(self.streams.max(self.clients)) * 2 + 256
    }
}
