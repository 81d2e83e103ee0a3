//! Keeps names as they are searched with those whom an earlier version wrote.

use std::sync::Arc;

use super::BATCH;
use crate::{
    app::Shared,
    db::{Result, users},
};

pub(super) async fn run(app: Shared) -> Result<()> {
    loop {
        let people = Arc::new(users::keyless(&mut app.db.read().await?.conn(), BATCH).await?);
        if people.is_empty() {
            return Ok(());
        }
        app.db
            .write(move |tx| {
                let people = people.clone();
                Box::pin(async move {
                    for user in &*people {
                        users::set_keys(tx, user).await?;
                    }
                    Ok::<_, sqlx::Error>(())
                })
            })
            .await?;
    }
}
