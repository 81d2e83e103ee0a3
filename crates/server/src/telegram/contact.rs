//! Who speaks, and where: the account and the place, made at the first word.

use std::sync::Arc;

use bot_api::incoming::User as Sender;
use uuid::Uuid;

use super::{account, texts::Lang};
use crate::{
    app::App,
    db::{
        Result,
        deliveries::Place,
        telegram_chats::{self, Chat},
        users::User,
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
    let stranger = Arc::new(account::stranger(app, sender));
    let (place_id, telegram_id, zone) = (app.new_id(), sender.id, app.zone.clone());
    let met = app.db.write(move |tx| {
        let (stranger, zone) = (stranger.clone(), zone.clone());
        Box::pin(async move {
            let user = account::find_or_make(tx, &stranger, &zone).await?;
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
