//! First contact: an account, its free plan, and the device signed in.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::{
    account::{
        profile::Person,
        tokens::{NewDevice, Pair},
    },
    app::App,
    billing::subscription,
    db::{
        Conn, Result,
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
        gender: person.gender,
        name: Some(person.name.into_inner()),
        age: person.age,
        age_stated_at: person.age.map(|_| now),
        language,
        ..User::new(app.new_id(), now)
    };
    let device = NewDevice::new(app, device);
    let rows = Arc::new((user.clone(), device.clone(), app.zone.clone()));
    app.db
        .write(move |tx| {
            let rows = rows.clone();
            Box::pin(async move {
                let (user, device, zone) = &*rows;
                add(tx, user, zone).await?;
                device.sign_in(tx, user.id).await
            })
        })
        .await?;
    Ok((user, device.pair()))
}

/// Adds a person, with a free plan like everybody's.
pub async fn add(tx: &mut Conn<'_>, user: &User, zone: &TimeZone) -> Result<()> {
    users::insert(tx, user).await?;
    subscription::begin_free(tx, user.id, user.created_at, zone).await.map(drop)
}
