//! A browser is to be told of answers from now on.

use uuid::Uuid;
use web_push::{Endpoint, Keys};

use crate::{
    app::App,
    db::{
        Result,
        push_subscriptions::{self, PushSubscription},
    },
};

/// How many browsers of a person are told; the oldest gives way.
const MOST: i64 = 20;

/// Keeps where the browser of a device is told, in place of where it was. None: the device is not signed in any more.
pub async fn subscribe(
    app: &App,
    user_id: Uuid,
    device_id: Uuid,
    endpoint: &Endpoint,
    keys: &Keys,
) -> Result<Option<PushSubscription>> {
    let row = PushSubscription {
        id: app.new_id(),
        user_id,
        device_id,
        endpoint: endpoint.as_str().to_owned(),
        p256dh: keys.p256dh().to_vec(),
        auth: keys.auth().to_vec(),
        created_at: app.clock.now(),
    };
    let set = app.db.write(move |tx| {
        let row = row.clone();
        Box::pin(async move {
            let kept = push_subscriptions::set(tx, &row).await?;
            push_subscriptions::leave_newest(tx, user_id, MOST).await?;
            Ok::<_, sqlx::Error>(kept)
        })
    });
    set.await
}
