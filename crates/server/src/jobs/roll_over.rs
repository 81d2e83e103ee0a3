//! Rolls over what is over, of people too who have not been here since: reports and the panel are right
//! then. It does what the next turn or read of such a person would do.

use uuid::Uuid;

use super::BATCH;
use crate::{
    app::Shared,
    billing::subscription,
    db::{Result, subscriptions},
};

/// Runs it once, for everybody whose period is over. One person whose period cannot be rolled over does not keep
/// others from it.
pub async fn run(app: Shared) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let now = app.clock.now();
        let people = subscriptions::over(&mut app.db.read().await?.conn(), now, after, BATCH).await?;
        let full = i64::try_from(people.len()) == Ok(BATCH);
        for user_id in people {
            after = user_id;
            let zone = app.zone.clone();
            // Each in a transaction of its own: no two people's rows are held at once.
            let rolled = app.db.write(move |tx| {
                let zone = zone.clone();
                Box::pin(async move { subscription::current(tx, user_id, now, &zone).await })
            });
            if let Err(error) = rolled.await {
                tracing::error!(%user_id, %error, "a period cannot be rolled over");
            }
        }
        if !full || app.tasks.is_closing() {
            return Ok(());
        }
    }
}
