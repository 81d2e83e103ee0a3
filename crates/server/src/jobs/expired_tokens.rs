//! Deletes tokens that ended a day ago.

use std::time::Duration;

use super::BATCH;
use crate::{
    app::Shared,
    db::{Result, tokens},
};

const KEPT: Duration = Duration::from_secs(86_400);

pub(super) async fn run(app: Shared) -> Result<()> {
    let before = app.clock.now().before(KEPT);
    loop {
        let delete = app.db.write(move |tx| Box::pin(async move { tokens::delete_expired(tx, before, BATCH).await }));
        if delete.await? == 0 {
            return Ok(());
        }
    }
}
