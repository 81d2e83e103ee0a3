//! Drops journal payloads past their retention; the rows stay for the figures.

use std::time::Duration;

use super::BATCH;
use crate::{
    app::Shared,
    db::{Result, ai_requests},
};

pub(super) async fn run(app: Shared) -> Result<()> {
    let kept = Duration::from_secs(app.config.journal.payload_days * 86_400);
    let before = app.clock.now().before(kept);
    loop {
        let drop = app.db.write(move |tx| Box::pin(async move { ai_requests::drop_payloads(tx, before, BATCH).await }));
        if drop.await? == 0 {
            return Ok(());
        }
    }
}
