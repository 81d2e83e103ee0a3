//! Invoices and payments in Telegram Stars.

use std::collections::HashMap;

/// What there is of money.
#[derive(Default)]
pub(super) struct Payments {
    /// By link, or by `CHAT/MESSAGE`.
    pub(super) invoices: HashMap<String, Invoice>,
    /// By charge id.
    pub(super) charges: HashMap<String, Charge>,
    /// Subscriptions by their first charge.
    pub(super) renewals: HashMap<String, Renewal>,
    /// "getStarTransactions", oldest first.
    pub(super) transactions: Vec<Transaction>,
    /// "PreCheckoutQuery", by id: the chat, and the bot's answer.
    pub(super) checkouts: HashMap<String, (i64, Option<Result<(), String>>)>,
}

/// "createInvoiceLink", "sendInvoice"
#[derive(Debug, Clone)]
pub(super) struct Invoice {
    pub(super) payload: String,
    pub(super) amount: i64,
    /// Seconds, of a subscription.
    pub(super) period: Option<i64>,
}

/// A payment that was made.
#[derive(Debug, Clone)]
pub(super) struct Charge {
    pub(super) person: i64,
    pub(super) invoice: Invoice,
    /// Unix time until which a subscription is paid.
    pub(super) until: Option<i64>,
    pub(super) refunded: bool,
    /// The subscription's first charge, by which it is known.
    pub(super) first: String,
}

/// A subscription, by its first charge.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Renewal {
    pub(super) canceled_by_bot: bool,
    pub(super) canceled_by_person: bool,
}

/// A line of "getStarTransactions": a charge, or its giving back.
#[derive(Debug, Clone)]
pub(super) struct Transaction {
    pub(super) charge: String,
    pub(super) date: i64,
    pub(super) refund: bool,
}
