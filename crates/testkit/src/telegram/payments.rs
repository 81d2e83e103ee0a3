//! Invoices and payments in Telegram Stars.

use std::collections::HashMap;

/// What there is of money.
#[derive(Default)]
pub(super) struct Payments {
    /// By link, or by `CHAT/MESSAGE`.
    pub(super) invoices: HashMap<String, Invoice>,
    /// By charge id.
    pub(super) charges: HashMap<String, Charge>,
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
    pub(super) refunded: bool,
    pub(super) canceled: bool,
}
