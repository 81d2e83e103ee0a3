//! A person who pays in Telegram Stars.

#![expect(clippy::panic, reason = "what a person cannot do fails the test")]

use serde_json::{Map, Value, json};

use super::{
    payments::{Charge, Invoice},
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
    /// When there is no such payment.
    pub async fn renews(&self, charge_id: &str) -> Payment {
        let mut state = self.shared.lock();
        let charge = state.payments.charges.get(charge_id);
        let invoice = charge.unwrap_or_else(|| panic!("no payment {charge_id}")).invoice.clone();
        self.paid(&mut state, invoice, false)
    }

    /// Whether the bot gave a payment back.
    pub fn was_refunded(&self, charge_id: &str) -> bool {
        self.shared.lock().payments.charges.get(charge_id).is_some_and(|charge| charge.refunded)
    }

    /// Whether the bot ended a subscription by "editUserStarSubscription".
    pub fn was_canceled(&self, charge_id: &str) -> bool {
        self.shared.lock().payments.charges.get(charge_id).is_some_and(|charge| charge.canceled)
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
            Ok(()) => self.paid(&mut self.shared.lock(), invoice, true),
            Err(reason) => Payment::Refused(reason),
        }
    }

    /// "SuccessfulPayment"
    pub(super) fn paid(&self, state: &mut State, invoice: Invoice, first: bool) -> Payment {
        let charge_id = format!("stxFake{}", state.fresh());
        let mut payment = json!({
            "currency": "XTR", "total_amount": invoice.amount, "invoice_payload": invoice.payload,
            "telegram_payment_charge_id": charge_id, "provider_payment_charge_id": charge_id,
        });
        if let Some(period) = invoice.period {
            payment["subscription_expiration_date"] = (state.unix() + period).into();
            payment["is_recurring"] = true.into();
            if first {
                payment["is_first_recurring"] = true.into();
            }
        }
        let charge = Charge { person: self.id, invoice, refunded: false, canceled: false };
        state.payments.charges.insert(charge_id.clone(), charge);
        let content: Map<String, Value> = Map::from_iter([("successful_payment".to_owned(), payment)]);
        let message_id = self.puts(state, self.chat(), content);
        Payment::Paid { charge_id, message_id }
    }
}
