//! Deletes link codes that ended a day ago: until then they can still say of themselves that they were used, or have
//! expired.

use std::time::Duration;

use super::BATCH;
use crate::{
    app::Shared,
    db::{Result, link_codes},
};

const KEPT: Duration = Duration::from_secs(86_400);

pub(super) async fn run(app: Shared) -> Result<()> {
    let before = app.clock.now().before(KEPT);
    loop {
        let delete =
            app.db.write(move |tx| Box::pin(async move { link_codes::delete_expired(tx, before, BATCH).await }));
        if delete.await? == 0 {
            return Ok(());
        }
    }
}
