//! What methods return, as far as anybody needs it; lenient like the updates.

use serde::{Deserialize, Deserializer};

use crate::{
    incoming::User,
    lenient::{lenient, readable},
};

/// `User`, as `getMe` returns it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Me {
    /// The bot's id.
    pub id: i64,
    /// The bot's name.
    #[serde(default, deserialize_with = "lenient")]
    pub first_name: String,
    /// The name in links, without @; every bot has one.
    #[serde(default, deserialize_with = "lenient")]
    pub username: Option<String>,
    /// May it be added to groups?
    #[serde(default, deserialize_with = "lenient")]
    pub can_join_groups: bool,
    /// Does it see all messages of a group (privacy mode off)?
    #[serde(default, deserialize_with = "lenient")]
    pub can_read_all_group_messages: bool,
    /// Has it topics in private chats?
    #[serde(default, deserialize_with = "lenient")]
    pub has_topics_enabled: bool,
    /// May people make and delete topics in private chats?
    #[serde(default, deserialize_with = "lenient")]
    pub allows_users_to_create_topics: bool,
    /// Has it a main Mini App?
    #[serde(default, deserialize_with = "lenient")]
    pub has_main_web_app: bool,
}

/// Of the `Message` that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Unique in the chat.
    pub message_id: i64,
    /// Unix time.
    pub date: i64,
    /// The chat; zero if the answer did not say.
    pub chat_id: i64,
}

impl<'de> Deserialize<'de> for Sent {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Message {
            message_id: i64,
            #[serde(default, deserialize_with = "lenient")]
            date: i64,
            #[serde(default, deserialize_with = "lenient")]
            chat: Chat,
        }
        #[derive(Default, Deserialize)]
        struct Chat {
            id: i64,
        }
        let Message { message_id, date, chat } = Message::deserialize(from)?;
        Ok(Self { message_id, date, chat_id: chat.id })
    }
}

/// `WebhookInfo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct WebhookInfo {
    /// Empty if there is no webhook.
    #[serde(default, deserialize_with = "lenient")]
    pub url: String,
    /// Updates that wait.
    #[serde(default, deserialize_with = "lenient")]
    pub pending_update_count: i64,
    /// The address that is used.
    #[serde(default, deserialize_with = "lenient")]
    pub ip_address: Option<String>,
    /// Unix time of the last failure.
    #[serde(default, deserialize_with = "lenient")]
    pub last_error_date: Option<i64>,
    /// What it was.
    #[serde(default, deserialize_with = "lenient")]
    pub last_error_message: Option<String>,
    /// Simultaneous connections.
    #[serde(default, deserialize_with = "lenient")]
    pub max_connections: Option<i64>,
    /// The kinds that are sent; empty for Telegram's default.
    #[serde(default, deserialize_with = "readable")]
    pub allowed_updates: Vec<String>,
}

/// `StarTransactions`. Strict, unlike the rest: no movement of money may be passed over.
#[derive(Deserialize)]
pub(crate) struct StarTransactions {
    pub(crate) transactions: Vec<StarTransaction>,
}

/// `StarTransaction`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StarTransaction {
    /// For a payment by a person, equal to `SuccessfulPayment.telegram_payment_charge_id`; for a
    /// refund, to that of the payment.
    pub id: String,
    /// Whole Stars.
    pub amount: i64,
    /// Billionths of a Star, beside them.
    #[serde(default, deserialize_with = "lenient")]
    pub nanostar_amount: i64,
    /// Unix time.
    pub date: i64,
    /// Whom it came from, if it came in.
    #[serde(default, deserialize_with = "lenient")]
    pub source: Option<TransactionPartner>,
    /// Whom it went to, if it went out.
    #[serde(default, deserialize_with = "lenient")]
    pub receiver: Option<TransactionPartner>,
}

/// `TransactionPartner`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TransactionPartner {
    /// `user`, `chat`, `fragment`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The person, of the kind `user`.
    #[serde(default, deserialize_with = "lenient")]
    pub user: Option<User>,
    /// Of the kind `user`: `invoice_payment`, `paid_media_payment`, …
    #[serde(default, deserialize_with = "lenient")]
    pub transaction_type: Option<String>,
    /// The invoice's payload.
    #[serde(default, deserialize_with = "lenient")]
    pub invoice_payload: Option<String>,
    /// Seconds, of a payment for a subscription.
    #[serde(default, deserialize_with = "lenient")]
    pub subscription_period: Option<i64>,
}
