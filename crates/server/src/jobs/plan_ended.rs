//! Tells a person that a plan of theirs has ended, unless it goes on after all.

use uuid::Uuid;

use super::task::Tried;
use crate::{
    app::Shared,
    billing::{
        notice::{self, Notice},
        subscription,
    },
    db::{Result, plans::FREE},
};

pub(super) async fn run(app: &Shared, user_id: Uuid, subscription_id: Uuid) -> Result<Tried> {
    let (now, zone) = (app.clock.now(), app.zone.clone());
    app.db
        .write(move |tx| {
            let zone = zone.clone();
            Box::pin(async move {
                let current = subscription::current(tx, user_id, now, &zone).await?;
                if current.is_some_and(|current| current.plan_name == FREE) {
                    notice::tell(tx, user_id, &Notice::PlanEnded(subscription_id), now).await?;
                }
                Ok::<_, sqlx::Error>(Tried::Done)
            })
        })
        .await
}
