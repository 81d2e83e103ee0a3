//! What the bot says on its own, and the buttons below.

use bot_api::frankenstein::types::{InlineKeyboardButton, InlineKeyboardMarkup};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::texts::{Lang, text};
use crate::db::reports::Category;

/// A message, kept with its delivery as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Outgoing {
    /// Plain text of any length.
    pub(super) text: String,
    /// Rows of buttons under its last part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) buttons: Vec<Vec<Button>>,
    /// A file made when it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<File>,
    /// A link made when it is sent: what is kept holds no secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) link: Option<Link>,
}

/// Where a link leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Link {
    /// Into the panel, once.
    Panel,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum File {
    /// Everything on the person, as JSON.
    ExportJson,
    /// Their dialogues, to be read.
    ExportText,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Button {
    pub(super) text: String,
    /// What comes back when it is pressed: at most 64 bytes (Bot API, "InlineKeyboardButton").
    pub(super) data: String,
    /// What it opens instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
}

impl Outgoing {
    /// A text.
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// The same with a row of buttons more.
    pub(super) fn row(mut self, buttons: impl IntoIterator<Item = Button>) -> Self {
        self.buttons.push(buttons.into_iter().collect());
        self
    }

    /// As it is kept.
    pub(super) fn to_json(&self) -> String {
        serde_json::json!(self).to_string()
    }

    /// The buttons as Telegram wants them.
    pub(super) fn keyboard(&self) -> Option<InlineKeyboardMarkup> {
        keyboard(&self.buttons)
    }
}

impl Button {
    /// A button whose label is a text of the bot.
    pub(super) fn new(lang: Lang, key: &str, data: impl Into<String>) -> Self {
        Self::labelled(text(lang, key, &[]), data)
    }

    /// A button with a label of its own.
    pub(super) fn labelled(label: impl Into<String>, data: impl Into<String>) -> Self {
        Self { text: label.into(), data: data.into(), url: None }
    }

    /// A button that opens a link.
    pub(super) fn link(label: impl Into<String>, url: impl Into<String>) -> Self {
        Self { text: label.into(), data: String::new(), url: Some(url.into()) }
    }
}

/// Stops a turn.
pub(super) fn stop(lang: Lang, turn_id: Uuid) -> Button {
    Button::new(lang, "button-stop", format!("stop:{}", turn_id.simple()))
}

/// Answers a message again.
pub(super) fn again(lang: Lang, message_id: Uuid) -> Button {
    Button::new(lang, "button-again", format!("again:{}", message_id.simple()))
}

/// Reports an answer.
pub(super) fn report(lang: Lang, message_id: Uuid) -> Button {
    Button::new(lang, "button-report", format!("report:{}", message_id.simple()))
}

/// Asks what is wrong with an answer that was reported.
pub(super) fn why(lang: Lang, message_id: Uuid) -> Outgoing {
    let button = |category: Category| {
        let word = category.as_str();
        Button::new(lang, &format!("report-{word}"), format!("why:{word}:{}", message_id.simple()))
    };
    let asked = Outgoing::new(text(lang, "report-why", &[]));
    Category::ALL.into_iter().fold(asked, |asked, category| asked.row([button(category)]))
}

pub(super) fn keyboard(buttons: &[Vec<Button>]) -> Option<InlineKeyboardMarkup> {
    let button = |b: &Button| {
        let button = InlineKeyboardButton::builder().text(&b.text);
        match &b.url {
            Some(url) => button.url(url).build(),
            None => button.callback_data(&b.data).build(),
        }
    };
    let rows: Vec<Vec<_>> = buttons.iter().map(|row| row.iter().map(button).collect()).collect();
    (!rows.is_empty()).then(|| InlineKeyboardMarkup::builder().inline_keyboard(rows).build())
}
