//! A purchase as Google Play has it: "SubscriptionPurchaseV2".

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// What somebody buys.
#[derive(Debug, Clone)]
pub struct Buy {
    /// The product.
    pub product_id: String,
    /// `obfuscatedAccountId`, if the app gives one.
    pub account_id: Option<String>,
    /// When it is granted.
    pub start: Timestamp,
    /// When it ends, unless it is renewed.
    pub expiry: Timestamp,
    /// Currency and millionths of it, of one renewal.
    pub price: (String, i64),
    /// Whether it is a prepaid plan, which does not renew.
    pub prepaid: bool,
    /// Whether a licence tester buys it.
    pub test: bool,
}

impl Buy {
    /// Of 4.99 EUR, which renews.
    pub fn new(product_id: &str, start: Timestamp, expiry: Timestamp) -> Self {
        let price = ("EUR".to_owned(), 4_990_000);
        Self { product_id: product_id.into(), account_id: None, start, expiry, price, prepaid: false, test: false }
    }

    /// For this account of the app's.
    #[must_use]
    pub fn account(self, account_id: &str) -> Self {
        Self { account_id: Some(account_id.into()), ..self }
    }

    /// At this price, in millionths.
    #[must_use]
    pub fn price(self, currency: &str, micros: i64) -> Self {
        Self { price: (currency.into(), micros), ..self }
    }

    /// As a prepaid plan.
    #[must_use]
    pub fn prepaid(self) -> Self {
        Self { prepaid: true, ..self }
    }

    /// By a licence tester.
    #[must_use]
    pub fn test(self) -> Self {
        Self { test: true, ..self }
    }
}

pub(super) const PENDING: &str = "SUBSCRIPTION_STATE_PENDING";
pub(super) const ACTIVE: &str = "SUBSCRIPTION_STATE_ACTIVE";
pub(super) const PAUSED: &str = "SUBSCRIPTION_STATE_PAUSED";
pub(super) const IN_GRACE_PERIOD: &str = "SUBSCRIPTION_STATE_IN_GRACE_PERIOD";
pub(super) const ON_HOLD: &str = "SUBSCRIPTION_STATE_ON_HOLD";
pub(super) const CANCELED: &str = "SUBSCRIPTION_STATE_CANCELED";
pub(super) const EXPIRED: &str = "SUBSCRIPTION_STATE_EXPIRED";
pub(super) const PENDING_PURCHASE_CANCELED: &str = "SUBSCRIPTION_STATE_PENDING_PURCHASE_CANCELED";

/// What was bought, and what became of it.
#[derive(Debug, Clone)]
pub(super) struct Purchase {
    pub(super) buy: Buy,
    pub(super) state: &'static str,
    pub(super) expiry: Timestamp,
    pub(super) auto_renew: bool,
    pub(super) acknowledged: bool,
    /// "linkedPurchaseToken"
    pub(super) linked: Option<String>,
    /// The first order, `GPA.…`.
    pub(super) order: String,
    pub(super) renewals: u32,
    /// "canceledStateContext"
    pub(super) canceled: Option<Value>,
    pub(super) canceled_by_developer: bool,
    pub(super) revoked: bool,
    /// Google knows no more of it.
    pub(super) forgotten: bool,
}

impl Purchase {
    pub(super) fn new(number: u64, buy: Buy, linked: Option<String>) -> Self {
        let order =
            format!("GPA.3300-{:04}-{:04}-{:05}", number / 10_000 % 10_000, number % 10_000, 10_000 + number % 90_000);
        Self {
            state: ACTIVE,
            expiry: buy.expiry,
            auto_renew: !buy.prepaid,
            acknowledged: false,
            linked,
            order,
            renewals: 0,
            canceled: None,
            canceled_by_developer: false,
            revoked: false,
            forgotten: false,
            buy,
        }
    }

    /// The order that was paid last: `GPA.…`, then `GPA.…..0`, `GPA.…..1`.
    pub(super) fn order_id(&self) -> String {
        match self.renewals.checked_sub(1) {
            None => self.order.clone(),
            Some(number) => format!("{}..{number}", self.order),
        }
    }

    /// Paid and running.
    pub(super) fn runs_until(&mut self, expiry: Timestamp) {
        (self.state, self.expiry, self.auto_renew, self.canceled) = (ACTIVE, expiry, !self.buy.prepaid, None);
    }

    /// Over.
    pub(super) fn ends(&mut self, at: Timestamp, context: &str) {
        (self.state, self.expiry, self.auto_renew) = (EXPIRED, at, false);
        self.canceled.get_or_insert_with(|| json!({context: {}}));
    }

    /// It does not renew any more. What is not running now is over at once.
    pub(super) fn stops(&mut self, context: &str) {
        self.state = if matches!(self.state, ON_HOLD | PAUSED) { EXPIRED } else { CANCELED };
        self.auto_renew = false;
        self.canceled = Some(json!({context: {}}));
    }

    /// "SubscriptionPurchaseV2". As in protobuf's JSON, what is false or zero is left out.
    pub(super) fn json(&self) -> Value {
        let pending = matches!(self.state, PENDING | PENDING_PURCHASE_CANCELED);
        let acknowledged = if self.acknowledged { "ACKNOWLEDGED" } else { "PENDING" };
        let mut json = json!({
            "kind": "androidpublisher#subscriptionPurchaseV2",
            "regionCode": "DE",
            "subscriptionState": self.state,
            "latestOrderId": self.order_id(),
            "acknowledgementState": format!("ACKNOWLEDGEMENT_STATE_{acknowledged}"),
            "lineItems": [self.item(pending)],
            "etag": "fake",
        });
        if !pending {
            json["startTime"] = self.buy.start.to_string().into();
        }
        if let Some(linked) = &self.linked {
            json["linkedPurchaseToken"] = linked.as_str().into();
        }
        if let Some(account) = &self.buy.account_id {
            json["externalAccountIdentifiers"] = json!({"obfuscatedExternalAccountId": account});
        }
        if self.buy.test {
            json["testPurchase"] = json!({});
        }
        if let (CANCELED | EXPIRED, Some(canceled)) = (self.state, &self.canceled) {
            json["canceledStateContext"] = canceled.clone();
        }
        if self.state == PAUSED {
            json["pausedStateContext"] = json!({});
        }
        json
    }

    /// "SubscriptionPurchaseLineItem"
    fn item(&self, pending: bool) -> Value {
        let mut item = json!({"productId": self.buy.product_id, "offerDetails": {"basePlanId": "base"}});
        if !pending {
            item["expiryTime"] = self.expiry.to_string().into();
            item["latestSuccessfulOrderId"] = self.order_id().into();
        }
        if self.buy.prepaid {
            item["prepaidPlan"] = json!({});
        } else {
            let mut plan = json!({"recurringPrice": money(&self.buy.price)});
            if self.auto_renew {
                plan["autoRenewEnabled"] = true.into();
            }
            item["autoRenewingPlan"] = plan;
        }
        item
    }
}

/// "Money"
fn money((currency, micros): &(String, i64)) -> Value {
    let mut money = Map::from_iter([("currencyCode".to_owned(), currency.as_str().into())]);
    let (units, nanos) = (micros / 1_000_000, micros % 1_000_000 * 1000);
    if units != 0 {
        money.insert("units".into(), units.to_string().into());
    }
    if nanos != 0 {
        money.insert("nanos".into(), nanos.into());
    }
    money.into()
}
