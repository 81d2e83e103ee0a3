//! `SubscriptionPurchaseV2`: a subscription as Google Play has it
//! (<https://developers.google.com/android-publisher/api-ref/rest/v3/purchases.subscriptionsv2>).

use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::lenient::{lenient, number, object, readable};

/// A subscription, under one purchase token.
#[derive(Clone, PartialEq)]
pub struct Subscription {
    /// What it is now; together with [`Item::expiry_time`] it says whether there is access.
    pub state: State,
    /// When it was first granted; `None` while a payment is pending.
    pub start_time: Option<Timestamp>,
    /// What it consists of: one, unless the app sells subscriptions with add-ons.
    pub items: Vec<Item>,
    /// Whether somebody acknowledged it. A new purchase that nobody does within three days is revoked.
    pub acknowledged: bool,
    /// The purchase token of the subscription that this one takes the place of: after an upgrade, a downgrade, a
    /// sign-up before the end of a cancelled one, or the top-up of a prepaid one. That one is over.
    pub linked_purchase_token: Option<String>,
    /// What the app gave as `obfuscatedAccountId` when it sold it.
    pub account_id: Option<String>,
    /// Bought by a licence tester: nobody paid.
    pub is_test: bool,
    /// The JSON as it came.
    pub raw: String,
}

/// `SubscriptionState`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum State {
    /// The first payment has not arrived: no access.
    Pending,
    /// Access, until the item's expiry time, by which it renews.
    Active,
    /// The person paused it: no access until it is active again.
    Paused,
    /// A renewal could not be paid, and Google tries on: access is kept. The expiry time is the end of this grace.
    InGracePeriod,
    /// A renewal could not be paid, and the grace is over: no access until it is paid.
    OnHold,
    /// It does not renew any more: access is kept until the expiry time.
    Canceled,
    /// Over: no access. After a refund the expiry time is when it was revoked.
    Expired,
    /// The first payment was given up: there never was access. If it was for an upgrade, what the linked purchase token
    /// stands for goes on.
    PendingPurchaseCanceled,
    /// Another, by Google's name; empty if there was none. Whether there is access is not known.
    Unknown(String),
}

impl State {
    /// Google's name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Pending => "SUBSCRIPTION_STATE_PENDING",
            Self::Active => "SUBSCRIPTION_STATE_ACTIVE",
            Self::Paused => "SUBSCRIPTION_STATE_PAUSED",
            Self::InGracePeriod => "SUBSCRIPTION_STATE_IN_GRACE_PERIOD",
            Self::OnHold => "SUBSCRIPTION_STATE_ON_HOLD",
            Self::Canceled => "SUBSCRIPTION_STATE_CANCELED",
            Self::Expired => "SUBSCRIPTION_STATE_EXPIRED",
            Self::PendingPurchaseCanceled => "SUBSCRIPTION_STATE_PENDING_PURCHASE_CANCELED",
            Self::Unknown(name) => name,
        }
    }
}

impl From<String> for State {
    fn from(name: String) -> Self {
        match name.as_str() {
            "SUBSCRIPTION_STATE_PENDING" => Self::Pending,
            "SUBSCRIPTION_STATE_ACTIVE" => Self::Active,
            "SUBSCRIPTION_STATE_PAUSED" => Self::Paused,
            "SUBSCRIPTION_STATE_IN_GRACE_PERIOD" => Self::InGracePeriod,
            "SUBSCRIPTION_STATE_ON_HOLD" => Self::OnHold,
            "SUBSCRIPTION_STATE_CANCELED" => Self::Canceled,
            "SUBSCRIPTION_STATE_EXPIRED" => Self::Expired,
            "SUBSCRIPTION_STATE_PENDING_PURCHASE_CANCELED" => Self::PendingPurchaseCanceled,
            _ => Self::Unknown(name),
        }
    }
}

/// `SubscriptionPurchaseLineItem`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The product; empty if Google did not say.
    pub product_id: String,
    /// When access to it ends, unless it is renewed; `None` while a payment is pending.
    pub expiry_time: Option<Timestamp>,
    /// Whether it renews; `None` of a prepaid plan, which does not.
    pub auto_renew: Option<bool>,
    /// What a renewal costs now, without discounts; `None` of a prepaid plan.
    pub price: Option<Price>,
    /// The order that was paid last, `GPA.…`; each renewal has its own.
    pub order_id: Option<String>,
}

/// `Money`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// ISO 4217, for example `EUR`.
    pub currency: String,
    /// Millionths of a unit of it.
    pub micros: i64,
}

impl Subscription {
    /// Reads an answer; `None` if it is not an object.
    pub(crate) fn read(raw: String) -> Option<Self> {
        let purchase: Purchase = object(raw.as_bytes())?;
        let latest = purchase.latest_order_id;
        let items = purchase.line_items.into_iter().map(|item| item.read(latest.as_deref())).collect();
        Some(Self {
            state: purchase.subscription_state.into(),
            start_time: purchase.start_time,
            items,
            acknowledged: purchase.acknowledgement_state == "ACKNOWLEDGEMENT_STATE_ACKNOWLEDGED",
            linked_purchase_token: purchase.linked_purchase_token.filter(|token| !token.is_empty()),
            account_id: purchase.external_account_identifiers.obfuscated_external_account_id,
            is_test: purchase.test_purchase.is_some(),
            raw,
        })
    }
}

/// Without what stands for a person or a purchase.
impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("state", &self.state)
            .field("start_time", &self.start_time)
            .field("items", &self.items)
            .field("acknowledged", &self.acknowledged)
            .field("is_test", &self.is_test)
            .finish_non_exhaustive()
    }
}

/// As it comes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Purchase {
    #[serde(default, deserialize_with = "lenient")]
    subscription_state: String,
    #[serde(default, deserialize_with = "lenient")]
    start_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "readable")]
    line_items: Vec<LineItem>,
    #[serde(default, deserialize_with = "lenient")]
    latest_order_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    acknowledgement_state: String,
    #[serde(default, deserialize_with = "lenient")]
    linked_purchase_token: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    external_account_identifiers: Identifiers,
    /// An object without fields; that it is there is all it says.
    #[serde(default)]
    test_purchase: Option<Box<RawValue>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identifiers {
    #[serde(default, deserialize_with = "lenient")]
    obfuscated_external_account_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineItem {
    #[serde(default, deserialize_with = "lenient")]
    product_id: String,
    #[serde(default, deserialize_with = "lenient")]
    expiry_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient")]
    auto_renewing_plan: Option<AutoRenewingPlan>,
    #[serde(default, deserialize_with = "lenient")]
    latest_successful_order_id: Option<String>,
}

/// What is false or zero is left out, as protobuf's JSON does.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AutoRenewingPlan {
    #[serde(default, deserialize_with = "lenient")]
    auto_renew_enabled: bool,
    #[serde(default, deserialize_with = "lenient")]
    recurring_price: Option<Money>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Money {
    currency_code: String,
    #[serde(default, deserialize_with = "number")]
    units: Option<i64>,
    #[serde(default, deserialize_with = "number")]
    nanos: Option<i64>,
}

impl LineItem {
    fn read(self, latest_order_id: Option<&str>) -> Item {
        let plan = self.auto_renewing_plan;
        Item {
            product_id: self.product_id,
            expiry_time: self.expiry_time,
            auto_renew: plan.as_ref().map(|plan| plan.auto_renew_enabled),
            price: plan.and_then(|plan| plan.recurring_price).and_then(Money::price),
            order_id: self.latest_successful_order_id.or_else(|| latest_order_id.map(str::to_owned)),
        }
    }
}

impl Money {
    fn price(self) -> Option<Price> {
        let micros = self.units.unwrap_or(0).checked_mul(1_000_000)?;
        let micros = micros.checked_add(self.nanos.unwrap_or(0) / 1000)?;
        Some(Price { currency: self.currency_code, micros })
    }
}
