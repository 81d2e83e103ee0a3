//! A person who pays in Telegram Stars.

#![expect(clippy::panic, reason = "what a person cannot do fails the test")]

use serde_json::{Map, Value, json};

use super::{
    payments::{Charge, Invoice, Renewal, Transaction},
    person::Person,
    state::State,
};

/// How a payment ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payment {
    /// It was made.
    Paid {
        /// `telegram_payment_charge_id`
        charge_id: String,
        /// The message of it.
        message_id: i64,
    },
    /// The bot refused it in "answerPreCheckoutQuery", for this reason.
    Refused(String),
}

impl Payment {
    /// The charge id of a payment that was made.
    ///
    /// # Panics
    ///
    /// When it was refused.
    pub fn charge_id(&self) -> &str {
        match self {
            Self::Paid { charge_id, .. } => charge_id,
            Self::Refused(reason) => panic!("the payment was refused: {reason}"),
        }
    }
}

impl Person {
    /// Pays an invoice by its link: asks the bot, and if it agrees, pays.
    ///
    /// # Panics
    ///
    /// When there is no such invoice, or the bot doesn't answer.
    pub async fn pays(&self, link: &str) -> Payment {
        self.pays_invoice(link).await
    }

    /// Pays the invoice of a message.
    ///
    /// # Panics
    ///
    /// When there is no such invoice, or the bot doesn't answer.
    pub async fn pays_message(&self, message_id: i64) -> Payment {
        self.pays_invoice(&format!("{}/{message_id}", self.id)).await
    }

    /// Pays for the next period of a subscription, as Telegram does by itself; the bot is not asked.
    ///
    /// # Panics
    ///
    /// When there is no such payment, or the renewal was turned off.
    pub async fn renews(&self, charge_id: &str) -> Payment {
        let mut state = self.shared.lock();
        let last = self.charge(&state, charge_id);
        let renewal = state.payments.renewals.get(&last.first).copied().unwrap_or_default();
        assert!(!renewal.canceled_by_bot && !renewal.canceled_by_person, "the renewal of {charge_id} is off");
        self.paid(&mut state, last.invoice.clone(), Some(&last))
    }

    /// Turns the renewal of a subscription off in Telegram's settings.
    ///
    /// # Panics
    ///
    /// When there is no such payment.
    pub async fn cancels_subscription(&self, charge_id: &str) {
        self.changes(charge_id, "canceled", |renewal| renewal.canceled_by_person = true);
    }

    /// Turns it on again there.
    ///
    /// # Panics
    ///
    /// When there is no such payment.
    pub async fn resumes_subscription(&self, charge_id: &str) {
        self.changes(charge_id, "active", |renewal| renewal.canceled_by_person = false);
    }

    /// Has not enough Stars for the next period.
    ///
    /// # Panics
    ///
    /// When there is no such payment.
    pub async fn cannot_renew(&self, charge_id: &str) {
        self.changes(charge_id, "failed", |_| {});
    }

    fn changes(&self, charge_id: &str, state_name: &str, change: impl FnOnce(&mut Renewal)) {
        let mut state = self.shared.lock();
        let charge = self.charge(&state, charge_id);
        change(state.payments.renewals.entry(charge.first).or_default());
        let update = json!({
            "user": self.user(&state), "invoice_payload": charge.invoice.payload, "state": state_name,
        });
        self.tell(&mut state, "subscription", &update);
    }

    fn charge(&self, state: &State, charge_id: &str) -> Charge {
        let charge = state.payments.charges.get(charge_id);
        charge.unwrap_or_else(|| panic!("no payment {charge_id}")).clone()
    }

    /// Whether the bot gave a payment back.
    pub fn was_refunded(&self, charge_id: &str) -> bool {
        self.shared.lock().payments.charges.get(charge_id).is_some_and(|charge| charge.refunded)
    }

    /// Whether the bot has turned the renewal of a subscription off by "editUserStarSubscription".
    pub fn was_canceled(&self, charge_id: &str) -> bool {
        let state = self.shared.lock();
        let first = state.payments.charges.get(charge_id).map(|charge| charge.first.as_str()).unwrap_or_default();
        state.payments.renewals.get(first).is_some_and(|renewal| renewal.canceled_by_bot)
    }

    async fn pays_invoice(&self, key: &str) -> Payment {
        let (id, invoice) = {
            let mut state = self.shared.lock();
            let invoice = state.payments.invoices.get(key);
            let invoice = invoice.unwrap_or_else(|| panic!("no invoice {key}")).clone();
            let id = format!("{}", 9_000_000_000_000 + state.fresh());
            state.payments.checkouts.insert(id.clone(), (self.id, None));
            let query = json!({
                "id": id, "from": self.user(&state), "currency": "XTR", "total_amount": invoice.amount,
                "invoice_payload": invoice.payload,
            });
            self.tell(&mut state, "pre_checkout_query", &query);
            (id, invoice)
        };
        let answer = || self.shared.lock().payments.checkouts.get(&id).and_then(|(_, answer)| answer.clone());
        match self.until("the answer to the pre-checkout query", answer).await {
            Ok(()) => self.paid(&mut self.shared.lock(), invoice, None),
            Err(reason) => Payment::Refused(reason),
        }
    }

    /// "SuccessfulPayment"; `last` is the charge that it renews.
    pub(super) fn paid(&self, state: &mut State, invoice: Invoice, last: Option<&Charge>) -> Payment {
        let (charge_id, date) = (format!("stxFake{}", state.fresh()), state.unix());
        let mut payment = json!({
            "currency": "XTR", "total_amount": invoice.amount, "invoice_payload": invoice.payload,
            "telegram_payment_charge_id": charge_id, "provider_payment_charge_id": charge_id,
        });
        let until = invoice.period.map(|period| last.and_then(|last| last.until).unwrap_or(date) + period);
        if let Some(until) = until {
            payment["subscription_expiration_date"] = until.into();
            payment["is_recurring"] = true.into();
            if last.is_none() {
                payment["is_first_recurring"] = true.into();
            }
        }
        let first = last.map_or_else(|| charge_id.clone(), |last| last.first.clone());
        let charge = Charge { person: self.id, invoice, until, refunded: false, first };
        state.payments.charges.insert(charge_id.clone(), charge);
        state.payments.transactions.push(Transaction { charge: charge_id.clone(), date, refund: false });
        let content: Map<String, Value> = Map::from_iter([("successful_payment".to_owned(), payment)]);
        let message_id = self.puts(state, self.chat(), content);
        Payment::Paid { charge_id, message_id }
    }
}
