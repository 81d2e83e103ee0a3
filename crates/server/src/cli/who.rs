//! Whom a command is about.

use clap::Args;
use uuid::Uuid;

use super::CliError;
use crate::db::{Db, users};

/// A person: by one of their ids.
#[derive(Clone, Copy, Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Who {
    /// The person's id.
    #[arg(long, value_name = "ID")]
    user: Option<Uuid>,
    /// The person's id in Telegram.
    #[arg(long, value_name = "N")]
    telegram_id: Option<i64>,
}

impl Who {
    /// The person's id, if there is such a person.
    pub(super) async fn find(self, db: &Db) -> Result<Uuid, CliError> {
        let mut reader = db.read().await?;
        let conn = &mut reader.conn();
        let user = match (self.user, self.telegram_id) {
            (Some(id), _) => users::find(conn, id).await?,
            (None, Some(id)) => users::by_telegram_id(conn, id).await?,
            (None, None) => None,
        };
        user.map(|user| user.id).ok_or_else(|| CliError::Said("there is no such person".into()))
    }
}
