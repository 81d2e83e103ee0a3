//! Deletes tokens, and what devices were signed in by, that ended a day ago.

use std::time::Duration;

use super::BATCH;
use crate::{
    app::Shared,
    db::{Result, tokens, used_proofs},
};

const KEPT: Duration = Duration::from_secs(86_400);

pub(super) async fn run(app: Shared) -> Result<()> {
    let before = app.clock.now().before(KEPT);
    loop {
        let delete = app.db.write(move |tx| {
            Box::pin(async move {
                let tokens = tokens::delete_expired(tx, before, BATCH).await?;
                Ok::<_, sqlx::Error>(tokens + used_proofs::delete_expired(tx, before, BATCH).await?)
            })
        });
        if delete.await? == 0 {
            return Ok(());
        }
    }
}
