//! What comes in: of each type the fields that the bot reads, and nothing else.
//!
//! Why not the types of `frankenstein`? They are exact, and so they fail. One field of one update
//! that has changed, an unknown type of chat or status of a member, an entity beyond 65535, fails
//! the update; and as `getUpdates` returns a list, that one fails all of them, again with every
//! poll, until somebody releases a new version. Here
//!
//! - a field that is not read may be anything;
//! - a field that is read but odd becomes absent, unless the type means nothing without it: then
//!   the update is [`Malformed`](crate::Incoming::Malformed), and only it;
//! - names that Telegram adds to (types of chats, of entities, states) are kept as `Other`.
//!
//! One exception: an odd `successful_payment` or `refunded_payment` makes its message malformed,
//! as money must not be overlooked.

use serde::Deserialize;
use serde_json::Value;

pub use crate::message::{Entity, EntityKind, Media, Message, Quote, RefundedPayment, SuccessfulPayment};
use crate::{
    lenient::{lenient, number},
    names::names,
};

/// `User`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct User {
    /// Unique; more than 32 bits.
    pub id: i64,
    /// Is it a bot?
    #[serde(default, deserialize_with = "lenient")]
    pub is_bot: bool,
    /// May be empty of sense: any characters that the person likes.
    #[serde(default, deserialize_with = "lenient")]
    pub first_name: String,
    /// The rest of the name.
    #[serde(default, deserialize_with = "lenient")]
    pub last_name: Option<String>,
    /// Without @.
    #[serde(default, deserialize_with = "lenient")]
    pub username: Option<String>,
    /// IETF tag of the person's app, such as `ru` or `pt-br`.
    #[serde(default, deserialize_with = "lenient")]
    pub language_code: Option<String>,
}

names! {
    /// `Chat.type`.
    ChatKind {
        /// With one person.
        Private = "private",
        /// A small group.
        Group = "group",
        /// A large group, or one with topics.
        Supergroup = "supergroup",
        /// A channel.
        Channel = "channel",
    }
}

/// `Chat`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Chat {
    /// Unique; equal to the person's id in a private chat, negative in groups.
    pub id: i64,
    /// Its type.
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    pub kind: ChatKind,
    /// Not of private chats.
    #[serde(default, deserialize_with = "lenient")]
    pub title: Option<String>,
    /// Without @.
    #[serde(default, deserialize_with = "lenient")]
    pub username: Option<String>,
    /// Has it topics?
    #[serde(default, deserialize_with = "lenient")]
    pub is_forum: bool,
}

impl Chat {
    /// Is it with one person?
    pub fn is_private(&self) -> bool {
        self.kind == ChatKind::Private
    }
}

/// `CallbackQuery`: must be answered, even with nothing, or the button keeps waiting.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CallbackQuery {
    /// For `answerCallbackQuery`.
    pub id: String,
    /// Who pressed.
    pub from: User,
    /// Where the button is; absent for messages sent in inline mode.
    #[serde(default, deserialize_with = "lenient")]
    pub message: Option<CallbackMessage>,
    /// What the button carries: set by the bot, but people can send any.
    #[serde(default, deserialize_with = "lenient")]
    pub data: Option<String>,
}

/// `MaybeInaccessibleMessage`: of the message with the pressed button.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CallbackMessage {
    /// The message.
    pub message_id: i64,
    /// Its chat.
    pub chat: Chat,
    /// Unix time; zero if the message is no longer accessible to the bot.
    #[serde(default, deserialize_with = "lenient")]
    pub date: i64,
    /// The topic.
    #[serde(default, deserialize_with = "lenient")]
    pub message_thread_id: Option<i64>,
    /// What it says.
    #[serde(default, deserialize_with = "lenient")]
    pub text: Option<String>,
}

impl CallbackMessage {
    /// Can the bot still edit it?
    pub fn is_accessible(&self) -> bool {
        self.date != 0
    }
}

/// `PreCheckoutQuery`: must be answered within ten seconds, or the payment fails.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PreCheckoutQuery {
    /// For `answerPreCheckoutQuery`.
    pub id: String,
    /// Who is about to pay.
    pub from: User,
    /// `XTR` for Stars.
    pub currency: String,
    /// In the smallest unit; whole Stars.
    pub total_amount: i64,
    /// What the bot gave to the invoice.
    pub invoice_payload: String,
    /// Of a thing that is shipped.
    #[serde(default, deserialize_with = "lenient")]
    pub shipping_option_id: Option<String>,
    /// What the person told of themselves, if the invoice asks.
    #[serde(default, deserialize_with = "lenient")]
    pub order_info: Option<Value>,
}

/// `ChatMemberUpdated`, of the bot itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ChatMemberUpdated {
    /// Where.
    pub chat: Chat,
    /// Who did it.
    pub from: User,
    /// Unix time.
    #[serde(default, deserialize_with = "lenient")]
    pub date: i64,
    /// What the bot was.
    #[serde(default, deserialize_with = "lenient")]
    pub old_chat_member: ChatMember,
    /// What the bot is.
    pub new_chat_member: ChatMember,
}

/// `ChatMember`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct ChatMember {
    /// The state.
    pub status: MemberStatus,
    /// Of a restricted one: is it in the chat?
    #[serde(default, deserialize_with = "lenient")]
    pub is_member: bool,
}

names! {
    /// `ChatMember.status`.
    MemberStatus {
        /// The owner.
        Creator = "creator",
        /// An administrator.
        Administrator = "administrator",
        /// A member; in a private chat: not blocked.
        Member = "member",
        /// Under restrictions, in the chat or not.
        Restricted = "restricted",
        /// Not in the chat.
        Left = "left",
        /// Banned; in a private chat: blocked.
        Kicked = "kicked",
    }
}

impl ChatMember {
    /// Is it in the chat?
    pub fn is_in(&self) -> bool {
        match self.status {
            MemberStatus::Creator | MemberStatus::Administrator | MemberStatus::Member => true,
            MemberStatus::Restricted => self.is_member,
            MemberStatus::Left | MemberStatus::Kicked | MemberStatus::Other(_) => false,
        }
    }
}

/// `BotSubscriptionUpdated`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SubscriptionUpdated {
    /// Whose.
    pub user: User,
    /// What the bot gave to the invoice.
    pub invoice_payload: String,
    /// What it is now.
    pub state: SubscriptionState,
}

names! {
    /// `BotSubscriptionUpdated.state`.
    SubscriptionState {
        /// The person cancelled the renewal.
        Canceled = "canceled",
        /// The person allowed the renewal again.
        Active = "active",
        /// The payment of a renewal failed.
        Failed = "failed",
    }
}

/// `MessageGenerationStopped`. It does not say by whom: a private chat has one person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MessageGenerationStopped {
    /// Where.
    pub chat: Chat,
    /// The draft, as `sendMessageDraft` named it.
    #[serde(deserialize_with = "number")]
    pub draft_id: i64,
    /// The topic.
    #[serde(default, deserialize_with = "lenient")]
    pub message_thread_id: Option<i64>,
}
