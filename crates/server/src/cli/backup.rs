//! `beseda backup FILE`

use std::path::Path;

use super::{CliError, open_database, print_line};
use crate::{config::Config, db::dialect};

/// Writes a consistent copy of the SQLite database to `file`, also while the service runs.
pub(super) async fn backup(config: &Config, file: &Path) -> Result<(), CliError> {
    if file.exists() {
        return Err(CliError::Said(format!("{} exists already", file.display())));
    }
    let Some(path) = file.to_str() else { return Err(CliError::Said("the file's name must be UTF-8".into())) };
    let db = open_database(config).await?;
    let copied = {
        let mut reader = db.read().await?;
        dialect::vacuum_into(&mut reader.conn(), path).await
    };
    db.close().await;
    match copied {
        Some(copied) => copied?,
        None => {
            return Err(CliError::Said("backup copies SQLite; for PostgreSQL use pg_dump, or `beseda copy`".into()));
        }
    }
    let bytes = std::fs::metadata(file)?.len();
    print_line(&format!("{} ({bytes} bytes)", file.display()))
}
