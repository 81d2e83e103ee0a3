//! A batch of updates, of which none fails the others.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::incoming::{
    CallbackQuery, ChatMemberUpdated, Message, MessageGenerationStopped, PreCheckoutQuery, SubscriptionUpdated,
};

/// What `getUpdates` returned.
#[derive(Debug, Clone, Default)]
pub struct Updates {
    /// In Telegram's order.
    pub updates: Vec<Update>,
    /// Elements that were passed over, as they have no `update_id`.
    pub unusable: usize,
}

impl Updates {
    /// The offset that confirms all of them; `None` if there are none.
    pub fn next_offset(&self) -> Option<i64> {
        self.updates.iter().map(|update| update.id.saturating_add(1)).max()
    }
}

impl<'de> Deserialize<'de> for Updates {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let elements = Vec::<Box<RawValue>>::deserialize(from)?;
        let count = elements.len();
        let updates: Vec<_> = elements.into_iter().filter_map(|raw| Update::new(raw).ok()).collect();
        Ok(Self { unusable: count - updates.len(), updates })
    }
}

/// `Update`: its id, and the rest as it came.
#[derive(Clone)]
pub struct Update {
    id: i64,
    raw: Box<RawValue>,
}

/// A text that is not a JSON object with a whole number `update_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an update: no usable update_id")]
pub struct NotAnUpdate;

impl Update {
    /// Reads the body of a webhook's request, or what [`raw`](Self::raw) gave.
    ///
    /// # Errors
    ///
    /// [`NotAnUpdate`], and nothing else: what is inside is looked at by [`kind`](Self::kind) only.
    pub fn parse(json: &[u8]) -> Result<Self, NotAnUpdate> {
        serde_json::from_slice(json).map_err(|_| NotAnUpdate).and_then(Self::new)
    }

    fn new(raw: Box<RawValue>) -> Result<Self, NotAnUpdate> {
        #[derive(Deserialize)]
        struct Head {
            update_id: i64,
        }
        let head: Head = serde_json::from_str(raw.get()).map_err(|_| NotAnUpdate)?;
        Ok(Self { id: head.update_id, raw })
    }

    /// `update_id`: grows by one with each update of a bot.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The JSON as it came.
    pub fn raw(&self) -> &str {
        self.raw.get()
    }

    /// What happened.
    pub fn kind(&self) -> Incoming {
        let fields: BTreeMap<String, &RawValue> = serde_json::from_str(self.raw.get()).unwrap_or_default();
        let field = |name: &str| fields.get(name).filter(|raw| raw.get() != "null");
        for (name, read) in READERS {
            if let Some(raw) = field(name) {
                // What serde says may repeat what people wrote, so only where it stands is told.
                return read(raw.get())
                    .unwrap_or_else(|error| Incoming::Malformed { kind: name, column: error.column() });
            }
        }
        let other = fields.keys().find(|name| *name != "update_id" && field(name).is_some());
        Incoming::Unknown(other.cloned().unwrap_or_default())
    }
}

/// Without what people wrote.
impl fmt::Debug for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Update").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What an update tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// `message`: in a private chat or a group.
    Message(Box<Message>),
    /// `edited_message`: the message as it is now.
    EditedMessage(Box<Message>),
    /// `callback_query`: somebody pressed a button.
    CallbackQuery(Box<CallbackQuery>),
    /// `pre_checkout_query`: somebody is about to pay, and Telegram asks whether they may.
    PreCheckoutQuery(Box<PreCheckoutQuery>),
    /// `my_chat_member`: what the bot is in a chat has changed; in a private one: it was blocked or
    /// unblocked.
    MyChatMember(Box<ChatMemberUpdated>),
    /// `subscription`: a person cancelled or restored the renewal, or the payment failed. (A
    /// renewal that was paid is a message with `successful_payment`.)
    Subscription(Box<SubscriptionUpdated>),
    /// `stopped_message_generation`: somebody stopped a draft that was sent with `can_stop`.
    StoppedMessageGeneration(Box<MessageGenerationStopped>),
    /// Another kind, by its name; empty if there is none.
    Unknown(String),
    /// One of the kinds above that lacks what it cannot do without, such as a message's chat.
    Malformed {
        /// Its name.
        kind: &'static str,
        /// Where in the JSON of this kind reading stopped.
        column: usize,
    },
}

impl Incoming {
    /// The kinds that are read: what to ask for with `allowed_updates`.
    pub const KINDS: &[&str] = &[
        "message",
        "edited_message",
        "callback_query",
        "pre_checkout_query",
        "my_chat_member",
        "subscription",
        "stopped_message_generation",
    ];

    /// The name of the kind, for logs and metrics: one of a few, as Telegram's new ones are `other`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Message(_) => "message",
            Self::EditedMessage(_) => "edited_message",
            Self::CallbackQuery(_) => "callback_query",
            Self::PreCheckoutQuery(_) => "pre_checkout_query",
            Self::MyChatMember(_) => "my_chat_member",
            Self::Subscription(_) => "subscription",
            Self::StoppedMessageGeneration(_) => "stopped_message_generation",
            Self::Malformed { kind, .. } => kind,
            Self::Unknown(_) => "other",
        }
    }
}

type Reader = fn(&str) -> serde_json::Result<Incoming>;

/// In the order of [`Incoming::KINDS`]. An update has one of them; should it have two, the first.
const READERS: [(&str, Reader); Incoming::KINDS.len()] = [
    ("message", |json| serde_json::from_str(json).map(Incoming::Message)),
    ("edited_message", |json| serde_json::from_str(json).map(Incoming::EditedMessage)),
    ("callback_query", |json| serde_json::from_str(json).map(Incoming::CallbackQuery)),
    ("pre_checkout_query", |json| serde_json::from_str(json).map(Incoming::PreCheckoutQuery)),
    ("my_chat_member", |json| serde_json::from_str(json).map(Incoming::MyChatMember)),
    ("subscription", |json| serde_json::from_str(json).map(Incoming::Subscription)),
    ("stopped_message_generation", |json| serde_json::from_str(json).map(Incoming::StoppedMessageGeneration)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_reader() {
        assert!(READERS.iter().map(|(name, _)| name).eq(Incoming::KINDS));
    }

    #[test]
    fn an_update_shows_nothing_of_what_was_written() {
        let update = Update::parse(br#"{"update_id": 7, "message": {"text": "a secret"}}"#).unwrap();
        assert_eq!(format!("{update:?}"), "Update { id: 7, .. }");
        assert_eq!(update.kind().name(), "message");
        assert!(!format!("{:?}", update.kind()).contains("secret"));
    }
}
