//! What a person sees in a chat.

use std::{fmt, time::Instant};

use bytes::Bytes;
use serde::Deserialize as _;
use serde_json::Value;

use super::{
    entities::Entity,
    state::{BOT_ID, Message, State},
};

/// A message as the chat shows it now.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its number in the chat.
    pub message_id: i64,
    /// Its text or caption.
    pub text: String,
    /// What is special in the text.
    pub entities: Vec<Entity>,
    /// The inline keyboard, row by row.
    pub buttons: Vec<Vec<Button>>,
    /// Whether the bot sent it.
    pub from_bot: bool,
    /// How often it was edited.
    pub edits: usize,
    /// The bot's reactions to it, as emoji.
    pub reactions: Vec<String>,
    /// The file that the bot sent.
    pub document: Option<Document>,
    /// The message that it answers.
    pub reply_to: Option<i64>,
    /// The topic that it is in.
    pub thread: Option<i64>,
    /// Whether the bot was told that it has been sent.
    pub told: bool,
    /// When it came.
    pub at: Instant,
    /// "Message", whole.
    pub json: Value,
}

/// "InlineKeyboardButton"
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// Its label.
    pub text: String,
    /// `callback_data`
    pub data: Option<String>,
    /// `url`, or that of a `web_app`.
    pub url: Option<String>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub bytes: Bytes,
}

/// "sendMessageDraft": a message that is still being written.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Drafts of the same id replace each other.
    pub draft_id: i64,
    /// Its text; empty: the person is shown that the bot thinks.
    pub text: String,
    /// What is special in the text.
    pub entities: Vec<Entity>,
    /// The topic that it is in.
    pub thread: Option<i64>,
    /// Whether it has a button to stop it.
    pub can_stop: bool,
    /// Whether it stays when that button is pressed.
    pub keep_on_stop: bool,
    /// When it came.
    pub at: Instant,
}

impl Shown {
    pub(super) fn of(state: &State, message: &Message) -> Self {
        let json = message.json.clone();
        let text = json["text"].as_str().or(json["caption"].as_str()).unwrap_or_default().to_owned();
        let entities = json.get("entities").or(json.get("caption_entities")).and_then(Value::as_array);
        let rows = json["reply_markup"]["inline_keyboard"].as_array();
        let row = |row: &Value| row.as_array().into_iter().flatten().map(Button::of).collect();
        let sending = message.sending.and_then(|index| state.sendings.get(index));
        Self {
            message_id: json["message_id"].as_i64().unwrap_or_default(),
            entities: entities.into_iter().flatten().filter_map(|entity| Entity::deserialize(entity).ok()).collect(),
            buttons: rows.into_iter().flatten().map(row).collect(),
            from_bot: json["from"]["id"] == BOT_ID,
            edits: message.edits,
            reactions: message.reactions.clone(),
            document: message.file.clone().map(|(name, bytes)| Document { name, bytes }),
            reply_to: json["reply_to_message"]["message_id"].as_i64(),
            thread: json["message_thread_id"].as_i64(),
            told: sending.is_some_and(|sending| sending.told),
            at: message.at,
            text,
            json,
        }
    }

    /// The parts of the text that are `bold`, `pre` and so on.
    pub fn parts(&self, kind: &str) -> Vec<String> {
        let chosen = self.entities.iter().filter(|entity| entity.kind == kind);
        chosen.map(|entity| entity.of(&self.text)).collect()
    }

    /// The button whose label is `wanted` or holds it, or whose data begins with it.
    pub fn button(&self, wanted: &str) -> Option<&Button> {
        let buttons = || self.buttons.iter().flatten();
        let labelled = buttons().find(|button| button.text == wanted);
        let data = || buttons().find(|button| button.data.as_ref().is_some_and(|data| data.starts_with(wanted)));
        labelled.or_else(data).or_else(|| buttons().find(|button| button.text.contains(wanted)))
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.json["from"]["first_name"].as_str().unwrap_or("?");
        write!(f, "{} {name}: {}", self.message_id, self.text)?;
        if let Some(document) = &self.document {
            write!(f, " [file {}, {} bytes]", document.name, document.bytes.len())?;
        }
        if !self.reactions.is_empty() {
            write!(f, " ({})", self.reactions.join(""))?;
        }
        for row in &self.buttons {
            let labels: Vec<_> = row.iter().map(|button| format!("[{}]", button.text)).collect();
            write!(f, "\n    {}", labels.join(" "))?;
        }
        Ok(())
    }
}

impl Button {
    fn of(json: &Value) -> Self {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Self {
            text: text(&json["text"]).unwrap_or_default(),
            data: text(&json["callback_data"]),
            url: text(&json["url"]).or_else(|| text(&json["web_app"]["url"])),
        }
    }
}
