//! The account of somebody in Telegram: found, or made, wherever they are met first.

use bot_api::incoming::User as Sender;
use jiff::tz::TimeZone;

use super::texts::Lang;
use crate::{
    account::{profile::Name, registration},
    app::App,
    db::{
        Conn, Result,
        users::{self, User},
    },
};

/// The account that somebody in Telegram would have, had they none.
pub(crate) fn stranger(app: &App, sender: &Sender) -> User {
    let lang = Lang::of(sender.language_code.as_deref());
    User {
        telegram_id: Some(sender.id),
        username: sender.username.clone(),
        first_name: Some(sender.first_name.clone()).filter(|name| !name.is_empty()),
        last_name: sender.last_name.clone(),
        name: Some(address(sender, lang)),
        language: Some(sender.language_code.clone().unwrap_or_else(|| lang.tag().into())),
        ..User::new(app.new_id(), app.clock.now())
    }
}

/// The account of a stranger: the one that they have, as Telegram now calls them, or a new one with its free plan.
pub(crate) async fn find_or_make(tx: &mut Conn<'_>, stranger: &User, zone: &TimeZone) -> Result<User> {
    let Some(mut known) = users::by_telegram_id(tx, stranger.telegram_id.unwrap_or_default()).await? else {
        registration::add(tx, stranger, zone).await?;
        return Ok(stranger.clone());
    };
    let told = |user: &User| (user.username.clone(), user.first_name.clone(), user.last_name.clone());
    if told(&known) != told(stranger) {
        (known.username, known.first_name, known.last_name) = told(stranger);
        users::update_telegram(tx, &known).await?;
    }
    Ok(known)
}

/// How to address somebody who has not said so: by Telegram's first name, if it can be a name.
fn address(sender: &Sender, lang: Lang) -> String {
    let stranger = match lang {
        Lang::Ru => "Друг",
        Lang::En => "Friend",
    };
    Name::nearest(&sender.first_name).map_or_else(|| stranger.to_owned(), Name::into_inner)
}
