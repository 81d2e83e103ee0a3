//! `beseda backup FILE`

use std::path::Path;

use sqlx::Connection as _;

use super::{CliError, print_line};
use crate::{
    config::Config,
    db::{
        dialect,
        open::{self, Single},
    },
};

/// Writes a consistent copy of the SQLite database to `file`, also while the service runs.
pub(super) async fn backup(config: &Config, file: &Path) -> Result<(), CliError> {
    if file.exists() {
        return Err(CliError::Said(format!("{} exists already", file.display())));
    }
    let Some(path) = file.to_str() else { return Err(CliError::Said("the file's name must be UTF-8".into())) };
    let Single::Sqlite(mut connection) = open::connect(&config.database.url).await? else {
        return Err(CliError::Said("backup copies SQLite; for PostgreSQL use pg_dump, or `beseda copy`".into()));
    };
    dialect::vacuum_into(&mut connection, path).await?;
    connection.close().await?;
    let bytes = std::fs::metadata(file)?.len();
    print_line(&format!("{} ({bytes} bytes)", file.display()))
}
