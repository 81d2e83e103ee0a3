//! First contact: an account, its free plan, and the device signed in.

use std::sync::Arc;

use crate::{
    account::{
        profile::Person,
        tokens::{Issue, Pair},
    },
    app::App,
    billing::subscription,
    db::{
        Result,
        devices::{self, Device},
        users::{self, User},
    },
};

/// Creates the account of a person who has none, with whatever they say of themselves, and signs their device in.
pub async fn register(
    app: &App,
    person: Person,
    device: Option<String>,
    language: Option<String>,
) -> Result<(User, Pair)> {
    let now = app.clock.now();
    let user = User {
        id: app.new_id(),
        telegram_id: None,
        username: None,
        first_name: None,
        last_name: None,
        gender: person.gender,
        created_at: now,
        name: Some(person.name.into_inner()),
        age: person.age,
        age_stated_at: person.age.map(|_| now),
        language,
        time_zone: None,
        companion_name: None,
        companion_gender: None,
        companion_age: None,
        blocked_at: None,
    };
    let device = Device {
        id: app.new_id(),
        user_id: user.id,
        name: device,
        created_at: now,
        last_seen_at: now,
        revoked_at: None,
    };
    let issue = Issue::new(app);
    let rows = Arc::new((user.clone(), device, issue.clone(), app.zone.clone()));
    app.db
        .write(move |tx| {
            let rows = rows.clone();
            Box::pin(async move {
                let (user, device, issue, zone) = &*rows;
                users::insert(tx, user).await?;
                subscription::begin_free(tx, user.id, now, zone).await?;
                devices::insert(tx, device).await?;
                issue.store(tx, user.id, device.id, None).await
            })
        })
        .await?;
    Ok((user, issue.pair()))
}
