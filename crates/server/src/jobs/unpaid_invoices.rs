//! Forgets invoices that nobody has paid. They can't be paid any more for a day before they are forgotten, so none is
//! forgotten whose payment is on its way.

use super::BATCH;
use crate::{
    app::Shared,
    billing::offer,
    db::{Result, purchases},
};

pub(super) async fn run(app: Shared) -> Result<()> {
    let before = app.clock.now().before(2 * offer::LIFE);
    loop {
        let delete = app.db.write(move |tx| Box::pin(async move { purchases::delete_unpaid(tx, before, BATCH).await }));
        if delete.await? == 0 {
            return Ok(());
        }
    }
}
