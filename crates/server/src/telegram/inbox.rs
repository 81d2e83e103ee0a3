//! Seeing to what came in: in the order of each chat, chats independent of each other.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use bot_api::{
    Incoming, Update,
    incoming::{ChatMemberUpdated, Message, MessageGenerationStopped},
};
use futures_util::FutureExt as _;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use super::{
    Bot,
    busy::Busy,
    buttons, commands,
    contact::{self, Contact},
    joining::{self, Joined},
    onboarding,
    outgoing::Outgoing,
    stars, talk,
};
use crate::{
    app::Shared,
    db::{
        Result, deliveries,
        deliveries::Place,
        is_away, telegram_chats,
        telegram_updates::{self, Pending},
    },
};

/// How often is looked for what other nodes have kept.
const LOOK: Duration = Duration::from_millis(300);
/// Chats looked at together, and updates of one chat.
const CHATS: i64 = 1_000;
const UPDATES: i64 = 50;
/// After so many failures that are not the database's absence, an update is given up.
const TRIES: u32 = 4;

/// What is to be done with an update, in one transaction with having seen to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Effects {
    /// What the bot says.
    pub(super) say: Vec<(Place, Outgoing)>,
    /// What it waits to be told from now on.
    pub(super) asked: Option<Option<onboarding::Asked>>,
    /// The dialogue that goes on from now on.
    pub(super) session: Option<Option<Uuid>>,
}

impl Effects {
    /// One message and nothing else.
    pub(super) fn say(place: Place, message: Outgoing) -> Self {
        Self { say: vec![(place, message)], ..Self::default() }
    }

    /// The same with another message.
    pub(super) fn and_say(mut self, place: Place, message: Outgoing) -> Self {
        self.say.push((place, message));
        self
    }

    /// The same, waiting for an answer, or no longer for one.
    pub(super) fn and_ask(self, asked: Option<onboarding::Asked>) -> Self {
        Self { asked: Some(asked), ..self }
    }
}

/// Why an update was not seen to.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unseen {
    /// The service is stopping: the next process sees to it.
    #[error("the service is stopping")]
    Closing,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Sees to what comes in until `over`.
pub(super) async fn run(app: &Shared, bot: &Arc<Bot>, over: &CancellationToken) {
    let busy = Busy::default();
    let workers = TaskTracker::new();
    while !over.is_cancelled() {
        let chats = async { telegram_updates::chats(&mut app.db.read().await?.conn(), CHATS).await };
        match chats.await {
            Ok(chats) => {
                for chat in chats {
                    let Some(claim) = busy.claim(chat) else { continue };
                    let (app, bot, over) = (app.clone(), bot.clone(), over.clone());
                    let tasks = app.tasks.clone();
                    tasks.spawn(workers.track_future(async move {
                        see_to_chat(&app, &bot, chat, &over).await;
                        drop(claim);
                        // What came between the last look and this line.
                        bot.heard.notify_one();
                    }));
                }
            }
            Err(error) => tracing::warn!(%error, "what came in cannot be read yet"),
        }
        tokio::select! {
            () = over.cancelled() => {}
            () = bot.heard.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    workers.close();
    workers.wait().await;
}

/// Sees to a chat's updates, one after the other, until there are none.
async fn see_to_chat(app: &Shared, bot: &Arc<Bot>, chat: i64, over: &CancellationToken) {
    let (mut failures, mut failed) = (0, None);
    // Without its name the bot can't tell what a group (their numbers are negative) says to it.
    while chat < 0 && bot.me.get().is_none() && !over.is_cancelled() {
        tokio::time::sleep(LOOK).await;
    }
    while !over.is_cancelled() {
        let pending = async { telegram_updates::pending(&mut app.db.read().await?.conn(), chat, UPDATES).await };
        let (error, update_id): (Unseen, i64) = match pending.await {
            Ok(pending) if pending.is_empty() => return,
            Ok(pending) => {
                let first = pending[0].update_id;
                if failed != Some(first) {
                    (failures, failed) = (0, Some(first));
                }
                let seen = AssertUnwindSafe(see_to_first(app, bot, &pending)).catch_unwind().await;
                match seen {
                    Ok(Ok(())) => continue,
                    Ok(Err(error)) => (error, first),
                    // The panic itself was logged by the hook.
                    Err(_) => (sqlx::Error::WorkerCrashed.into(), first),
                }
            }
            Err(error) => (error.into(), 0),
        };
        let away = matches!(&error, Unseen::Closing) || matches!(&error, Unseen::Database(e) if is_away(e));
        failures += u32::from(!away);
        tracing::warn!(%error, update_id, failures, "an update cannot be seen to yet");
        if failures >= TRIES {
            tracing::error!(update_id, "an update is given up");
            if settle(app, bot, update_id, None, Effects::default()).await.is_ok() {
                failures = 0;
            }
        }
        tokio::select! {
            () = over.cancelled() => {}
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
        }
    }
}

async fn see_to_first(app: &Shared, bot: &Arc<Bot>, pending: &[Pending]) -> Result<(), Unseen> {
    let first = &pending[0];
    let update = first.payload.as_deref().and_then(|payload| Update::parse(payload.as_bytes()).ok());
    let (contact, effects) = match update.map(|update| update.kind()) {
        Some(Incoming::Message(message)) if stars::money(app, bot, first, &message).await? => Default::default(),
        Some(Incoming::Subscription(update)) => {
            stars::changed(app, first, &update).await?;
            (None, Effects::default())
        }
        Some(Incoming::Message(message)) => match message.text {
            Some(_) => match joining::whole(app, pending, *message).await? {
                Joined::Whole(message) => see_to_message(app, bot, &message).await?,
                Joined::More(pause) => {
                    tokio::time::sleep(pause).await;
                    return Ok(());
                }
            },
            None => see_to_message(app, bot, &message).await?,
        },
        Some(Incoming::CallbackQuery(query)) => buttons::press(app, bot, &query).await?,
        Some(Incoming::MyChatMember(change)) => {
            member(app, &change).await?;
            (None, Effects::default())
        }
        Some(Incoming::StoppedMessageGeneration(stopped)) => {
            stop_draft(app, &stopped).await?;
            (None, Effects::default())
        }
        Some(Incoming::EditedMessage(message)) => edited(app, &message).await?,
        // Answered when it came, or not of interest; kept by its number.
        Some(Incoming::PreCheckoutQuery(_) | Incoming::Unknown(_) | Incoming::Malformed { .. }) | None => {
            (None, Effects::default())
        }
    };
    settle(app, bot, first.update_id, contact, effects).await?;
    Ok(())
}

/// Commits what follows from an update, and that it has been seen to.
async fn settle(app: &Shared, bot: &Bot, update_id: i64, contact: Option<Contact>, effects: Effects) -> Result<()> {
    let now = app.clock.now();
    let mut ids: Vec<_> = effects.say.iter().map(|_| app.new_id()).collect();
    // They are of one moment: sorted, they keep the order of what is said.
    ids.sort_unstable();
    let said = !ids.is_empty();
    let work = Arc::new((contact, effects, ids));
    app.db
        .write(move |tx| {
            let work = work.clone();
            Box::pin(async move {
                let (contact, effects, ids) = &*work;
                if let Some(contact) = contact {
                    for ((place, message), id) in effects.say.iter().zip(ids) {
                        let delivery = place.delivery(*id, contact.user.id, now).of_message(message.to_json());
                        deliveries::insert(tx, &delivery).await?;
                    }
                    if let Some(asked) = &effects.asked {
                        let asked = asked.as_ref().map(onboarding::Asked::to_json);
                        telegram_chats::set_asked(tx, contact.chat.id, asked.as_deref()).await?;
                    }
                    if let Some(session) = effects.session {
                        telegram_chats::set_session(tx, contact.chat.id, session).await?;
                    }
                }
                telegram_updates::done(tx, update_id, now).await
            })
        })
        .await?;
    if said {
        bot.wake();
    }
    Ok(())
}

type Seen = (Option<Contact>, Effects);

async fn see_to_message(app: &Shared, bot: &Arc<Bot>, message: &Message) -> Result<Seen, Unseen> {
    if let Some(to) = message.migrate_to_chat_id {
        let from = message.chat.id;
        app.db.write(move |tx| Box::pin(telegram_chats::migrate(tx, from, to))).await?;
        return Ok((None, Effects::default()));
    }
    let Some(sender) = message.from.as_ref().filter(|sender| !sender.is_bot) else { return Ok(Default::default()) };
    let Some(words) = talk::addressed(bot, message) else { return Ok(Default::default()) };
    let contact = contact::meet(app, sender, message.chat.id, talk::thread(message)).await?;
    if contact.user.blocked_at.is_some() {
        return Ok(Default::default());
    }
    if contact.chat.closed_at.is_some() {
        // Who writes wants to hear.
        let chat_id = contact.chat.chat_id;
        app.db.write(move |tx| Box::pin(telegram_chats::set_closed(tx, chat_id, None))).await?;
    }
    let effects = match words {
        talk::Words::Unreadable => Effects::say(
            contact.place(Some(message.message_id)),
            Outgoing::new(super::texts::text(contact.lang, "media-unsupported", &[])),
        ),
        talk::Words::Command(command) => commands::run(app, bot, &contact, message.message_id, &command).await?,
        talk::Words::Text(text) => onboarding::or_talk(app, bot, &contact, message.message_id, text).await?,
    };
    Ok((Some(contact), effects))
}

/// The bot was blocked or let in again: what waits for a chat that is closed will not be sent.
async fn member(app: &Shared, change: &ChatMemberUpdated) -> Result<()> {
    let (chat_id, is_in, now) = (change.chat.id, change.new_chat_member.is_in(), app.clock.now());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                telegram_chats::set_closed(tx, chat_id, (!is_in).then_some(now)).await?;
                if !is_in {
                    deliveries::close_chat(tx, chat_id, now).await?;
                }
                Ok::<_, sqlx::Error>(())
            })
        })
        .await
}

/// The person pressed the stop that Telegram shows on a draft.
async fn stop_draft(app: &Shared, stopped: &MessageGenerationStopped) -> Result<()> {
    let thread = stopped.message_thread_id.unwrap_or(0);
    let chat = {
        let mut reader = app.db.read().await?;
        let chat_id = stopped.chat.id;
        telegram_chats::find(&mut reader.conn(), chat_id, chat_id, thread).await?
    };
    if let Some(chat) = chat
        && let Some(session_id) = chat.session_id
    {
        talk::stop_current(app, chat.user_id, session_id).await?;
    }
    Ok(())
}

/// A changed message is not answered again: the person is told how to.
async fn edited(app: &Shared, message: &Message) -> Result<Seen> {
    let Some(sender) = message.from.as_ref().filter(|_| message.chat.is_private() && message.text.is_some()) else {
        return Ok(Default::default());
    };
    let contact = contact::meet(app, sender, message.chat.id, talk::thread(message)).await?;
    if contact.user.blocked_at.is_some() {
        return Ok(Default::default());
    }
    let text = super::texts::text(contact.lang, "edited-ignored", &[]);
    let effects = Effects::say(contact.place(None), Outgoing::new(text));
    Ok((Some(contact), effects))
}
