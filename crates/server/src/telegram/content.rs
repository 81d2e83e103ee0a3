//! What a delivery consists of: the messages of an answer, or what the bot says on its own.

use bot_api::{
    MAX_TEXT,
    frankenstein::types::{InlineKeyboardMarkup, MessageEntity},
};
use bytes::Bytes;
use uuid::Uuid;

use super::{
    live, notices,
    outgoing::{self, File, Outgoing, keyboard},
    panel,
    texts::{Lang, text},
};
use crate::{
    account::files,
    app::Shared,
    db::{
        Result, broadcasts,
        deliveries::Delivery,
        messages,
        turns::{self, State, Turn},
        users::{self, User},
    },
    problem::Kind,
};

/// The messages of a delivery, in order.
#[derive(Default)]
pub(super) struct Content {
    pub(super) parts: Vec<Part>,
    /// The message that shows the answer already: the first part takes its place.
    pub(super) edits: Option<i64>,
}

/// One message.
pub(super) enum Part {
    Text { text: String, entities: Vec<MessageEntity>, keyboard: Option<InlineKeyboardMarkup> },
    File { name: &'static str, content: Bytes, caption: String },
}

/// Reads what a delivery consists of. Nothing: what it was about is gone.
pub(super) async fn of(app: &Shared, delivery: &Delivery) -> Result<Content> {
    let user = {
        let mut reader = app.db.read().await?;
        users::find(&mut reader.conn(), delivery.user_id).await?
    };
    let Some(user) = user else { return Ok(Content::default()) };
    let lang = Lang::of(user.language.as_deref());
    if let Some(turn_id) = delivery.turn_id {
        let turn = {
            let mut reader = app.db.read().await?;
            turns::find(&mut reader.conn(), delivery.user_id, turn_id).await?
        };
        return match turn {
            Some(turn) => answer(app, lang, &turn).await,
            None => Ok(Content::default()),
        };
    }
    if let Some(id) = delivery.broadcast_id {
        return broadcast(app, lang, &user, id).await;
    }
    let Some(mut message) = message(app, lang, delivery).await? else { return Ok(Content::default()) };
    // Asked again only to find that every part was sent, a link is not made again.
    if message.link.is_some() && delivery.part == 0 {
        let Some(words) = panel::words(app, lang, delivery).await? else { return Ok(Content::default()) };
        message = words;
    }
    let parts = match message.file {
        Some(file) => vec![file_part(app, lang, delivery, file).await],
        None => texts(bot_text::plain(&message.text), message.keyboard()),
    };
    Ok(Content { parts, edits: None })
}

/// What is written to many people; nothing for who was blocked meanwhile.
async fn broadcast(app: &Shared, lang: Lang, user: &User, id: Uuid) -> Result<Content> {
    let found = broadcasts::find(&mut app.db.read().await?.conn(), id).await?;
    let text = found.filter(|_| user.blocked_at.is_none()).map(|found| match lang {
        Lang::Ru => found.text_ru,
        Lang::En => found.text_en,
    });
    let parts = text.map(|text| bot_text::messages(&text)).unwrap_or_default();
    Ok(Content { parts: texts(parts, None), edits: None })
}

/// What the bot says on its own; none when it can't be read, or need not be said any more.
async fn message(app: &Shared, lang: Lang, delivery: &Delivery) -> Result<Option<Outgoing>> {
    let Some(json) = delivery.message.as_deref() else { return Ok(None) };
    if let Ok(notice) = serde_json::from_str::<notices::Kept>(json) {
        return notices::words(app, lang, delivery.user_id, notice).await;
    }
    Ok(serde_json::from_str(json).ok())
}

/// Parts with the buttons under the last.
fn texts(parts: Vec<bot_text::Part>, mut keyboard: Option<InlineKeyboardMarkup>) -> Vec<Part> {
    let last = parts.len().saturating_sub(1);
    let part = |(index, part): (usize, bot_text::Part)| Part::Text {
        entities: live::entities(&part),
        text: part.text,
        keyboard: if index == last { keyboard.take() } else { None },
    };
    parts.into_iter().enumerate().map(part).collect()
}

async fn answer(app: &Shared, lang: Lang, turn: &Turn) -> Result<Content> {
    let (question, answer) = {
        let mut reader = app.db.read().await?;
        let conn = &mut reader.conn();
        let answer = match turn.ai_message_id {
            Some(id) => messages::find(conn, turn.user_id, id).await?,
            None => None,
        };
        (messages::find(conn, turn.user_id, turn.message_id).await?, answer)
    };
    // The dialogue was deleted.
    if question.is_none() {
        return Ok(Content::default());
    }
    let mut parts = answer.as_ref().map(|message| bot_text::messages(&message.message_text)).unwrap_or_default();
    let mark = match turn.state {
        _ if parts.is_empty() => Some(notice(turn)),
        State::Stopped => Some("answer-stopped"),
        State::Interrupted => Some("answer-partial"),
        _ => None,
    };
    if let Some(key) = mark {
        add(&mut parts, &text(lang, key, &[]));
    }
    let mut buttons = vec![outgoing::again(lang, turn.message_id)];
    buttons.extend(answer.map(|answer| outgoing::report(lang, answer.id)));
    let keyboard = keyboard(&[buttons]);
    Ok(Content { parts: texts(parts, keyboard), edits: turn.live_message_id })
}

/// Adds a paragraph of the bot's own below.
fn add(parts: &mut Vec<bot_text::Part>, mark: &str) {
    match parts.last_mut() {
        Some(last) if bot_text::utf16_len(&last.text) + bot_text::utf16_len(mark) + 2 <= MAX_TEXT => {
            last.text.push_str("\n\n");
            last.text.push_str(mark);
        }
        _ => parts.extend(bot_text::plain(mark)),
    }
}

/// Why there is no answer, as a person may read it.
fn notice(turn: &Turn) -> &'static str {
    match turn.problem.as_deref().and_then(Kind::from_slug) {
        Some(Kind::Stopped) => "stopped-empty",
        Some(Kind::ModelTimeout) => "failed-timeout",
        Some(Kind::ModelsResting) => "failed-resting",
        Some(Kind::Interrupted) => "interrupted-notice",
        Some(Kind::Internal) => "failed-internal",
        _ => "failed-model",
    }
}

async fn file_part(app: &Shared, lang: Lang, delivery: &Delivery, file: File) -> Part {
    let told = |key| Part::Text { text: text(lang, key, &[]), entities: Vec::new(), keyboard: None };
    let made = match file {
        File::ExportText => files::readable(app, delivery.user_id, lang).await,
        File::ExportJson => files::json(app, delivery.user_id).await,
    };
    match (made, file) {
        (Ok(content), File::ExportText) => {
            Part::File { name: "beseda.md", content: content.into(), caption: text(lang, "export-caption", &[]) }
        }
        (Ok(content), File::ExportJson) => {
            Part::File { name: "beseda.json", content: content.into(), caption: String::new() }
        }
        (Err(files::ExportError::TooLarge), _) => told("export-too-large"),
        (Err(error), _) => {
            tracing::error!(%error, "the files of an export could not be made");
            told("export-failed")
        }
    }
}
