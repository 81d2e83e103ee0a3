//! `beseda payment list|refund`

use clap::Subcommand;
use uuid::Uuid;

use super::{CliError, open_database, print, print_line, who::Who};
use crate::{
    billing::payment,
    clock::Clock,
    config::Config,
    db::payments,
    http::view,
    staff::{Actor, Office},
};

/// The most payments that are shown.
const MOST: i64 = 1_000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print what was heard of a person's purchases, the newest first.
    List {
        #[command(flatten)]
        who: Who,
    },
    /// Have a charge given back by whoever was paid: the running service does so within seconds.
    Refund {
        /// The id of the payment, of the kind `paid`.
        payment: Uuid,
    },
}

/// Runs the command.
pub(super) async fn payment(config: &Config, command: Command) -> Result<(), CliError> {
    let db = open_database(config).await?;
    match command {
        Command::List { who } => {
            let id = who.find(&db).await?;
            let payments = payments::page(&mut db.read().await?.conn(), id, Uuid::max(), MOST).await?;
            print(&payments.into_iter().map(view::Payment::from).collect::<Vec<_>>())?;
        }
        Command::Refund { payment } => {
            let office = Office { db: &db, clock: &Clock::System };
            let charge = payment::refund(office, Actor::cli(), payment, None).await;
            let charge = charge.map_err(|error| CliError::Said(error.to_string()))?;
            let amount = payment::amount(&charge).unwrap_or_default();
            print_line(&format!("{amount} will be given back: charge {}", charge.charge_id.unwrap_or_default()))?;
        }
    }
    db.close().await;
    Ok(())
}
