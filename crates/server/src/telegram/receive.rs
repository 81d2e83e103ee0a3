//! What comes in, kept before anything is done about it: each update once, each message of a chat once.

use std::{sync::Arc, time::Duration};

use bot_api::{Error, Incoming, Refusal, Update, params::GetUpdates};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Bot, stars};
use crate::{
    app::Shared,
    config::TelegramMode,
    db::{
        Result,
        telegram_updates::{self, New},
    },
};

/// How long Telegram may keep a poll open, in seconds.
const POLL: u16 = 25;
/// A poll that brings nothing and is shorter than this is followed by a pause as long.
const SHORT: Duration = Duration::from_millis(500);
/// Updates of one poll.
const BATCH: u8 = 100;
/// The longest pause after a poll that failed.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Polls until `over`. With a webhook there is nothing to do here.
pub(super) async fn run(app: &Shared, bot: &Arc<Bot>, over: &CancellationToken) {
    if bot.mode == TelegramMode::Webhook {
        return;
    }
    let (mut offset, mut pause) = (None, Duration::from_millis(500));
    loop {
        let polled = tokio::select! {
            () = over.cancelled() => return,
            polled = poll(app, bot, offset) => polled,
        };
        match polled {
            Ok(next) => {
                offset = next.or(offset);
                pause = Duration::from_millis(500);
            }
            Err(wait) => {
                tokio::select! {
                    () = over.cancelled() => return,
                    () = tokio::time::sleep(wait.unwrap_or(pause)) => {}
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

/// One poll: the next offset. The last one is confirmed by the next poll, that is, once it is committed.
async fn poll(app: &Shared, bot: &Bot, offset: Option<i64>) -> Result<Option<i64>, Option<Duration>> {
    let begun = Instant::now();
    let params = GetUpdates { offset, limit: Some(BATCH), seconds: POLL, allowed_updates: Some(Incoming::KINDS) };
    let updates = bot.api.get_updates(&params).await.map_err(|error| complain(&error))?;
    if updates.unusable > 0 {
        tracing::error!(count = updates.unusable, "updates without a number were left out");
    }
    let next = updates.next_offset();
    if updates.updates.is_empty() && begun.elapsed() < SHORT {
        // A server that does not wait would be asked without end.
        tokio::time::sleep(SHORT).await;
    }
    keep(app, bot, updates.updates).await.map_err(|error| {
        tracing::error!(%error, "updates cannot be kept yet");
        None
    })?;
    Ok(next)
}

fn complain(error: &Error) -> Option<Duration> {
    match error {
        Error::TooManyRequests { retry_after } => Some(*retry_after),
        Error::Refused { reason: Refusal::Conflict, .. } => {
            tracing::warn!("somebody else asks for this bot's updates, or its webhook is set");
            Some(Duration::from_secs(3))
        }
        Error::Refused { reason: Refusal::Unauthorized, .. } => {
            tracing::error!("Telegram does not know the bot's token");
            Some(LONGEST_PAUSE)
        }
        error => {
            tracing::warn!(%error, "updates cannot be asked for");
            None
        }
    }
}

/// Keeps updates and wakes whoever sees to them. When this returns they are committed.
pub(super) async fn keep(app: &Shared, bot: &Bot, updates: Vec<Update>) -> Result<()> {
    if updates.is_empty() {
        return Ok(());
    }
    let mut news = Vec::with_capacity(updates.len());
    for update in updates {
        let incoming = update.kind();
        metrics::counter!("beseda_telegram_updates_total", "kind" => incoming.name()).increment(1);
        match &incoming {
            // It must be answered within ten seconds, whatever else there is to do.
            Incoming::PreCheckoutQuery(query) => stars::check(app, (**query).clone()),
            Incoming::Malformed { kind, column } => {
                tracing::error!(kind, column, update_id = update.id(), "an update cannot be read");
            }
            _ => {}
        }
        let (chat_id, message_id) = place(&incoming);
        news.push(New { update_id: update.id(), chat_id, message_id, payload: update.raw().to_owned() });
    }
    let (news, now) = (Arc::new(news), app.clock.now());
    app.db
        .write(move |tx| {
            let news = news.clone();
            Box::pin(async move {
                for update in news.iter() {
                    telegram_updates::keep(tx, update, now).await?;
                }
                Ok::<_, sqlx::Error>(())
            })
        })
        .await?;
    bot.heard.notify_one();
    Ok(())
}

/// The chat in whose order an update is seen to, and the number of a new message.
fn place(incoming: &Incoming) -> (Option<i64>, Option<i64>) {
    match incoming {
        Incoming::Message(message) => (Some(message.chat.id), Some(message.message_id)),
        Incoming::EditedMessage(message) => (Some(message.chat.id), None),
        Incoming::CallbackQuery(query) => (Some(query.message.as_ref().map_or(query.from.id, |m| m.chat.id)), None),
        Incoming::MyChatMember(change) => (Some(change.chat.id), None),
        Incoming::StoppedMessageGeneration(stopped) => (Some(stopped.chat.id), None),
        Incoming::Subscription(change) => (Some(change.user.id), None),
        Incoming::PreCheckoutQuery(_) | Incoming::Unknown(_) | Incoming::Malformed { .. } => (None, None),
    }
}
