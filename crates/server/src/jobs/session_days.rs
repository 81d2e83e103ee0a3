//! Keeps the day on which a dialogue counts with those that an earlier version began.

use super::BATCH;
use crate::{
    app::Shared,
    db::{Result, sessions},
};

pub(super) async fn run(app: Shared) -> Result<()> {
    loop {
        let without = sessions::without_day(&mut app.db.read().await?.conn(), BATCH).await?;
        if without.is_empty() {
            return Ok(());
        }
        let days: Vec<_> = without.into_iter().map(|(id, began)| (id, began.day(&app.zone))).collect();
        app.db
            .write(move |tx| {
                let days = days.clone();
                Box::pin(async move {
                    for (id, day) in days {
                        sessions::set_day(tx, id, day).await?;
                    }
                    Ok::<_, sqlx::Error>(())
                })
            })
            .await?;
    }
}
