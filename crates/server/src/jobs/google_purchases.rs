//! Asks about purchases in Google Play that wait for something: a notification that was lost would leave them so.

use std::time::Duration;

use uuid::Uuid;

use super::{BATCH, Task};
use crate::{
    app::Shared,
    db::{Result, purchases},
};

/// How often each is asked about.
const DAY: Duration = Duration::from_secs(86_400);
/// What Google has not answered about for so long it does not know any more.
const LONGEST: Duration = Duration::from_secs(100 * 86_400);

pub(super) async fn run(app: Shared) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let now = app.clock.now();
        let (before, since) = (now.before(DAY), now.before(LONGEST));
        let waiting = {
            let mut reader = app.db.read().await?;
            purchases::waiting(&mut reader.conn(), before, since, now, after, BATCH).await?
        };
        let full = i64::try_from(waiting.len()) == Ok(BATCH);
        for (id, purchase_token) in waiting {
            after = id;
            let task = std::sync::Arc::new(Task::AskGoogle { purchase_token, replaced_at: None });
            let kept = app.db.write(move |tx| {
                let task = task.clone();
                Box::pin(async move { task.enqueue(tx, now, now).await })
            });
            kept.await?;
        }
        app.jobs.wake();
        if !full || app.tasks.is_closing() {
            return Ok(());
        }
    }
}
