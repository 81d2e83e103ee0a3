//! The parameters of the methods with more than two.
//!
//! Written here rather than taken from `frankenstein` where its structs would not do for a
//! deliverer: its ids are `i32` and `u64` by turns, where ours are `i64` throughout; its
//! `SendMessageDraftParams` has an optional 32-bit `draft_id` and a required text, while the Bot
//! API requires the id, knows 64-bit ones, and shows a placeholder without text; the fields of its
//! `GetStarTransactionsParams` are private and required; its documents are files on disk; its
//! `SetWebhookParams` shows the secret in `Debug`. And these borrow what they send, so a text of
//! which every second a longer part is sent need not be copied.
//!
//! `parse_mode` is left out on purpose: the service formats by entities. Each struct has only the
//! fields that the service uses; an absent option is not sent.

use bytes::Bytes;
use frankenstein::types::{InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity, ReplyMarkup};
use serde::{Serialize, Serializer};

use crate::config::SecretToken;

/// `getUpdates`.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct GetUpdates<'a> {
    /// The first update to return; all before it are confirmed, and forgotten by Telegram.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<i64>,
    /// At most so many, 1 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u8>,
    /// The long poll, in seconds. The call's own limit is longer by itself.
    #[serde(rename = "timeout")]
    pub seconds: u16,
    /// The kinds to receive, see [`Incoming::KINDS`](crate::Incoming::KINDS). `None`: as before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_updates: Option<&'a [&'a str]>,
}

/// `setWebhook`, without a certificate of one's own.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct SetWebhook<'a> {
    /// An https URL; empty removes the webhook.
    pub url: &'a str,
    /// What Telegram shall repeat in a header.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "expose")]
    pub secret_token: Option<&'a SecretToken>,
    /// Simultaneous connections, 1 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_connections: Option<u8>,
    /// The address to use in place of the one that DNS gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<&'a str>,
    /// The kinds to receive, see [`Incoming::KINDS`](crate::Incoming::KINDS). `None`: as before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_updates: Option<&'a [&'a str]>,
    /// Forget what waits?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drop_pending_updates: Option<bool>,
}

fn expose<S: Serializer>(token: &Option<&SecretToken>, to: S) -> Result<S::Ok, S::Error> {
    token.map(SecretToken::expose).serialize(to)
}

/// `ReplyParameters`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ReplyTo {
    /// The message to reply to, in the same chat.
    pub message_id: i64,
    /// Send even if that message is gone? Else it is [`Refusal::ReplyNotFound`](crate::Refusal).
    #[serde(skip_serializing_if = "is_false")]
    pub allow_sending_without_reply: bool,
}

/// `sendMessage`.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct SendMessage<'a> {
    /// Where to.
    pub chat_id: i64,
    /// The topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_thread_id: Option<i64>,
    /// 1 to [`MAX_TEXT`](crate::MAX_TEXT) characters.
    pub text: &'a str,
    /// The formatting.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub entities: &'a [MessageEntity],
    /// Whether and how a link is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_preview_options: Option<&'a LinkPreviewOptions>,
    /// Without a sound?
    #[serde(skip_serializing_if = "is_false")]
    pub disable_notification: bool,
    /// The message that is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_parameters: Option<ReplyTo>,
    /// Buttons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<&'a ReplyMarkup>,
}

/// `sendMessageDraft`: shows an answer that is still being written, in private chats only, for
/// [`DRAFT_SECONDS`](crate::DRAFT_SECONDS).
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct SendMessageDraft<'a> {
    /// The person's private chat.
    pub chat_id: i64,
    /// Not zero. A draft of the same id continues the one before, animated.
    pub draft_id: i64,
    /// The topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_thread_id: Option<i64>,
    /// At most [`MAX_TEXT`](crate::MAX_TEXT) characters; empty shows "Thinking…".
    pub text: &'a str,
    /// The formatting.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub entities: &'a [MessageEntity],
    /// Show a button that stops it? Pressed, it comes as the update `stopped_message_generation`.
    #[serde(skip_serializing_if = "is_false")]
    pub can_stop: bool,
    /// Leave the draft where it is when it is stopped?
    #[serde(skip_serializing_if = "is_false")]
    pub keep_on_stop: bool,
}

/// `editMessageText`. Buttons that are not given are removed.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct EditMessageText<'a> {
    /// Where the message is.
    pub chat_id: i64,
    /// The message.
    pub message_id: i64,
    /// 1 to [`MAX_TEXT`](crate::MAX_TEXT) characters.
    pub text: &'a str,
    /// The formatting.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub entities: &'a [MessageEntity],
    /// Whether and how a link is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_preview_options: Option<&'a LinkPreviewOptions>,
    /// Buttons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<&'a InlineKeyboardMarkup>,
}

/// `sendDocument`, uploading the file.
#[derive(Debug, Clone, Default)]
pub struct SendDocument<'a> {
    /// Where to.
    pub chat_id: i64,
    /// The topic.
    pub message_thread_id: Option<i64>,
    /// What the file is called; characters that a file's name cannot have are replaced.
    pub file_name: &'a str,
    /// The file, at most [`MAX_DOCUMENT`](crate::MAX_DOCUMENT).
    pub content: Bytes,
    /// A text below it, at most [`MAX_CAPTION`](crate::MAX_CAPTION) characters; empty for none.
    pub caption: &'a str,
    /// The message that is answered.
    pub reply_parameters: Option<ReplyTo>,
    /// Buttons.
    pub reply_markup: Option<&'a ReplyMarkup>,
}

/// `getStarTransactions`, oldest first.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct GetStarTransactions {
    /// How many to skip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
    /// At most so many, 1 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u8>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}
