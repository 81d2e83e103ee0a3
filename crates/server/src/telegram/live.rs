//! Showing an answer while it comes: a draft that streams (Bot API, "sendMessageDraft"), or where there are none, in
//! groups and on old servers, a message that is edited. What is shown may be lost or late without harm: the answer itself
//! is delivered by the [`outbox`](super::outbox), which waits until nothing is shown any more.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use bot_api::{
    Error, Refusal,
    frankenstein::types::{ChatAction, MessageEntity, ReplyMarkup},
    params::{EditMessageText, ReplyTo, SendMessage, SendMessageDraft},
};
use serde_json::json;
use tokio::{sync::Notify, time::Instant};
use uuid::Uuid;

use super::{
    Bot,
    contact::Contact,
    outgoing::{self, keyboard},
    texts::Lang,
};
use crate::{
    app::Shared,
    db::turns::{self, Turn},
    turn::hub::Live,
};

/// How often a draft is sent; it lives for 30 seconds.
const DRAFT: Duration = Duration::from_secs(1);
/// After so long a draft is sent again though nothing is new.
const DRAFT_AGAIN: Duration = Duration::from_secs(20);
/// How soon what had to give way is tried again.
const SOON: Duration = Duration::from_millis(100);
/// A first draft that failed so often gives way to edits.
const DRAFT_TRIES: u32 = 2;
/// How often a message is edited, in private and in groups.
const EDIT: Duration = Duration::from_millis(1_500);
const EDIT_IN_GROUP: Duration = Duration::from_millis(3_500);
/// Telegram shows "typing" for five seconds.
const TYPING: Duration = Duration::from_millis(4_500);
/// How often is looked whether a waiting message's turn has come.
const LOOK: Duration = Duration::from_millis(300);
/// The longest that a call may hold up the answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// For how long a server that knows no drafts is not asked again.
const NO_DRAFTS: Duration = Duration::from_secs(3600);
/// What a waiting message is marked with.
const WAITS: &str = "👀";

struct Show {
    app: Shared,
    bot: Arc<Bot>,
    turn: Turn,
    live: Arc<Live>,
    chat_id: i64,
    thread: Option<i64>,
    private: bool,
    reply_to: Option<i64>,
    message_id: Option<i64>,
    lang: Lang,
}

/// Shows a turn's answer while it comes, if it is on this node and not shown already.
pub(super) fn show(app: &Shared, bot: &Arc<Bot>, contact: &Contact, message_id: Option<i64>, turn: Turn) {
    let Some(live) = app.hub.find(turn.id) else { return };
    let gone = Arc::new(Notify::new());
    {
        let mut shown = bot.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.contains_key(&turn.id) {
            return;
        }
        shown.insert(turn.id, gone.clone());
    }
    let guard = Shown { bot: bot.clone(), turn_id: turn.id, gone };
    let chat = &contact.chat;
    let show = Show {
        app: app.clone(),
        bot: bot.clone(),
        turn,
        live,
        chat_id: chat.chat_id,
        thread: (chat.thread_id != 0).then_some(chat.thread_id),
        private: chat.is_private(),
        reply_to: contact.place(message_id).reply_to,
        message_id,
        lang: contact.lang,
    };
    app.tasks.spawn(async move {
        show.run().await;
        drop(guard);
    });
}

/// That an answer is being shown; what is sent last waits for its end, however that comes.
struct Shown {
    bot: Arc<Bot>,
    turn_id: Uuid,
    gone: Arc<Notify>,
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.bot.shown.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.turn_id);
        self.gone.notify_waiters();
    }
}

/// Waits until a turn's answer is not shown any more.
pub(super) async fn until_gone(bot: &Bot, turn_id: Uuid) {
    while let Some(gone) = bot.is_shown(turn_id) {
        let notified = gone.notified();
        tokio::pin!(notified);
        // Registered before the look, so that no end between the two is missed.
        notified.as_mut().enable();
        if bot.is_shown(turn_id).is_none() {
            return;
        }
        notified.await;
    }
}

impl Show {
    async fn run(self) {
        let came = self.wait().await;
        if came && self.private && self.bot.has_drafts() && self.drafts().await {
            return;
        }
        if came {
            self.edits().await;
        }
    }

    fn is_over(&self) -> bool {
        self.live.with(|progress| progress.end.is_some())
    }

    /// Waits until the turn runs, the message marked meanwhile; false when it has ended before.
    async fn wait(&self) -> bool {
        if self.app.hub.is_next(&self.live) {
            return !self.is_over();
        }
        self.mark(true).await;
        while !self.app.hub.is_next(&self.live) && !self.is_over() {
            tokio::time::sleep(LOOK).await;
        }
        self.mark(false).await;
        !self.is_over()
    }

    async fn mark(&self, waits: bool) {
        let Some(message_id) = self.message_id else { return };
        let reaction = if waits { json!([{"type": "emoji", "emoji": WAITS}]) } else { json!([]) };
        let params = json!({"chat_id": self.chat_id, "message_id": message_id, "reaction": reaction});
        let call = self.bot.api.call::<_, serde_json::Value>("setMessageReaction", &params);
        if let Ok(Err(error)) = tokio::time::timeout(PATIENCE, call).await {
            tracing::debug!(%error, "a waiting message could not be marked");
        }
    }

    /// Waits for the next moment to show something; false when it is over.
    async fn pause(&self, until: Instant) -> bool {
        tokio::select! {
            _ = self.live.ended() => false,
            () = tokio::time::sleep_until(until) => !self.is_over(),
        }
    }

    /// Streams drafts; false when this server knows none.
    async fn drafts(&self) -> bool {
        let (mut shown, mut sent_at, mut next) = (None, Instant::now(), Instant::now());
        let mut failures = 0;
        while self.pause(next).await {
            next = Instant::now() + DRAFT;
            let text = self.live.with(|progress| progress.text.clone());
            let is_new = shown != Some(text.len());
            if !(is_new || sent_at.elapsed() >= DRAFT_AGAIN) {
                continue;
            }
            if !self.bot.pace.spare() {
                // Soon again: of answers that began together it would be the same one's turn each time.
                next = Instant::now() + SOON;
                continue;
            }
            let part = bot_text::draft(&text);
            let entities = entities(&part);
            let draft = SendMessageDraft {
                chat_id: self.chat_id,
                draft_id: draft_id(self.turn.id),
                message_thread_id: self.thread,
                text: &part.text,
                entities: &entities,
                can_stop: true,
                keep_on_stop: false,
            };
            match tokio::time::timeout(PATIENCE, self.bot.api.send_message_draft(&draft)).await {
                Ok(Err(Error::Refused { reason: Refusal::DraftsUnsupported, .. })) => {
                    tracing::info!("this Bot API server has no drafts: answers are shown by edits");
                    self.bot.without_drafts();
                    return false;
                }
                Ok(Err(error)) => {
                    failures += 1;
                    match self.failed(&error) {
                        // Perhaps it knows none, and has other words for it.
                        Some(_) if shown.is_none() && failures == DRAFT_TRIES => return false,
                        Some(pause) => next = Instant::now() + pause,
                        None => return true,
                    }
                }
                Ok(Ok(())) => (shown, sent_at) = (Some(text.len()), Instant::now()),
                Err(_) => {}
            }
        }
        true
    }

    /// What to do after a call that failed: wait so long, or show nothing more.
    fn failed(&self, error: &Error) -> Option<Duration> {
        tracing::debug!(turn_id = %self.turn.id, %error, "an answer could not be shown while it came");
        match error {
            Error::TooManyRequests { retry_after } => {
                self.bot.pace.pause(self.chat_id, *retry_after);
                Some(*retry_after)
            }
            Error::Refused { reason: Refusal::ChatGone | Refusal::Unauthorized, .. } => None,
            _ => Some(DRAFT),
        }
    }

    /// Shows that the bot types, then the text in a message that is edited.
    async fn edits(&self) {
        let interval = if self.private { EDIT } else { EDIT_IN_GROUP };
        let (mut message, mut shown, mut next) = (None, String::new(), Instant::now());
        let mut typed: Option<Instant> = None;
        while self.pause(next).await {
            next = Instant::now() + LOOK;
            let text = self.live.with(|progress| progress.text.clone());
            let part = bot_text::draft(&text);
            if part.text.is_empty() {
                if typed.is_none_or(|at| at.elapsed() >= TYPING) && self.bot.pace.spare() {
                    typed = Some(Instant::now());
                    let typing = self.bot.api.send_chat_action(self.chat_id, self.thread, ChatAction::Typing);
                    drop(tokio::time::timeout(PATIENCE, typing).await);
                }
                continue;
            }
            if part.text == shown || (message.is_some() && !self.bot.pace.spare_in(self.chat_id)) {
                continue;
            }
            next = Instant::now() + interval;
            let outcome = match message {
                None => {
                    self.bot.pace.wait(self.chat_id).await;
                    if self.is_over() {
                        return;
                    }
                    self.first(&part).await.map(|id| message = Some(id))
                }
                Some(id) => self.edit(id, &part).await,
            };
            match outcome {
                Ok(()) => shown = part.text,
                // Whether the message stands is not known, and a second one would be one too many.
                Err(error) if message.is_none() && error.may_have_acted() => return,
                Err(error) => match self.failed(&error) {
                    Some(pause) => next = Instant::now() + pause.max(interval),
                    None => return,
                },
            }
        }
    }

    async fn first(&self, part: &bot_text::Part) -> Result<i64, Error> {
        let markup = keyboard(&[vec![outgoing::stop(self.lang, self.turn.id)]]).map(ReplyMarkup::InlineKeyboardMarkup);
        let entities = entities(part);
        let params = SendMessage {
            chat_id: self.chat_id,
            message_thread_id: self.thread,
            text: &part.text,
            entities: &entities,
            reply_parameters: self.reply_to.map(|message_id| ReplyTo { message_id, allow_sending_without_reply: true }),
            reply_markup: markup.as_ref(),
            ..SendMessage::default()
        };
        let sent = self.bot.api.send_message(&params).await?;
        let (turn_id, message_id) = (self.turn.id, sent.message_id);
        let noted = self.app.db.write(move |tx| Box::pin(turns::set_live_message(tx, turn_id, message_id))).await;
        if let Err(error) = noted {
            tracing::warn!(%error, %turn_id, "the message that shows an answer could not be noted");
        }
        Ok(message_id)
    }

    async fn edit(&self, message_id: i64, part: &bot_text::Part) -> Result<(), Error> {
        let markup = keyboard(&[vec![outgoing::stop(self.lang, self.turn.id)]]);
        let entities = entities(part);
        let params = EditMessageText {
            chat_id: self.chat_id,
            message_id,
            text: &part.text,
            entities: &entities,
            reply_markup: markup.as_ref(),
            ..EditMessageText::default()
        };
        match tokio::time::timeout(PATIENCE, self.bot.api.edit_message_text(&params)).await {
            Ok(Err(error)) if error.refusal() != Some(Refusal::MessageNotModified) => Err(error),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

impl Bot {
    fn has_drafts(&self) -> bool {
        let until = *self.no_drafts_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_none_or(|until| until <= Instant::now())
    }

    fn without_drafts(&self) {
        let until = Instant::now() + NO_DRAFTS;
        *self.no_drafts_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
    }
}

/// The number of a turn's draft: not zero (Bot API, "sendMessageDraft").
fn draft_id(turn_id: Uuid) -> i64 {
    i64::from((turn_id.as_u128() as u32) >> 1 | 1)
}

/// A part's entities as Telegram wants them.
pub(super) fn entities(part: &bot_text::Part) -> Vec<MessageEntity> {
    // Written as Bot API's `MessageEntity`, so they are read as it.
    part.entities.iter().filter_map(|entity| serde_json::from_value(json!(entity)).ok()).collect()
}
