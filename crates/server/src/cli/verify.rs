//! `beseda verify`

use std::time::Instant;

use sqlx::Connection as _;

use super::{CliError, print_line};
use crate::{
    clock::Clock,
    config::Config,
    db::{
        Conn,
        open::{self, Single},
    },
    verify::{self, Difference, Looked, Report},
};

/// Prints differences as they are found.
struct Print(Result<(), CliError>);

impl Report for Print {
    fn difference(&mut self, difference: Difference) {
        if self.0.is_ok() {
            self.0 = print_line(&difference.to_string());
        }
    }
}

/// Counts everything again; an error if anything differs.
pub(super) async fn verify(config: &Config) -> Result<(), CliError> {
    let begun = Instant::now();
    let mut print = Print(Ok(()));
    let now = Clock::System.now();
    let looked = match open::connect(&config.database.url).await? {
        Single::Sqlite(mut connection) => {
            let mut tx = connection.begin().await?;
            verify::verify(&mut Conn::Sqlite(&mut tx), now, &mut print).await?
        }
        Single::Postgres(mut connection) => {
            let mut tx = connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
            verify::verify(&mut Conn::Postgres(&mut tx), now, &mut print).await?
        }
    };
    print.0?;
    let Looked { checks, requests, payers, differences } = looked;
    tracing::info!(checks, requests, payers, differences, seconds = begun.elapsed().as_secs_f64(), "verified");
    match differences {
        0 => Ok(()),
        1 => Err(CliError::Said("1 difference".into())),
        count => Err(CliError::Said(format!("{count} differences"))),
    }
}
