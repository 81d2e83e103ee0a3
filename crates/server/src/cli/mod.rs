//! The command line: results on stdout, logs on stderr.

mod admin;
mod backup;
mod copy;
mod demo_data;
mod payment;
mod plan;
mod serve;
mod subscription;
mod verify;
mod who;

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    config::{self, Config},
    db::{Db, open},
    http, telemetry,
};

/// One service through which people talk to an AI: HTTP API, dialogues, quota, journal.
#[derive(Debug, Parser)]
#[command(name = "beseda", version)]
struct Arguments {
    /// A configuration file (TOML) over the defaults; BESEDA__SECTION__KEY of the environment is read after it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve people (also what happens without a command).
    Serve,
    /// Bring the database's schema up to date.
    Migrate,
    /// Read the configuration, check it, and print it with its secrets hidden.
    CheckConfig,
    /// Print the OpenAPI document.
    Openapi,
    /// See and change who may use the panel, and let them in.
    #[command(subcommand)]
    Admin(admin::Command),
    /// See and change plans.
    #[command(subcommand)]
    Plan(plan::Command),
    /// See, give, prolong and take away what a person has.
    #[command(subcommand)]
    Subscription(subscription::Command),
    /// See what a person has paid, and give a charge back.
    #[command(subcommand)]
    Payment(payment::Command),
    /// Count everything again: quota, usage, journal, subscriptions, payments. Prints each difference; ends with 1 if
    /// there is any.
    Verify,
    /// Add made-up people and dialogues, to try figures and pages with.
    DemoData {
        /// How many people.
        #[arg(long, default_value_t = 100)]
        users: u64,
        /// How many messages in all, questions and answers.
        #[arg(long, default_value_t = 10_000)]
        messages: u64,
    },
    /// Copy everything into an empty database of the other kind, SQLite to PostgreSQL or back, verified by counts and
    /// hashes. The service must be stopped.
    Copy {
        /// The URL of the other database: sqlite://… or postgres://…
        #[arg(long, value_name = "URL")]
        to: String,
    },
    /// Write a consistent copy of the SQLite database to FILE, also while the service runs.
    Backup {
        /// Where to; it must not exist.
        file: PathBuf,
    },
}

/// Why a command failed. Its text is for the operator and carries no secret.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] config::ConfigError),
    /// Telemetry.
    #[error(transparent)]
    Telemetry(#[from] telemetry::TelemetryError),
    /// Opening the database.
    #[error(transparent)]
    Open(#[from] open::OpenError),
    /// Putting the service together.
    #[error(transparent)]
    Start(#[from] crate::app::StartError),
    /// The database.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// An address cannot be listened on.
    #[error("{address} cannot be listened on: {source}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The target is not an empty database.
    #[error("the target already has people in it: copy into an empty database")]
    NotEmpty,
    /// Files and streams.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Said by the command itself.
    #[error("{0}")]
    Said(String),
}

/// Runs the command that the process was given.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // An error here is that another provider was installed before, which is as good.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(arguments)),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The last words; there is nobody to tell if they cannot be written.
            drop(writeln!(std::io::stderr(), "beseda: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), CliError> {
    let command = arguments.command.unwrap_or(Command::Serve);
    if matches!(command, Command::Openapi) {
        return print(&http::document(""));
    }
    let config = config::load(arguments.config.as_deref())?;
    telemetry::init_logs(&config.log)?;
    match command {
        Command::Serve => serve::serve(config).await,
        Command::CheckConfig => print(&config),
        Command::Openapi => Ok(()),
        Command::Migrate => {
            open_database(&config).await?.close().await;
            print_line(&format!("schema version {}", open::schema_version()))
        }
        Command::DemoData { users, messages } => demo_data::demo_data(&config, users, messages).await,
        Command::Admin(command) => admin::admin(&config, command).await,
        Command::Plan(command) => plan::plan(&config, command).await,
        Command::Subscription(command) => subscription::subscription(&config, command).await,
        Command::Payment(command) => payment::payment(&config, command).await,
        Command::Verify => verify::verify(&config).await,
        Command::Copy { to } => copy::copy(&config, to.into()).await,
        Command::Backup { file } => backup::backup(&config, &file).await,
    }
}

async fn open_database(config: &Config) -> Result<Db, CliError> {
    Ok(open::open(&config.database.url, config.database.connections).await?)
}

fn print<T: serde::Serialize>(value: &T) -> Result<(), CliError> {
    let text = serde_json::to_string_pretty(value).map_err(|e| CliError::Said(e.to_string()))?;
    print_line(&text)
}

fn print_line(text: &str) -> Result<(), CliError> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
