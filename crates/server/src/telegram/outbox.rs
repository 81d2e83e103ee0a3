//! Sending what is to be sent: in order within a chat, at Telegram's pace, until it is there.
//!
//! That a message is on its way is committed before the call, and that it was sent after it. So whatever happens, a
//! crash included, it is known whether it can have arrived: if it surely has not it is tried again, if nobody knows it is
//! repeated once, as an answer is rather seen twice than never.

use std::{future::Future, sync::Arc, time::Duration};

use bot_api::{
    Error, Refusal,
    frankenstein::types::{InlineKeyboardMarkup, ReplyMarkup},
    params::{EditMessageText, ReplyTo, SendDocument, SendMessage},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Bot, ROLE,
    busy::Busy,
    content::{self, Content, Part},
    live,
};
use crate::{
    app::Shared,
    db::{
        Result,
        deliveries::{self, Delivery, Outcome},
        telegram_chats,
    },
};

/// How often is looked for what is to be sent.
const LOOK: Duration = Duration::from_millis(500);
const CHATS: i64 = 1_000;
/// How long a node that has just got the role is silent.
const FIRST_PAUSE: Duration = Duration::from_millis(1_100);
/// The longest pause between tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// So many refusals for an unknown reason end a delivery; so many calls of unknown outcome end the repeating of a message.
const TRIES: i64 = 6;

/// Sends until `over`.
pub(super) async fn run(app: &Shared, bot: &Arc<Bot>, over: &CancellationToken) {
    // Whoever had the role a moment ago may have sent in this second as much as Telegram takes.
    tokio::select! {
        () = over.cancelled() => return,
        () = tokio::time::sleep(FIRST_PAUSE) => {}
    }
    let busy = Busy::default();
    let workers = TaskTracker::new();
    while !over.is_cancelled() {
        let now = app.clock.now();
        let chats = async { deliveries::chats(&mut app.db.read().await?.conn(), now, CHATS).await };
        match chats.await {
            Ok(chats) => {
                for chat in chats {
                    let Some(claim) = busy.claim(chat) else { continue };
                    let (app, bot, over) = (app.clone(), bot.clone(), over.clone());
                    let tasks = app.tasks.clone();
                    tasks.spawn(workers.track_future(async move {
                        if let Err(error) = send_to(&app, &bot, chat, &over).await {
                            tracing::warn!(%error, "deliveries cannot be read or noted yet");
                        }
                        drop(claim);
                    }));
                }
            }
            Err(error) => tracing::warn!(%error, "deliveries cannot be read yet"),
        }
        tokio::select! {
            () = over.cancelled() => {}
            () = bot.to_send.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    workers.close();
    workers.wait().await;
}

/// Sends to a chat whatever is due, one message after the other.
async fn send_to(app: &Shared, bot: &Bot, chat: i64, over: &CancellationToken) -> Result<()> {
    while !over.is_cancelled() {
        let delivery = {
            let mut reader = app.db.read().await?;
            deliveries::next(&mut reader.conn(), chat).await?
        };
        let Some(delivery) = delivery.filter(|d| d.run_at <= app.clock.now()) else { return Ok(()) };
        if delivery.sending {
            // Whoever sent it is gone, and nobody knows what came of it.
            note(app, &delivery, doubt(&delivery, Duration::ZERO, "the process ended meanwhile".into())).await?;
            continue;
        }
        // It is looked again what comes next: something else may have come that goes before.
        if delivery.broadcast_id.is_some() && !pauses_for(bot.pace.behind(chat), over).await {
            continue;
        }
        if let Some(turn_id) = delivery.turn_id {
            live::until_gone(bot, turn_id).await;
        }
        let closed = {
            let mut reader = app.db.read().await?;
            telegram_chats::is_closed(&mut reader.conn(), chat).await?
        };
        if closed {
            note(app, &delivery, Note::End(Outcome::Closed, "the chat is closed".into())).await?;
            continue;
        }
        let content = content::of(app, &delivery).await?;
        let Some(part) = content.parts.get(usize::try_from(delivery.part).unwrap_or(usize::MAX)) else {
            note(app, &delivery, Note::Sent { last: true }).await?;
            continue;
        };
        if delivery.broadcast_id.is_none() {
            tokio::select! {
                () = over.cancelled() => return Ok(()),
                () = bot.pace.wait(chat) => {}
            }
        }
        let (id, node) = (delivery.id, app.node.id);
        if !app.db.write(move |tx| Box::pin(deliveries::sending(tx, id, ROLE, node))).await? {
            return Ok(());
        }
        bot.pace.leave(chat).await;
        let last = delivery.part + 1 == i64::try_from(content.parts.len()).unwrap_or(i64::MAX);
        let outcome = send(bot, &delivery, &content, part).await;
        let label = if outcome.is_ok() { "sent" } else { "failed" };
        metrics::counter!("beseda_telegram_messages_total", "outcome" => label).increment(1);
        let what = match outcome {
            Ok(()) => Note::Sent { last },
            Err(error) => judge(app, bot, &delivery, &error, last).await?,
        };
        note_surely(app, &delivery, what, over).await?;
    }
    Ok(())
}

/// Waits for the turn of what goes behind everything else; whether it is its turn.
async fn pauses_for(turn: impl Future<Output = bool>, over: &CancellationToken) -> bool {
    tokio::select! {
        () = over.cancelled() => false,
        is_next = turn => is_next,
    }
}

/// What follows when nobody knows whether a message arrived. It is repeated, but what is written to many people is
/// rather missed by one of them than seen twice.
fn doubt(delivery: &Delivery, pause: Duration, why: String) -> Note {
    match delivery.broadcast_id {
        Some(_) => Note::End(Outcome::Refused, why),
        None => Note::Doubt(pause, why),
    }
}

/// What a call came to.
enum Note {
    Sent { last: bool },
    Retry(Duration, String),
    Doubt(Duration, String),
    End(Outcome, String),
}

/// What follows from a call that failed.
async fn judge(app: &Shared, bot: &Bot, delivery: &Delivery, error: &Error, last: bool) -> Result<Note> {
    let told = error.to_string();
    tracing::warn!(delivery = %delivery.id, error = told, "a message was not sent");
    let pause = Duration::from_secs(1 << delivery.attempts.clamp(0, 6)).min(LONGEST_PAUSE);
    Ok(match error {
        Error::TooManyRequests { retry_after } => {
            bot.pace.pause(delivery.chat_id, *retry_after);
            Note::Retry(*retry_after, told)
        }
        Error::NotSent { .. } => Note::Retry(pause, told),
        Error::Unknown { .. } if delivery.doubts + 1 >= TRIES => {
            tracing::error!(delivery = %delivery.id, "nobody knows whether a message arrived");
            Note::Sent { last }
        }
        Error::Unknown { .. } => doubt(delivery, Duration::from_secs(1), told),
        Error::Refused { reason: Refusal::MessageNotModified, .. } => Note::Sent { last },
        Error::Refused { reason: Refusal::ChatGone, .. } => {
            close(app, delivery.chat_id).await?;
            Note::End(Outcome::Closed, told)
        }
        Error::Refused { reason: Refusal::Migrated { to_chat_id }, .. } => {
            let (from, to) = (delivery.chat_id, *to_chat_id);
            app.db.write(move |tx| Box::pin(telegram_chats::migrate(tx, from, to))).await?;
            Note::Retry(Duration::ZERO, told)
        }
        Error::Refused { reason: Refusal::Unauthorized, .. } => Note::Retry(LONGEST_PAUSE, told),
        Error::Refused { .. } if delivery.attempts + 1 >= TRIES => {
            tracing::error!(delivery = %delivery.id, error = told, "a message is given up");
            Note::End(Outcome::Refused, told)
        }
        Error::Refused { .. } => Note::Retry(pause, told),
    })
}

/// Nothing is sent to a chat any more.
async fn close(app: &Shared, chat_id: i64) -> Result<()> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                telegram_chats::set_closed(tx, chat_id, Some(now)).await?;
                deliveries::close_chat(tx, chat_id, now).await.map(drop)
            })
        })
        .await
}

/// Notes what became of a call, again and again while the database does not take it: nobody else knows it, and what is
/// not noted would be sent once more.
async fn note_surely(app: &Shared, delivery: &Delivery, what: Note, over: &CancellationToken) -> Result<()> {
    let what = Arc::new(what);
    loop {
        let is_last_try = over.is_cancelled();
        match write(app, delivery, what.clone()).await {
            Err(error) if !is_last_try => {
                tracing::warn!(delivery = %delivery.id, %error, "what became of a message cannot be noted yet");
                tokio::select! {
                    () = over.cancelled() => {}
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
            written => return written,
        }
    }
}

async fn note(app: &Shared, delivery: &Delivery, what: Note) -> Result<()> {
    write(app, delivery, Arc::new(what)).await
}

async fn write(app: &Shared, delivery: &Delivery, note: Arc<Note>) -> Result<()> {
    let (id, part, now) = (delivery.id, delivery.part, app.clock.now());
    app.db
        .write(move |tx| {
            let note = note.clone();
            Box::pin(async move {
                match &*note {
                    Note::Sent { last } => deliveries::sent(tx, id, part + 1, last.then_some(now)).await,
                    Note::Retry(pause, why) => deliveries::retry(tx, id, false, now.after(*pause), why).await,
                    Note::Doubt(pause, why) => deliveries::retry(tx, id, true, now.after(*pause), why).await,
                    Note::End(outcome, why) => deliveries::end(tx, id, *outcome, now, why).await,
                }
            })
        })
        .await
}

/// Sends one part. What Telegram refuses for its form alone is sent again in a simpler one.
async fn send(bot: &Bot, delivery: &Delivery, content: &Content, part: &Part) -> Result<(), Error> {
    let thread = (delivery.thread_id != 0).then_some(delivery.thread_id);
    let first = delivery.part == 0;
    let reply = delivery.reply_to.filter(|_| first);
    let edit = content.edits.filter(|_| first);
    let mut form = Form { thread, reply, edit, entities: true };
    loop {
        let error = match call(bot, delivery.chat_id, part, &form).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let simpler = match error.refusal() {
            Some(Refusal::CantParseEntities) if form.entities => Form { entities: false, ..form },
            Some(Refusal::ThreadNotFound) if form.thread.is_some() => Form { thread: None, ..form },
            Some(Refusal::ReplyNotFound) if form.reply.is_some() => Form { reply: None, ..form },
            // The person has deleted what showed it.
            Some(Refusal::MessageNotFound) if form.edit.is_some() => Form { edit: None, ..form },
            _ => return Err(error),
        };
        tracing::debug!(delivery = %delivery.id, %error, "sent again in a simpler form");
        form = simpler;
    }
}

struct Form {
    thread: Option<i64>,
    reply: Option<i64>,
    edit: Option<i64>,
    entities: bool,
}

async fn call(bot: &Bot, chat_id: i64, part: &Part, form: &Form) -> Result<(), Error> {
    let reply_parameters = form.reply.map(|message_id| ReplyTo { message_id, allow_sending_without_reply: true });
    match part {
        Part::Text { text, entities, keyboard } => {
            let entities = if form.entities { entities.as_slice() } else { &[] };
            if let Some(message_id) = form.edit {
                let reply_markup = keyboard.as_ref();
                let params =
                    EditMessageText { chat_id, message_id, text, entities, reply_markup, ..EditMessageText::default() };
                return bot.api.edit_message_text(&params).await;
            }
            let markup = markup(keyboard.as_ref());
            let params = SendMessage {
                chat_id,
                message_thread_id: form.thread,
                text,
                entities,
                reply_parameters,
                reply_markup: markup.as_ref(),
                ..SendMessage::default()
            };
            bot.api.send_message(&params).await.map(drop)
        }
        Part::File { name, content, caption } => {
            let params = SendDocument {
                chat_id,
                message_thread_id: form.thread,
                file_name: name,
                content: content.clone(),
                caption,
                ..SendDocument::default()
            };
            bot.api.send_document(params).await.map(drop)
        }
    }
}

fn markup(keyboard: Option<&InlineKeyboardMarkup>) -> Option<ReplyMarkup> {
    keyboard.cloned().map(ReplyMarkup::InlineKeyboardMarkup)
}
