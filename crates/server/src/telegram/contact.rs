//! Who speaks, and where: the account and the place, made at the first word.

use std::sync::Arc;

use bot_api::incoming::User as Sender;
use uuid::Uuid;

use super::texts::Lang;
use crate::{
    account::profile::Name,
    app::App,
    billing::subscription,
    db::{
        Result,
        deliveries::Place,
        telegram_chats::{self, Chat},
        users::{self, User},
    },
};

/// A person at a place.
#[derive(Clone, Debug)]
pub(super) struct Contact {
    pub(super) user: User,
    pub(super) chat: Chat,
    /// They have never spoken here before.
    pub(super) is_new: bool,
    pub(super) lang: Lang,
}

impl Contact {
    /// Where to answer them; in a group, what they said is pointed at.
    pub(super) fn place(&self, message_id: Option<i64>) -> Place {
        let reply_to = message_id.filter(|_| !self.chat.is_private());
        Place { chat_id: self.chat.chat_id, thread_id: self.chat.thread_id, reply_to }
    }
}

/// Finds a person at a place, or makes what is missing: the account with its free plan, and the place.
pub(super) async fn meet(app: &App, sender: &Sender, chat_id: i64, thread_id: i64) -> Result<Contact> {
    let now = app.clock.now();
    let lang = Lang::of(sender.language_code.as_deref());
    let stranger = Arc::new(User {
        id: app.new_id(),
        telegram_id: Some(sender.id),
        username: sender.username.clone(),
        first_name: Some(sender.first_name.clone()).filter(|name| !name.is_empty()),
        last_name: sender.last_name.clone(),
        gender: None,
        created_at: now,
        name: Some(address(sender, lang)),
        age: None,
        age_stated_at: None,
        language: Some(sender.language_code.clone().unwrap_or_else(|| lang.tag().into())),
        time_zone: None,
        companion_name: None,
        companion_gender: None,
        companion_age: None,
        blocked_at: None,
    });
    let (place_id, zone) = (app.new_id(), app.zone.clone());
    let met = app.db.write(move |tx| {
        let (stranger, zone) = (stranger.clone(), zone.clone());
        Box::pin(async move {
            let telegram_id = stranger.telegram_id.unwrap_or_default();
            let user = match users::by_telegram_id(tx, telegram_id).await? {
                Some(mut known) => {
                    let told = |user: &User| (user.username.clone(), user.first_name.clone(), user.last_name.clone());
                    if told(&known) != told(&stranger) {
                        (known.username, known.first_name, known.last_name) = told(&stranger);
                        users::update_telegram(tx, &known).await?;
                    }
                    known
                }
                None => {
                    users::insert(tx, &stranger).await?;
                    subscription::begin_free(tx, stranger.id, now, &zone).await?;
                    (*stranger).clone()
                }
            };
            let (chat, is_new) = match telegram_chats::find(tx, telegram_id, chat_id, thread_id).await? {
                Some(chat) => (chat, false),
                None => {
                    let chat = new_chat(place_id, user.id, telegram_id, chat_id, thread_id, now);
                    telegram_chats::insert(tx, &chat).await?;
                    (chat, true)
                }
            };
            Ok::<_, sqlx::Error>((user, chat, is_new))
        })
    });
    let (user, chat, is_new) = met.await?;
    let lang = Lang::of(user.language.as_deref());
    Ok(Contact { user, chat, is_new, lang })
}

fn new_chat(id: Uuid, user_id: Uuid, telegram_id: i64, chat_id: i64, thread_id: i64, now: crate::db::Ts) -> Chat {
    Chat {
        id,
        user_id,
        telegram_id,
        chat_id,
        thread_id,
        session_id: None,
        asked: None,
        created_at: now,
        closed_at: None,
    }
}

/// How to address somebody who has not said so: by Telegram's first name, if it can be a name.
fn address(sender: &Sender, lang: Lang) -> String {
    let clean: String = sender.first_name.chars().filter(|c| !c.is_control()).take(64).collect();
    let stranger = match lang {
        Lang::Ru => "Друг",
        Lang::En => "Friend",
    };
    Name::parse(&clean).map_or_else(|_| stranger.to_owned(), Name::into_inner)
}
