//! Deletes the panel's links, challenges and sessions that ended a day ago. What became of them stands in the audit log.

use std::time::Duration;

use super::BATCH;
use crate::{
    app::Shared,
    db::{Result, admin_links, admin_sessions, passkey_challenges},
};

const KEPT: Duration = Duration::from_secs(86_400);

pub(super) async fn run(app: Shared) -> Result<()> {
    let before = app.clock.now().before(KEPT);
    loop {
        let delete = app.db.write(move |tx| {
            Box::pin(async move {
                let links = admin_links::delete_expired(tx, before, BATCH).await?;
                let challenges = passkey_challenges::delete_expired(tx, before, BATCH).await?;
                Ok::<_, sqlx::Error>(links + challenges + admin_sessions::delete_expired(tx, before, BATCH).await?)
            })
        });
        if delete.await? == 0 {
            return Ok(());
        }
    }
}
