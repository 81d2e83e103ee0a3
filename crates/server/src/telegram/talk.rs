//! From a message to a turn.

use std::sync::Arc;

use bot_api::incoming::{EntityKind, Message};
use uuid::Uuid;

use super::{
    Bot,
    contact::Contact,
    inbox::{Effects, Unseen},
    live,
    outgoing::{Button, Outgoing},
    texts::{Lang, text},
};
use crate::{
    app::{App, Shared},
    db::{Result, Ts, plans::Unit, sessions::Channel, subscriptions::Subscription, telegram_chats, turns},
    dialogue,
    turn::{
        self, Asked, NewTurn,
        start::{Over, Refusal},
        stop,
    },
};

/// What a message says to the bot.
pub(super) enum Words {
    /// A text for the model.
    Text(String),
    /// A command.
    Command(Command),
    /// Nothing that can be read.
    Unreadable,
}

/// `/name@bot argument`
pub(super) struct Command {
    pub(super) name: String,
    pub(super) argument: String,
}

/// What a message says to the bot; none when it is not for it. In a group it is when it mentions the bot, answers it, or
/// is a command that names it or nobody.
pub(super) fn addressed(bot: &Bot, message: &Message) -> Option<Words> {
    let private = message.chat.is_private();
    let username = bot.username().unwrap_or_default();
    let Some((words, entities)) = message.words() else {
        return (private && message.media.is_some()).then_some(Words::Unreadable);
    };
    if message.media.is_some() {
        return (private || answers(bot, message) || mention(bot, words, entities).is_some())
            .then_some(Words::Unreadable);
    }
    if let Some(command) = command(words) {
        return match words.split_whitespace().next().and_then(|word| word.split_once('@')) {
            Some((_, to)) if !to.eq_ignore_ascii_case(username) => None,
            _ => Some(Words::Command(command)),
        };
    }
    if private {
        return Some(Words::Text(words.to_owned()));
    }
    match mention(bot, words, entities) {
        Some(rest) => Some(Words::Text(rest)),
        None if answers(bot, message) => Some(Words::Text(words.to_owned())),
        None => None,
    }
}

fn command(words: &str) -> Option<Command> {
    let (head, argument) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let name = head.strip_prefix('/')?.split('@').next().unwrap_or_default();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then(|| Command { name: name.to_ascii_lowercase(), argument: argument.trim().to_owned() })
}

/// Whether it answers something that the bot said. In a topic every message answers the one that opened it.
fn answers(bot: &Bot, message: &Message) -> bool {
    let own = bot.me.get().map(|me| me.id);
    message.reply_to_message.as_ref().is_some_and(|to| {
        to.from.as_ref().map(|from| from.id) == own && Some(to.message_id) != message.message_thread_id
    })
}

/// The text without the mention of the bot, if there is one.
fn mention(bot: &Bot, words: &str, entities: &[bot_api::incoming::Entity]) -> Option<String> {
    let me = bot.me.get()?;
    let name = format!("@{}", me.username.as_deref()?);
    let found = entities.iter().find_map(|entity| {
        let of = entity.of(words)?;
        let named = entity.kind == EntityKind::Mention && of.eq_ignore_ascii_case(&name);
        let pointed = entity.user.as_ref().is_some_and(|user| user.id == me.id);
        (named || pointed).then_some((of, named))
    })?;
    let rest = match found {
        (of, true) => words.replacen(of, "", 1),
        _ => words.to_owned(),
    };
    let rest = rest.trim();
    (!rest.is_empty()).then(|| rest.to_owned())
}

/// The topic a message belongs to, or 0.
pub(super) fn thread(message: &Message) -> i64 {
    message.message_thread_id.filter(|_| message.is_topic_message).unwrap_or(0)
}

/// Starts a turn with a text; what is said when it is refused.
pub(super) async fn say(
    app: &Shared,
    bot: &Arc<Bot>,
    contact: &Contact,
    message_id: i64,
    words: String,
) -> Result<Effects, Unseen> {
    let most = app.config.limits.message_chars;
    let place = contact.place(Some(message_id));
    let words = words.replace('\0', "");
    if words.trim().is_empty() {
        return Ok(Effects::default());
    }
    if words.len() > most && words.chars().count() > most {
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let told = text(contact.lang, "text-too-long", &[("limit", limit.into())]);
        return Ok(Effects::say(place, Outgoing::new(told)));
    }
    let key = format!("telegram:{}:{message_id}", contact.chat.chat_id);
    let mut session_id = session(app, contact).await?;
    for _ in 0..2 {
        let new = NewTurn {
            user_id: contact.user.id,
            session_id,
            asked: Asked::Message(words.clone()),
            channel: Channel::Telegram,
            key: Some(key.clone()),
            deliver_to: Some(place.to_json()),
            over: None,
        };
        match begin(app, bot, contact, Some(message_id), new).await? {
            Begun::Told(effects) => return Ok(effects),
            // Ended or deleted elsewhere: the words belong to a new one.
            Begun::NoSession => session_id = new_session(app, contact).await?,
        }
    }
    Ok(Effects::say(place, Outgoing::new(text(contact.lang, "failed-internal", &[]))))
}

/// Starts another answer to a message; what is said when it is refused.
pub(super) async fn again(
    app: &Shared,
    bot: &Arc<Bot>,
    contact: &Contact,
    question: Uuid,
    key: String,
) -> Result<Effects, Unseen> {
    let place = contact.place(None);
    let message = {
        let mut reader = app.db.read().await?;
        crate::db::messages::find(&mut reader.conn(), contact.user.id, question).await?
    };
    let gone = || Effects::say(place, Outgoing::new(text(contact.lang, "old-button", &[])));
    let Some(message) = message else { return Ok(gone()) };
    let new = NewTurn {
        user_id: contact.user.id,
        session_id: message.session_id,
        asked: Asked::Again(question),
        channel: Channel::Telegram,
        key: Some(key),
        deliver_to: Some(place.to_json()),
        over: None,
    };
    Ok(match begin(app, bot, contact, None, new).await? {
        Begun::Told(effects) => effects,
        Begun::NoSession => gone(),
    })
}

enum Begun {
    Told(Effects),
    NoSession,
}

async fn begin(
    app: &Shared,
    bot: &Arc<Bot>,
    contact: &Contact,
    message_id: Option<i64>,
    new: NewTurn,
) -> Result<Begun, Unseen> {
    let place = contact.place(message_id);
    let lang = contact.lang;
    let told = |message: Outgoing| Ok(Begun::Told(Effects::say(place, message)));
    match turn::start(app, new).await {
        Ok(started) => {
            live::show(app, bot, contact, message_id, started.turn);
            Ok(Begun::Told(Effects::default()))
        }
        // It was asked before the crash that made this a repetition.
        Err(Refusal::KeyReused) => Ok(Begun::Told(Effects::default())),
        Err(Refusal::NotFound | Refusal::SessionEnded) => Ok(Begun::NoSession),
        Err(Refusal::Spent(subscription)) => told(spent(app, lang, &subscription)),
        Err(Refusal::Over(Over::Waiting)) => told(Outgoing::new(text(lang, "too-many-waiting", &[]))),
        Err(Refusal::Over(Over::Node)) => told(Outgoing::new(text(lang, "busy", &[]))),
        Err(Refusal::Over(Over::Pace(seconds))) => {
            let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
            told(Outgoing::new(text(lang, "too-fast", &[("seconds", seconds.into())])))
        }
        Err(Refusal::Closing) => Err(Unseen::Closing),
        // The next try finds it.
        Err(Refusal::KeyTaken) => Err(sqlx::Error::RowNotFound.into()),
        Err(Refusal::Nobody) => Err(sqlx::Error::RowNotFound.into()),
        Err(Refusal::Database(error)) => Err(error.into()),
    }
}

fn spent(app: &App, lang: Lang, subscription: &Subscription) -> Outgoing {
    let unit = match subscription.unit {
        Unit::Requests => "requests",
        Unit::Tokens => "tokens",
    };
    let renews = subscription.counts_until().map_or_else(|| "none".to_owned(), |end| date(app, lang, end));
    let arguments =
        [("limit", subscription.usage_limit.into()), ("unit", unit.into()), ("renews", renews.as_str().into())];
    Outgoing::new(text(lang, "quota-spent", &arguments)).row([Button::new(lang, "button-plan", "plan")])
}

/// A day, as people write it.
pub(super) fn date(app: &App, lang: Lang, at: Ts) -> String {
    let format = match lang {
        Lang::Ru => "%d.%m.%Y",
        Lang::En => "%-d %b %Y",
    };
    at.to_timestamp().to_zoned(app.zone.clone()).strftime(format).to_string()
}

/// The dialogue that goes on here, or a new one. It is asked for anew each time: of two messages that are seen to
/// together, the first may have begun it.
async fn session(app: &App, contact: &Contact) -> Result<Uuid> {
    let current = {
        let mut reader = app.db.read().await?;
        telegram_chats::session(&mut reader.conn(), contact.chat.id).await?
    };
    match current {
        Some(id) => Ok(id),
        None => new_session(app, contact).await,
    }
}

/// Begins a dialogue that goes on here.
pub(super) async fn new_session(app: &App, contact: &Contact) -> Result<Uuid> {
    let session = dialogue::begin(app, contact.user.id, Channel::Telegram, None, None).await?;
    let (chat, id) = (contact.chat.id, session.id);
    app.db.write(move |tx| Box::pin(telegram_chats::set_session(tx, chat, Some(id)))).await?;
    Ok(id)
}

/// Stops the answer that is coming, if there is one.
pub(super) async fn stop_current(app: &Shared, user_id: Uuid, session_id: Uuid) -> Result<bool> {
    let open = {
        let mut reader = app.db.read().await?;
        turns::first_open(&mut reader.conn(), user_id, session_id).await?
    };
    match open {
        Some(turn) => stop::ask(app, &turn).await.map(|()| true),
        None => Ok(false),
    }
}
