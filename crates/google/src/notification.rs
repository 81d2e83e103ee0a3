//! Real-time developer notifications: what Google Play tells of a purchase by itself, pushed by Pub/Sub
//! (<https://developer.android.com/google/play/billing/rtdn-reference>).
//!
//! They may come late, twice and in any order, and say only that something has changed: what is now, a
//! [`Play`](crate::Play) tells.

use std::{collections::BTreeMap, fmt};

use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::lenient::{lenient, number, object};

/// One notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Pub/Sub's id of the message: a repetition has the same.
    pub message_id: Option<String>,
    /// The app that it is about; whoever reads it compares it with their own.
    pub package_name: String,
    /// When it happened.
    pub event_time: Option<Timestamp>,
    /// What it is about.
    pub kind: Kind,
}

/// What a notification is about.
#[derive(Clone, PartialEq, Eq)]
pub enum Kind {
    /// `subscriptionNotification`: something has changed about a subscription.
    Subscription {
        /// Which.
        purchase_token: String,
        /// Google's number for what it was: 4 is a purchase, 2 a renewal, 12 a revocation; 0 if it did not say. For logs:
        /// the truth has to be asked for.
        notification_type: i64,
    },
    /// `voidedPurchaseNotification`: money was given back.
    Voided {
        /// Of what.
        purchase_token: String,
        /// The payment, `GPA.…`; empty if it did not say.
        order_id: String,
    },
    /// `testNotification`: somebody pressed the button in the Play Console.
    Test,
    /// Another kind, or one of the above that lacks what it cannot do without, by its name; empty if there was none.
    Other(String),
}

/// A body that is no push of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a notification: {0}")]
pub struct NotANotification(&'static str);

impl Notification {
    /// Reads the body of a push.
    ///
    /// # Errors
    ///
    /// [`NotANotification`], which repeats nothing of the body: it is not JSON, has no data, or the data is not a
    /// notification of an app. A kind that is not known is no error.
    pub fn parse(body: &[u8]) -> Result<Self, NotANotification> {
        let Push { message } = object(body).ok_or(NotANotification("no message in it"))?;
        let data = decode(&message.data).ok_or(NotANotification("its data is not base64"))?;
        let of_no_app = NotANotification("its data is not of an app");
        let common: Common = object(&data).ok_or(of_no_app)?;
        let fields: Fields<'_> = object(&data).ok_or(of_no_app)?;
        Ok(Self {
            message_id: message.message_id.or(message.message_id_too),
            package_name: common.package_name,
            event_time: common.event_time_millis.and_then(|millis| Timestamp::from_millisecond(millis).ok()),
            kind: kind(&fields),
        })
    }
}

/// Without purchase tokens.
impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subscription { notification_type, .. } => {
                f.debug_struct("Subscription").field("notification_type", notification_type).finish_non_exhaustive()
            }
            Self::Voided { order_id, .. } => {
                f.debug_struct("Voided").field("order_id", order_id).finish_non_exhaustive()
            }
            Self::Test => f.write_str("Test"),
            Self::Other(name) => f.debug_tuple("Other").field(name).finish(),
        }
    }
}

/// What Pub/Sub wraps a message in. It writes the id in both ways.
#[derive(Deserialize)]
struct Push {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    data: String,
    #[serde(default, rename = "messageId", deserialize_with = "lenient")]
    message_id: Option<String>,
    #[serde(default, rename = "message_id", deserialize_with = "lenient")]
    message_id_too: Option<String>,
}

/// `DeveloperNotification`, field by field: the kind is the name of one of them.
type Fields<'a> = BTreeMap<String, &'a RawValue>;

/// What every notification has.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Common {
    package_name: String,
    #[serde(default, deserialize_with = "number")]
    event_time_millis: Option<i64>,
}

/// What those about a purchase have.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct About {
    purchase_token: String,
    #[serde(default, deserialize_with = "number")]
    notification_type: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    order_id: String,
}

/// The longest name of a kind that is kept, in characters: it goes to logs.
const LONGEST_NAME: usize = 64;

fn kind(fields: &Fields<'_>) -> Kind {
    let has = |name: &str| fields.get(name).is_some_and(|raw| raw.get() != "null");
    let about = |name: &str| {
        let about: Option<About> = fields.get(name).and_then(|raw| object(raw.get().as_bytes()));
        about.filter(|about| !about.purchase_token.is_empty())
    };
    if let Some(About { purchase_token, notification_type, .. }) = about("subscriptionNotification") {
        return Kind::Subscription { purchase_token, notification_type: notification_type.unwrap_or(0) };
    }
    if let Some(About { purchase_token, order_id, .. }) = about("voidedPurchaseNotification") {
        return Kind::Voided { purchase_token, order_id };
    }
    if has("testNotification") {
        return Kind::Test;
    }
    let name = fields.keys().find(|name| name.ends_with("Notification") && has(name));
    Kind::Other(name.map(|name| name.chars().take(LONGEST_NAME).collect()).unwrap_or_default())
}

/// Either alphabet, with padding or without.
fn decode(data: &str) -> Option<Vec<u8>> {
    let padding = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = if data.contains(['-', '_']) { URL_SAFE } else { STANDARD };
    GeneralPurpose::new(&alphabet, padding).decode(data).ok()
}
