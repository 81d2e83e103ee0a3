//! `/profile`: what is known of the person, and changing it.

use uuid::Uuid;

use super::{
    contact::Contact,
    outgoing::{Button, Outgoing},
    texts::{Lang, text},
};
use crate::{
    account::profile::{self, Name},
    app::App,
    db::{
        Result,
        users::{self, Gender},
    },
};

/// A change of one field.
#[derive(Clone, Debug)]
pub(super) enum Change {
    Name(Name),
    Gender(Option<Gender>),
    Age(Option<i16>),
    Language(Lang),
}

/// Changes one field of the person's profile.
pub(super) async fn change(app: &App, user_id: Uuid, change: Change) -> Result<()> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let change = change.clone();
            Box::pin(async move {
                let Some(mut user) = users::find(tx, user_id).await? else { return Ok(()) };
                match change {
                    Change::Name(name) => user.name = Some(name.into_inner()),
                    Change::Gender(gender) => user.gender = gender,
                    Change::Age(age) => (user.age, user.age_stated_at) = (age, age.map(|_| now)),
                    Change::Language(lang) => user.language = Some(lang.tag().into()),
                }
                users::update_profile(tx, &user).await.map(drop)
            })
        })
        .await?;
    app.people.forget(user_id);
    Ok(())
}

/// What is known, with buttons to change it.
pub(super) fn card(app: &App, contact: &Contact) -> Outgoing {
    let (lang, user) = (contact.lang, &contact.user);
    let gender = match user.gender {
        Some(Gender::Male) => "profile-gender-male",
        Some(Gender::Female) => "profile-gender-female",
        Some(Gender::Other) => "profile-gender-other",
        None => "profile-gender-none",
    };
    let gender = text(lang, gender, &[]);
    let age = profile::current_age(user, app.clock.now())
        .map_or_else(|| text(lang, "profile-age-none", &[]), |age| age.to_string());
    let name = user.name.clone().unwrap_or_else(|| text(lang, "profile-name-none", &[]));
    let arguments = [("name", (&name).into()), ("gender", (&gender).into()), ("age", (&age).into())];
    Outgoing::new(text(lang, "profile", &arguments)).row([
        Button::new(lang, "button-edit-name", "edit:name"),
        Button::new(lang, "button-edit-gender", "edit:gender"),
        Button::new(lang, "button-edit-age", "edit:age"),
    ])
}
