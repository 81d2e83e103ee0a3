//! Forgets updates and deliveries that were seen to long ago.

use std::time::Duration;

use super::BATCH;
use crate::{
    app::Shared,
    db::{Result, deliveries, telegram_updates},
};

/// Telegram keeps an update for a day: later it cannot come again.
const KEPT: Duration = Duration::from_secs(3 * 86_400);

pub(super) async fn run(app: Shared) -> Result<()> {
    let before = app.clock.now().before(KEPT);
    loop {
        let forgotten = app.db.write(move |tx| {
            Box::pin(async move {
                let updates = telegram_updates::forget(tx, before, BATCH).await?;
                Ok::<_, sqlx::Error>(updates + deliveries::forget(tx, before, BATCH).await?)
            })
        });
        if forgotten.await? == 0 {
            return Ok(());
        }
    }
}
