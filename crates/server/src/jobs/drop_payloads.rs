//! Drops journal payloads past their retention, and the texts that only they referred to; the rows stay for the
//! figures.

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
            break;
        }
    }
    // A text counts as used up to a day after it was; another day is kept for good measure.
    let before = before.before(Duration::from_secs(2 * 86_400));
    loop {
        let texts =
            app.db.write(move |tx| Box::pin(async move { ai_requests::delete_unused_texts(tx, before, BATCH).await }));
        if texts.await? == 0 {
            return Ok(());
        }
    }
}
