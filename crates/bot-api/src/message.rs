//! `Message` and its parts. See [`incoming`](crate::incoming) for what is lenient, and why.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};

use crate::{
    incoming::{Chat, User},
    lenient::{lenient, readable},
    names::names,
};

/// `Message`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Message {
    /// Unique in the chat.
    pub message_id: i64,
    /// The topic. Also set in groups without topics, for threads of replies: look at
    /// [`is_topic_message`](Self::is_topic_message).
    #[serde(default, deserialize_with = "lenient")]
    pub message_thread_id: Option<i64>,
    /// Is it in a topic?
    #[serde(default, deserialize_with = "lenient")]
    pub is_topic_message: bool,
    /// Unix time.
    #[serde(default, deserialize_with = "lenient")]
    pub date: i64,
    /// Unix time of the last edit.
    #[serde(default, deserialize_with = "lenient")]
    pub edit_date: Option<i64>,
    /// Who wrote it; absent in channels.
    #[serde(default, deserialize_with = "lenient")]
    pub from: Option<User>,
    /// The chat on whose behalf it was sent: an anonymous administrator, a linked channel.
    #[serde(default, deserialize_with = "lenient")]
    pub sender_chat: Option<Chat>,
    /// Where it is.
    pub chat: Chat,
    /// Several pictures sent as one carry the same.
    #[serde(default, deserialize_with = "lenient")]
    pub media_group_id: Option<String>,
    /// The text of a text message.
    #[serde(default, deserialize_with = "lenient")]
    pub text: Option<String>,
    /// The formatting of the text, commands and mentions.
    #[serde(default, deserialize_with = "readable")]
    pub entities: Vec<Entity>,
    /// The text below a picture or a file.
    #[serde(default, deserialize_with = "lenient")]
    pub caption: Option<String>,
    /// The formatting of the caption.
    #[serde(default, deserialize_with = "readable")]
    pub caption_entities: Vec<Entity>,
    /// The message that it answers, without the one that that one answers.
    #[serde(default, deserialize_with = "lenient")]
    pub reply_to_message: Option<Box<Message>>,
    /// The part of that message that it answers.
    #[serde(default, deserialize_with = "lenient")]
    pub quote: Option<Quote>,
    /// The bot through which it was sent, in inline mode.
    #[serde(default, deserialize_with = "lenient")]
    pub via_bot: Option<User>,
    /// What it is besides text.
    #[serde(flatten, deserialize_with = "media")]
    pub media: Option<Media>,
    /// Who came into the group.
    #[serde(default, deserialize_with = "readable")]
    pub new_chat_members: Vec<User>,
    /// Who left the group.
    #[serde(default, deserialize_with = "lenient")]
    pub left_chat_member: Option<User>,
    /// The group became this supergroup.
    #[serde(default, deserialize_with = "lenient")]
    pub migrate_to_chat_id: Option<i64>,
    /// The supergroup was this group.
    #[serde(default, deserialize_with = "lenient")]
    pub migrate_from_chat_id: Option<i64>,
    /// Somebody has paid.
    #[serde(default)]
    pub successful_payment: Option<SuccessfulPayment>,
    /// A payment was given back.
    #[serde(default)]
    pub refunded_payment: Option<RefundedPayment>,
}

impl Message {
    /// The text or the caption, with its entities.
    pub fn words(&self) -> Option<(&str, &[Entity])> {
        match (&self.text, &self.caption) {
            (Some(text), _) => Some((text, &self.entities)),
            (None, Some(caption)) => Some((caption, &self.caption_entities)),
            (None, None) => None,
        }
    }
}

/// `TextQuote`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Quote {
    /// The quoted part.
    pub text: String,
}

/// `MessageEntity`, incoming. (The outgoing one is `frankenstein::types::MessageEntity`.)
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Entity {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: EntityKind,
    /// Where it begins, in UTF-16 units.
    pub offset: usize,
    /// How long it is, in UTF-16 units.
    pub length: usize,
    /// Of a text mention: who is meant.
    #[serde(default, deserialize_with = "lenient")]
    pub user: Option<User>,
    /// Of a text link: where it leads.
    #[serde(default, deserialize_with = "lenient")]
    pub url: Option<String>,
}

names! {
    /// `MessageEntity.type`, as far as the bot reads it; formatting is `Other`.
    EntityKind {
        /// `/start@bot`
        BotCommand = "bot_command",
        /// `@username`
        Mention = "mention",
        /// A person without a username.
        TextMention = "text_mention",
        /// A text that links.
        TextLink = "text_link",
        /// A link.
        Url = "url",
    }
}

impl Entity {
    /// Its part of `text`; `None` if it lies outside, or cuts a character in two.
    pub fn of<'a>(&self, text: &'a str) -> Option<&'a str> {
        let from = byte_offset(text, self.offset)?;
        let rest = &text[from..];
        Some(&rest[..byte_offset(rest, self.length)?])
    }
}

/// Where in `text` so many UTF-16 units have passed.
fn byte_offset(text: &str, units: usize) -> Option<usize> {
    let mut passed = 0;
    for (offset, char) in text.char_indices() {
        if passed >= units {
            return (passed == units).then_some(offset);
        }
        passed += char.len_utf16();
    }
    (passed == units).then_some(text.len())
}

/// What a message is besides text. Its presence only: nothing of it is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "they are the fields of `Message` of that name")]
pub enum Media {
    Animation,
    Audio,
    Checklist,
    Contact,
    Dice,
    Document,
    Game,
    Invoice,
    LivePhoto,
    Location,
    PaidMedia,
    Photo,
    Poll,
    RichMessage,
    Sticker,
    Story,
    Venue,
    Video,
    VideoNote,
    Voice,
}

impl Media {
    /// By field; what comes with another (an animation is also a document, a venue a location)
    /// before that other.
    const FIELDS: [(&str, Self); 20] = [
        ("animation", Self::Animation),
        ("venue", Self::Venue),
        ("live_photo", Self::LivePhoto),
        ("audio", Self::Audio),
        ("checklist", Self::Checklist),
        ("contact", Self::Contact),
        ("dice", Self::Dice),
        ("document", Self::Document),
        ("game", Self::Game),
        ("invoice", Self::Invoice),
        ("location", Self::Location),
        ("paid_media", Self::PaidMedia),
        ("photo", Self::Photo),
        ("poll", Self::Poll),
        ("rich_message", Self::RichMessage),
        ("sticker", Self::Sticker),
        ("story", Self::Story),
        ("video", Self::Video),
        ("video_note", Self::VideoNote),
        ("voice", Self::Voice),
    ];
}

/// Which of the fields is there?
fn media<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Media>, D::Error> {
    struct Fields;

    impl<'de> Visitor<'de> for Fields {
        type Value = Option<Media>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the fields of a message")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut first = Media::FIELDS.len();
            while let Some((name, value)) = map.next_entry::<String, Option<IgnoredAny>>()? {
                let found = Media::FIELDS.iter().position(|(field, _)| *field == name);
                if let (Some(found), Some(_)) = (found, value) {
                    first = first.min(found);
                }
            }
            Ok(Media::FIELDS.get(first).map(|(_, media)| *media))
        }
    }

    from.deserialize_map(Fields)
}

/// `SuccessfulPayment`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SuccessfulPayment {
    /// `XTR` for Stars.
    pub currency: String,
    /// In the smallest unit; whole Stars.
    pub total_amount: i64,
    /// What the bot gave to the invoice.
    pub invoice_payload: String,
    /// Unique: what a payment is credited by, and refunded.
    pub telegram_payment_charge_id: String,
    /// The provider's id; empty for Stars.
    #[serde(default, deserialize_with = "lenient")]
    pub provider_payment_charge_id: String,
    /// Unix time until which the subscription is paid.
    #[serde(default)]
    pub subscription_expiration_date: Option<i64>,
    /// Is it for a subscription?
    #[serde(default, deserialize_with = "lenient")]
    pub is_recurring: bool,
    /// Is it the subscription's first?
    #[serde(default, deserialize_with = "lenient")]
    pub is_first_recurring: bool,
}

/// `RefundedPayment`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RefundedPayment {
    /// Always `XTR`, so far.
    pub currency: String,
    /// Whole Stars.
    pub total_amount: i64,
    /// What the bot gave to the invoice.
    pub invoice_payload: String,
    /// That of the payment.
    pub telegram_payment_charge_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_counts_in_utf16() {
        let part = |text, offset, length| Entity { offset, length, ..Entity::default() }.of(text);
        assert_eq!(part("👋 /start@bot", 3, 10), Some("/start@bot"));
        assert_eq!(part("Привет", 0, 6), Some("Привет"));
        assert_eq!(part("👋", 0, 1), None);
        assert_eq!(part("👋", 1, 1), None);
        assert_eq!(part("ab", 2, 0), Some(""));
        assert_eq!(part("ab", 1, 2), None);
        assert_eq!(part("ab", usize::MAX, usize::MAX), None);
    }
}
