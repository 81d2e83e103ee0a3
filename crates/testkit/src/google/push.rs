//! Real-time developer notifications, pushed as Pub/Sub does
//! (<https://developer.android.com/google/play/billing/rtdn-reference>).

#![expect(clippy::panic, reason = "a push that reaches nobody fails the test")]

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{
    FakeGoogle,
    state::{self, PACKAGE},
    token::IdToken,
};

/// `SUBSCRIPTION_RECOVERED`: paid after all.
pub const RECOVERED: i64 = 1;
/// `SUBSCRIPTION_RENEWED`
pub const RENEWED: i64 = 2;
/// `SUBSCRIPTION_CANCELED`: no further renewal.
pub const CANCELED: i64 = 3;
/// `SUBSCRIPTION_PURCHASED`
pub const PURCHASED: i64 = 4;
/// `SUBSCRIPTION_ON_HOLD`
pub const ON_HOLD: i64 = 5;
/// `SUBSCRIPTION_IN_GRACE_PERIOD`
pub const IN_GRACE_PERIOD: i64 = 6;
/// `SUBSCRIPTION_RESTARTED`: the cancellation was taken back.
pub const RESTARTED: i64 = 7;
/// `SUBSCRIPTION_PAUSED`
pub const PAUSED: i64 = 10;
/// `SUBSCRIPTION_REVOKED`: refunded and ended.
pub const REVOKED: i64 = 12;
/// `SUBSCRIPTION_EXPIRED`
pub const EXPIRED: i64 = 13;
/// `SUBSCRIPTION_PENDING_PURCHASE_CANCELED`
pub const PENDING_PURCHASE_CANCELED: i64 = 20;

/// Pushes, each once: a test that wants it again sends it again. They give the status of the answer; anything but 2xx
/// would make Pub/Sub send it again.
///
/// All of these panic when there is no answer.
impl FakeGoogle {
    /// Tells the service that something has changed about a subscription.
    pub async fn push(&self, url: &str, purchase_token: &str, notification_type: i64) -> StatusCode {
        let body = self.notification(purchase_token, notification_type);
        self.push_with(url, &body, &self.push_token(url)).await
    }

    /// Tells the service that the money for a purchase was given back.
    pub async fn pushes_voided(&self, url: &str, purchase_token: &str) -> StatusCode {
        self.push_with(url, &self.voided(purchase_token), &self.push_token(url)).await
    }

    /// Somebody pressed "Send test notification" in the Play Console.
    pub async fn pushes_test(&self, url: &str) -> StatusCode {
        let body = self.message(&json!({"testNotification": {"version": "1.0"}}));
        self.push_with(url, &body, &self.push_token(url)).await
    }

    /// Pushes any body with any token, for forged ones, and for the same message again.
    pub async fn push_with(&self, url: &str, body: &Value, token: &IdToken) -> StatusCode {
        self.post(url, body, Some(self.id_token(token))).await
    }

    /// Pushes any body without a token.
    pub async fn push_without_token(&self, url: &str, body: &Value) -> StatusCode {
        self.post(url, body, None).await
    }

    /// The body of [`push`](Self::push); a message of its own each time.
    pub fn notification(&self, purchase_token: &str, notification_type: i64) -> Value {
        let about = json!({"version": "1.0", "notificationType": notification_type, "purchaseToken": purchase_token});
        self.message(&json!({"subscriptionNotification": about}))
    }

    /// The body of [`pushes_voided`](Self::pushes_voided): of a subscription, and in full.
    pub fn voided(&self, purchase_token: &str) -> Value {
        let order = self.order_id(purchase_token);
        let about = json!({"purchaseToken": purchase_token, "orderId": order, "productType": 1, "refundType": 1});
        self.message(&json!({"voidedPurchaseNotification": about}))
    }

    /// A message of Pub/Sub with this about the app. What is missing of "DeveloperNotification" is made up.
    pub fn message(&self, about: &Value) -> Value {
        let mut data = json!({
            "version": "1.0", "packageName": PACKAGE, "eventTimeMillis": state::now().as_millisecond().to_string(),
        });
        for (name, value) in about.as_object().into_iter().flatten() {
            data[name] = value.clone();
        }
        let id = (13_696_934_600_000 + self.shared.lock().fresh()).to_string();
        let time = state::now().to_string();
        json!({
            "message": {
                "data": STANDARD.encode(data.to_string()), "messageId": id, "message_id": id, "publishTime": time,
                "publish_time": time,
            },
            "subscription": "projects/fake-project/subscriptions/play-push",
        })
    }

    async fn post(&self, url: &str, body: &Value, token: Option<String>) -> StatusCode {
        let mut request = self.client.post(url).json(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request.send().await.unwrap_or_else(|error| panic!("the push to {url}: {error}")).status()
    }
}
