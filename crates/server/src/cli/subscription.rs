//! `beseda subscription show|grant|extend|revoke`

use clap::Subcommand;

use super::{CliError, open_database, print, who::Who};
use crate::{
    billing::grant::{self, Desk, GrantError},
    clock::Clock,
    config::Config,
    db::{Ts, export, subscriptions::Subscription},
    http::view,
    staff::Actor,
};

/// The most subscriptions that are shown.
const MOST: i64 = 1_000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print what a person has and had, the oldest first.
    Show {
        #[command(flatten)]
        who: Who,
    },
    /// Give a person a plan for one period of its calendar, or until a moment.
    Grant {
        #[command(flatten)]
        who: Who,
        /// The plan.
        #[arg(long)]
        plan: String,
        /// Until when, RFC 3339: 2026-12-31T00:00:00Z.
        #[arg(long, value_parser = moment)]
        until: Option<Ts>,
        /// Why.
        #[arg(long)]
        note: Option<String>,
    },
    /// Let what a person has bought or was given end later.
    Extend {
        #[command(flatten)]
        who: Who,
        /// Until when, RFC 3339.
        #[arg(long, value_parser = moment)]
        until: Ts,
        /// Why.
        #[arg(long)]
        note: Option<String>,
    },
    /// Take away what a person has bought or was given, and turn its renewal off. Nothing is given back by this.
    Revoke {
        #[command(flatten)]
        who: Who,
        /// Why.
        #[arg(long)]
        note: Option<String>,
    },
}

fn moment(text: &str) -> Result<Ts, String> {
    let at: Result<jiff::Timestamp, _> = text.parse();
    at.map(Ts::from_timestamp).map_err(|_| "expected a moment, such as 2026-12-31T00:00:00Z".into())
}

/// Runs the command.
pub(super) async fn subscription(config: &Config, command: Command) -> Result<(), CliError> {
    let db = open_database(config).await?;
    let zone = config.service.zone();
    let desk = Desk { db: &db, zone: &zone, now: Clock::System.now(), actor: &Actor::cli() };
    let changed = match command {
        Command::Show { who } => {
            let id = who.find(&db).await?;
            let all = export::subscriptions(&mut db.read().await?.conn(), id, uuid::Uuid::nil(), MOST).await?;
            let shown: Vec<_> = all.into_iter().map(view::Subscription::from).collect();
            print(&shown)?;
            None
        }
        Command::Grant { who, plan, until, note } => {
            let id = who.find(&db).await?;
            Some(grant::grant(&desk, id, &plan, until, note).await)
        }
        Command::Extend { who, until, note } => Some(grant::extend(&desk, who.find(&db).await?, until, note).await),
        Command::Revoke { who, note } => Some(grant::revoke(&desk, who.find(&db).await?, note).await),
    };
    if let Some(changed) = changed {
        let changed: Result<Subscription, GrantError> = changed;
        let now = changed.map_err(|error| CliError::Said(error.to_string()))?;
        print(&view::Subscription::from(now))?;
    }
    db.close().await;
    Ok(())
}
